import { APPEND_INTERVAL_MS } from '../../shared/constants.js';
import type { LaneTotal } from '../../shared/protocol/host.js';
import type { LineLane, EventOfLines, LaneEvent, LogEvent, RecorderEvent } from '../../shared/session/lane.js';
import type { SealedSegment, Segment } from '../../shared/session/segment.js';
import type { MaskedValue } from '../../shared/privacy/masked-values.js';
import type { HostClock } from './host-clock.js';
import { HostMasking, maskLines } from './host-masking.js';
import type { HostRing } from './host-ring.js';
import { LineBudget } from './line-budget.js';
import { isRepeat, repeated } from './repeats.js';

export interface HostLanesOptions {
  readonly clock: HostClock;
  readonly ring: HostRing;
  readonly paused: boolean;
  /** The user's own folder. Its path, which names a person, is written as `~` wherever it stands (stacks, log lines). */
  readonly home?: string;
}

const RETAIN_INTERVAL_MS = 10_000;

/**
 * The host process's lanes: `log`, `error`, `recorder`, and those of the app's own. The same rules as a window's: appended every half second and
 * at once after an error. The recorder never breaks its host: a disk that fails costs what is recorded, counted, and nothing else.
 */
export class HostLanes {
  readonly #clock: HostClock;
  readonly #ring: HostRing;
  readonly #budget: LineBudget;
  readonly #buffer = new Map<LineLane, string[]>();
  readonly #masking = new HostMasking();
  /** As it stands in a line of JSON. */
  readonly #home: string | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #listeners = new Set<(lines: readonly string[]) => void>();
  #lastLog: LogEvent | undefined;
  /** Said again since it was last written; its lines are one line with a count. */
  #repeatedLog: LogEvent | undefined;
  #paused: boolean;
  #dropped = 0;
  #droppedUnsaid = 0;
  #retainedMs = 0;

  constructor(options: HostLanesOptions) {
    this.#clock = options.clock;
    this.#ring = options.ring;
    this.#paused = options.paused;
    this.#budget = new LineBudget(options.clock);
    // A home of `/` (a service's account) names nobody, and is in every path.
    this.#home = (options.home?.length ?? 0) > 1 ? JSON.stringify(options.home).slice(1, -1) : undefined;
    this.#guard(() => {
      this.#ring.recover();
    });
    this.#timer = setInterval(() => {
      this.tick();
    }, APPEND_INTERVAL_MS);
    this.#timer.unref();
    this.#note('started', 'The host process began to record.');
  }

  /** Events that were not kept, since this run began. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Milliseconds on this run's clock: what `t` of an event must be. */
  nowMonoMs(): number {
    return this.#clock.monoMs();
  }

  record(event: EventOfLines): void {
    if (this.#paused) return;
    if (event.type !== 'log') {
      this.#line(event);
    } else if (this.#lastLog !== undefined && isRepeat(this.#lastLog, event)) {
      this.#repeatedLog = this.#repeatedLog === undefined ? event : repeated(this.#repeatedLog, event);
      return;
    } else {
      this.#writeRepeated();
      this.#lastLog = event;
      this.#line(event);
    }
    if (event.type === 'error' || ('level' in event && event.level === 'error')) this.append();
  }

  /** Takes values of masked fields out of what is said from now on, and out of what was said a moment ago. */
  mask(values: readonly MaskedValue[]): void {
    const fresh = this.#masking.add(values);
    if (fresh === undefined) return;
    for (const [lane, lines] of this.#buffer)
      this.#buffer.set(
        lane,
        lines.map((line) => maskLines(fresh, line)),
      );
    this.#guard(() => {
      this.#ring.rewriteOpen((lines) => maskLines(fresh, lines));
    });
  }

  /** A text without the values of masked fields that are known now. */
  maskText(text: string): string {
    return this.#masking.text(text);
  }

  /** An event of somebody else's, in the same way. */
  maskEvent<E extends LaneEvent>(event: E): E {
    return JSON.parse(this.#masking.write(event)) as E;
  }

  /** Called with lines (JSON, masked) as they are written. Returns the function that stops it. */
  onWritten(listener: (lines: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    if (paused) this.#note('paused', 'The customer paused the recording.');
    this.append();
    this.#paused = paused;
    if (!paused) this.#note('resumed', 'The customer resumed the recording.');
  }

  /** Writes what waits in memory. Synchronous: also the last act of a process that crashes. */
  append(): void {
    this.#writeRepeated();
    if (this.#droppedUnsaid > 0) {
      const count = this.#droppedUnsaid;
      this.#droppedUnsaid = 0;
      this.#note('dropped', 'The host process said more than is kept, or the disk could not be written.', count);
    }
    for (const [lane, lines] of this.#buffer) {
      if (lines.length === 0) continue;
      this.#buffer.set(lane, []);
      const isWritten = this.#guard(() => {
        this.#ring.append(lane, lines);
      });
      if (!isWritten) this.#drop(lines.length);
      for (const listener of [...this.#listeners]) listener(lines);
    }
  }

  /** Every half second: append, seal what is old; drop what is older or more than is kept. */
  tick(): void {
    this.append();
    this.#guard(() => {
      this.#ring.sealOld();
      if (this.#clock.monoMs() - this.#retainedMs < RETAIN_INTERVAL_MS) return;
      this.#retainedMs = this.#clock.monoMs();
      this.#ring.retain();
    });
  }

  /** Every segment, after what is open was sealed. */
  seal(): Segment[] {
    this.append();
    this.#guard(() => {
      this.#ring.sealAll();
      this.#ring.retain();
    });
    // What a window told late may stand in what was sealed before.
    const isMasked = this.#guard(() => {
      this.#ring.rewriteSealed(this.#masking.revision, (lines) => this.#masking.rewrite(lines));
    });
    if (!isMasked) return [];
    return this.#ring.segments();
  }

  read(segment: Segment): SealedSegment | undefined {
    return this.#ring.read(segment);
  }

  totals(): LaneTotal[] {
    return this.#ring.totals();
  }

  oldestMs(): number | undefined {
    return this.#ring.oldestMs();
  }

  /** Erases everything; true when nothing is left. What is recorded from now on is kept again. */
  wipe(): boolean {
    this.#lastLog = undefined;
    this.#repeatedLog = undefined;
    this.#buffer.clear();
    const isErased = this.#guard(() => {
      this.#ring.wipe();
    });
    this.#note('wiped', 'The customer erased what the host process had recorded.');
    return isErased;
  }

  close(): void {
    clearInterval(this.#timer);
    this.seal();
  }

  #note(kind: RecorderEvent['kind'], text: string, count?: number): void {
    this.#line({ type: 'recorder', t: this.nowMonoMs(), kind, text, ...(count === undefined ? {} : { count }) });
  }

  #writeRepeated(): void {
    const waiting = this.#repeatedLog;
    this.#repeatedLog = undefined;
    if (waiting !== undefined) this.#line(waiting);
  }

  #line(event: EventOfLines): void {
    const json = this.#masking.write(event);
    const line = this.#home === undefined ? json : json.replaceAll(this.#home, '~');
    // What the recorder says of itself is little and always kept.
    if (event.type !== 'recorder' && !this.#budget.take(line.length)) {
      this.#drop(1);
      return;
    }
    const lines = this.#buffer.get(event.type) ?? [];
    this.#buffer.set(event.type, lines);
    lines.push(line);
  }

  #drop(count: number): void {
    this.#dropped += count;
    this.#droppedUnsaid += count;
  }

  #guard(work: () => void): boolean {
    try {
      work();
      return true;
    } catch {
      return false; // Counted by the caller where it costs events.
    }
  }
}
