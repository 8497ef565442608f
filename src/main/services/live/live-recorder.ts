import type { Withdrawal } from '../../../shared/protocol/live-grants.js';
import type { LiveReport, LiveSessionView, LiveWay } from '../../../shared/protocol/live-host.js';
import type { Doing } from '../../../shared/protocol/live-messages.js';
import type { LetterSender } from '../../../shared/protocol/letters.js';
import type { LiveEvent } from '../../../shared/session/live-event.js';
import type { HostClock } from '../host-clock.js';
import type { GrantEvent } from './grants.js';
import {
  BEGAN,
  commandWords,
  doingWords,
  endWords,
  grantWords,
  qualityWords,
  videoWords,
  withWords,
} from './live-lane-words.js';
import type { Recording, Recordings } from './recordings.js';

export interface LiveRecorderOptions {
  readonly session: string;
  readonly way: LiveWay;
  readonly clock: Pick<HostClock, 'monoMs'>;
  readonly recordings: Recordings;
  /** The diagnostics report that the session belongs to. */
  readonly report: () => string | undefined;
  /** What is so when recording begins. */
  readonly facts: () => LiveFacts;
  /** It made a report of its own, which the session belongs to from now on. */
  readonly onReport: (report: string) => void;
  /** As much as may be kept of one session is kept. */
  readonly onFull: (grant: string) => void;
  readonly onChange: () => void;
}

export interface LiveFacts {
  readonly from: LetterSender | undefined;
  readonly report: Pick<LiveReport, 'otherName' | 'quality' | 'isUnstable' | 'video'>;
  readonly given: LiveSessionView['grants'];
}

/** The connection is measured every few seconds; a line of it is written this often, and at once when it breaks or comes back. */
const QUALITY_MS = 10_000;

type Unplaced<E> = E extends unknown ? Omit<E, 'type' | 't' | 'session'> : never;

/** Writes the live lane of one session, while the customer lets it be recorded, and has that stretch sent. */
export class LiveRecorder {
  readonly #options: LiveRecorderOptions;
  #current: { readonly grant: string; readonly recording: Recording } | undefined;
  /** It has ended, and the panel still shows what became of it. */
  #last: Recording | undefined;
  #qualityMs = -Infinity;
  #isUnstable = false;
  #video = '';

  constructor(options: LiveRecorderOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#current !== undefined;
  }

  /** What the panel shows of it. */
  view(): LiveSessionView['recording'] {
    return (this.#current?.recording ?? this.#last)?.view();
  }

  noteGrant(event: GrantEvent): void {
    if (event.kind === 'be-recorded' && event.state === 'given') this.#begin(event.grant);
    this.#writeGrant(event);
    if (event.state === 'ended' && event.grant === this.#current?.grant) this.#end(event.reason ?? 'disconnected');
  }

  noteChat(from: 'customer' | 'technician', text: string): void {
    this.#write({ kind: 'chat', from, text });
  }

  noteDoing(what: Doing): void {
    this.#write({ kind: 'doing', what, text: doingWords(what) });
  }

  noteWith({ from, report }: LiveFacts): void {
    const { name, organisation, signingKey } = from ?? { name: report.otherName };
    this.#write({
      kind: 'with',
      text: withWords(from, report.otherName),
      isVerified: from !== undefined,
      ...(name === undefined ? {} : { name: name.slice(0, 500) }),
      ...(organisation === undefined ? {} : { organisation: organisation.slice(0, 500) }),
      ...(signingKey === undefined ? {} : { signingKey }),
    });
  }

  /** What the page reports of the connection and its video. */
  noteReport(report: LiveFacts['report']): void {
    if (!this.isOn) return;
    const nowMs = this.#options.clock.monoMs();
    const { isUnstable, quality, video } = report;
    const isDue = quality !== undefined && nowMs - this.#qualityMs >= QUALITY_MS;
    if (isDue || isUnstable !== this.#isUnstable) {
      this.#qualityMs = nowMs;
      this.#isUnstable = isUnstable;
      this.#write({ kind: 'quality', text: qualityWords(report), isUnstable, ...quality });
    }
    // That there is none is worth no line before there was one.
    if (video === undefined || (video.state === 'off' && this.#video === '')) return;
    const shown = JSON.stringify(video);
    if (shown === this.#video) return;
    this.#video = shown;
    const { state, surface } = video;
    this.#write({ kind: 'video', text: videoWords(video), state, ...(surface === undefined ? {} : { surface }) });
  }

  noteCommand(proposal: string, state: string, command: string | undefined): void {
    this.#write({
      kind: 'command',
      proposal,
      state,
      text: commandWords(command, state),
      ...(command === undefined ? {} : { command }),
    });
  }

  tick(): void {
    this.#current?.recording.tick();
  }

  /** Resolves when all that was granted to be kept is in the outbox, or after so long, and then the rest is not sent. */
  async close(patienceMs: number): Promise<void> {
    const recording = this.#current?.recording ?? this.#last;
    if (recording === undefined) return;
    const timer = setTimeout(() => {
      recording.giveUp();
    }, patienceMs);
    await recording.settled();
    clearTimeout(timer);
  }

  #begin(grant: string): void {
    const { recordings, session, report, facts, way, onChange, onFull, onReport } = this.#options;
    const onThisFull = (): void => {
      onFull(grant);
    };
    const recording = recordings.begin({ session, report: report(), onReport, onChange, onFull: onThisFull });
    this.#current = { grant, recording };
    [this.#qualityMs, this.#isUnstable, this.#video] = [-Infinity, false, ''];
    this.#write({ kind: 'recording', state: 'on', text: BEGAN, way });
    const now = facts();
    this.noteWith(now);
    // This one is told by whoever called.
    for (const given of now.given) if (given.grant !== grant) this.#writeGrant({ ...given, state: 'given' });
    this.noteReport(now.report);
  }

  #writeGrant(event: GrantEvent): void {
    const { grant, kind, state, why, reason, untilMs } = event;
    this.#write({
      kind: 'grant',
      text: grantWords(event),
      grant,
      what: kind,
      state,
      ...(why === undefined ? {} : { why }),
      ...(reason === undefined ? {} : { reason }),
      ...(untilMs === undefined ? {} : { untilMs }),
    });
  }

  #end(reason: Withdrawal): void {
    this.#write({ kind: 'recording', state: 'off', text: endWords(reason), reason });
    this.#last = this.#current?.recording;
    this.#current = undefined;
    this.#last?.end();
  }

  #write(event: Unplaced<LiveEvent>): void {
    if (this.#current === undefined) return;
    const { recordings, session } = this.#options;
    recordings.write({ type: 'live', t: recordings.monoMs(), session, ...event });
  }
}
