import { SvelteSet } from 'svelte/reactivity';
import { toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import type { Draft, LaneTotal } from '../../../shared/protocol/host.js';
import type { Lane } from '../../../shared/session/lane.js';
import { inFormOrder } from '../sentences.js';
import type { PanelPort } from './panel-port.js';

const MINUTE_MS = 60_000;
export const PRESET_MINUTES = [2, 5, 10] as const;
export type Preset = (typeof PRESET_MINUTES)[number] | 'everything' | 'exact';
const DEFAULT_MINUTES = 5;

/** The least that can be chosen; a slider step too. */
export const STEP_MS = 1000;

/** Moving a slider asks the host at most about so often. */
const ASK_AFTER_MS = 80;

/**
 * What the customer has chosen of a draft, and what the host says that this amounts to. `draft` always tells of the last
 * choice that the host has measured; while `isSettled` is false a newer one is on its way, and nothing may be sent.
 */
export class SelectionState {
  #draft = $state.raw() as Draft;
  #preset = $state.raw<Preset>('everything');
  #startMs = $state(0);
  #endMs = $state(0);
  readonly #lanes = new SvelteSet<Lane>();
  #isSettled = $state(false);
  #error = $state.raw<ErrorResult>();

  readonly #port: PanelPort;
  /** `key` as it was at the beginning. */
  #offered = '';
  /** Counts choices; an answer to any but the last is not shown. */
  #choice = 0;
  #isAsking = false;
  #isDisposed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(port: PanelPort, draft: Draft) {
    this.#port = port;
    this.#draft = draft;
    for (const { lane } of this.availableLanes) this.#lanes.add(lane);
    this.choosePreset(this.presets.includes(DEFAULT_MINUTES) ? DEFAULT_MINUTES : 'everything');
    this.#offered = this.key;
  }

  get draft(): Draft {
    return this.#draft;
  }
  get preset(): Preset {
    return this.#preset;
  }
  get startMs(): number {
    return this.#startMs;
  }
  get endMs(): number {
    return this.#endMs;
  }
  get isSettled(): boolean {
    return this.#isSettled;
  }
  get error(): ErrorResult | undefined {
    return this.#error;
  }

  readonly available = $derived(this.draft.available);
  /** Only presets shorter than what there is; `everything` covers the rest. */
  readonly presets: readonly Preset[] = $derived([
    ...PRESET_MINUTES.filter((minutes) => minutes * MINUTE_MS < this.available.endMs - this.available.startMs),
    'everything',
    'exact',
  ]);
  readonly availableLanes: readonly LaneTotal[] = $derived(
    inFormOrder(this.available.lanes.map(({ lane }) => lane)).flatMap((lane) =>
      this.available.lanes.filter((total) => total.lane === lane && total.events > 0),
    ),
  );
  readonly lanes: readonly Lane[] = $derived(inFormOrder(this.#lanes));
  readonly isEmpty = $derived(this.draft.selection.lanes.every(({ events }) => events === 0));

  /** Differs whenever the choice does. */
  readonly key = $derived(JSON.stringify([this.#startMs, this.#endMs, this.lanes]));

  /** The customer has not chosen anything else than what was chosen for them. */
  readonly isAsOffered = $derived(this.key === this.#offered);

  hasLane(lane: Lane): boolean {
    return this.#lanes.has(lane);
  }

  /** What the host measured for a lane in the chosen time; undefined where it is left out or has nothing there. */
  measured(lane: Lane): LaneTotal | undefined {
    return this.#draft.selection.lanes.find((total) => total.lane === lane && total.events > 0);
  }

  choosePreset(preset: Preset): void {
    this.#preset = preset;
    if (preset === 'exact') return;
    const { startMs, endMs } = this.available;
    this.#startMs = preset === 'everything' ? startMs : Math.max(startMs, endMs - preset * MINUTE_MS);
    this.#endMs = endMs;
    this.#chosen();
  }

  /** Session time; moved into what is available, and at least one step long. */
  chooseStart(ms: number): void {
    this.#preset = 'exact';
    this.#startMs = Math.max(this.available.startMs, Math.min(ms, this.#endMs - STEP_MS));
    this.#chosen();
  }

  chooseEnd(ms: number): void {
    this.#preset = 'exact';
    this.#endMs = Math.min(this.available.endMs, Math.max(ms, this.#startMs + STEP_MS));
    this.#chosen();
  }

  chooseLane(lane: Lane, included: boolean): void {
    if (included) this.#lanes.add(lane);
    else this.#lanes.delete(lane);
    this.#chosen();
  }

  /** Asks again for what the host could not be asked before. */
  retry(): void {
    if (!this.#isSettled) this.#chosen();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  #chosen(): void {
    this.#choice += 1;
    this.#isSettled = false;
    this.#error = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#askUntilSettled(), ASK_AFTER_MS);
  }

  async #askUntilSettled(): Promise<void> {
    if (this.#isAsking) return; // The loop below sees the newer choice.
    this.#isAsking = true;
    let asked = -1;
    while (asked !== this.#choice && !this.#isDisposed) {
      asked = this.#choice;
      await this.#ask(asked);
    }
    this.#isAsking = false;
  }

  async #ask(choice: number): Promise<void> {
    try {
      const { value } = await this.#port.call('selectDraft', {
        draft: this.#draft.id,
        startMs: this.#startMs,
        endMs: this.#endMs,
        lanes: [...this.lanes],
      });
      if (choice !== this.#choice) return;
      this.#draft = value.draft;
      this.#isSettled = true;
    } catch (error) {
      if (choice === this.#choice) this.#error = toErrorResult(error);
    }
  }
}
