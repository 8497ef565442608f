import type { Recording, RecorderContract } from '../../shared/protocol/host.js';
import type { Input } from '../../shared/protocol/contract.js';
import type { Audience } from './audience.js';
import type { HostLanes } from './host-lanes.js';
import { sumLanes } from './lane-totals.js';
import { ReportedStretches, type Stretch } from './recorded-stretches.js';
import type { Session } from './session.js';

export type WindowStatus = Input<RecorderContract['methods']['status']>;
export interface RingSettings {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

export interface RecordingStateOptions {
  readonly session: Session;
  readonly lanes: HostLanes;
  readonly windows: Audience<RecorderContract>;
  readonly settings: RingSettings;
}

/** What the customer sees of the recording: what the windows said last, and the host's own lanes, as one. */
export class RecordingState {
  readonly #options: RecordingStateOptions;
  readonly #statuses = new Map<string, WindowStatus>();
  readonly #reported: ReportedStretches;
  readonly #listeners = new Set<() => void>();

  constructor(options: RecordingStateOptions) {
    this.#options = options;
    this.#reported = new ReportedStretches(options.settings.maxAgeMs);
    options.windows.onJoin(() => {
      this.#changed();
    });
    options.windows.onLeave((source) => {
      this.#statuses.delete(source);
      this.#changed();
    });
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** A window whose event channel is not open yet may report already: it counts once it listens. */
  noteStatus(source: string, status: WindowStatus): void {
    this.#statuses.set(source, status);
    if (status.state === 'recording' && !this.#options.session.paused) {
      this.#reported.note(this.#options.session.nowMs());
    }
    this.#changed();
  }

  /** A pause or a resumption that the session has noted. */
  notePause(): void {
    this.#reported.cut();
    this.#changed();
  }

  noteWipe(): void {
    this.#reported.clear();
    this.#statuses.clear();
    this.#changed();
  }

  reported(): readonly Stretch[] {
    return this.#reported.all();
  }

  now(): Recording {
    const { session, lanes, windows, settings } = this.#options;
    const statuses = windows.keys().flatMap((source) => this.#statuses.get(source) ?? []);
    const oldest = [lanes.oldestMs(), ...statuses.map(({ oldestMs }) => oldestMs)].filter((ms) => ms !== undefined);
    const error = statuses.find((status) => status.error !== undefined)?.error;
    const screens = statuses.flatMap(({ screen }) => screen ?? []);
    return {
      state: this.#state(statuses),
      ...(error === undefined ? {} : { error }),
      session: session.id,
      nowMs: session.nowMs(),
      ...(oldest.length === 0 ? {} : { oldestMs: Math.min(...oldest) }),
      windows: windows.size,
      lanes: sumLanes([...lanes.totals(), ...statuses.flatMap((status) => status.lanes)]),
      dropped: lanes.dropped + statuses.reduce((sum, { dropped }) => sum + dropped, 0),
      ...(screens.length === 0 ? {} : { screen: screens.includes('screen') ? ('screen' as const) : ('app' as const) }),
      settings,
    };
  }

  /** One window that records makes a recording, even where another failed (whose error is shown beside it). */
  #state(statuses: readonly WindowStatus[]): Recording['state'] {
    if (this.#options.session.paused) return 'paused';
    const states = new Set(statuses.map(({ state }) => state));
    if (states.has('recording')) return 'recording';
    return states.has('failed') ? 'failed' : 'starting';
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
