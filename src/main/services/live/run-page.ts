import type { LiveHostPhase, LiveReport } from '../../../shared/protocol/live-host.js';

/** What a page has told that has told nothing yet. */
function silent(phase: 'preparing' | 'lost'): LiveReport {
  return { phase, hasOtherConfirmed: false, isUnstable: false };
}

/** Of the same words in the same order. */
function areSame(some: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

/** The page that has a session, its connection as far as it tells, and the words by which the customer has compared it. */
export class RunPage {
  #source: string | undefined;
  /** It has told of a session: the way may speak to it. */
  #isLinked = false;
  #lostMonoMs: number | undefined;
  #report = silent('preparing');
  #confirmed: readonly string[] | undefined;
  /** By the customer, of the page that has the session now. */
  #hasCompared = false;

  get source(): string | undefined {
    return this.#source;
  }
  /** The page, where it can be reached. */
  get reachable(): string | undefined {
    return this.#lostMonoMs === undefined ? this.#source : undefined;
  }
  get isLinked(): boolean {
    return this.#isLinked;
  }
  /** On the monotonic clock; undefined: it can be reached. */
  get lostMonoMs(): number | undefined {
    return this.#lostMonoMs;
  }
  get report(): LiveReport {
    return this.#report;
  }
  get confirmed(): readonly string[] | undefined {
    return this.#confirmed;
  }
  get isOpen(): boolean {
    return this.#report.phase === 'open' && this.#confirmed !== undefined;
  }
  get phase(): LiveHostPhase {
    return this.#lostMonoMs === undefined ? this.#report.phase : 'lost';
  }

  isThere(source: string): boolean {
    return this.#source === source && this.#lostMonoMs === undefined;
  }

  /** Of one that is there, whether it is the session's first, the one whose channel was broken, or another document in its place. */
  kindOf(source: string): 'first' | 'same' | 'another' {
    if (this.#source === undefined) return 'first';
    return this.#source === source && this.#isLinked ? 'same' : 'another';
  }

  attach(source: string): void {
    const kind = this.kindOf(source);
    this.#source = source;
    this.#lostMonoMs = undefined;
    if (kind !== 'same') this.#forget('preparing');
  }

  lose(monoMs: number): void {
    this.#lostMonoMs = monoMs;
  }

  /** It does not come back soon: its connection counts as gone. */
  giveUp(): void {
    this.#forget('lost');
  }

  link(): void {
    this.#isLinked = true;
  }

  note(report: LiveReport): void {
    this.#report = report;
    if (report.phase === 'ended') return;
    // Words are of one connection: another one is compared anew, and nothing that was granted before it holds.
    if (this.#confirmed !== undefined && !this.hasWords(this.#confirmed)) this.#confirmed = undefined;
    // Unless it is between the same two certificates: the page knows, and the words are made from them.
    if (report.isResumed === true && this.#hasCompared && report.words !== undefined) {
      this.#confirmed = [...report.words];
    }
  }

  hasWords(words: readonly string[]): boolean {
    return areSame(words, this.#report.words);
  }

  confirm(words: readonly string[]): void {
    this.#confirmed = [...words];
    this.#hasCompared = true;
  }

  #forget(phase: 'preparing' | 'lost'): void {
    this.#isLinked = false;
    this.#hasCompared = false;
    this.#report = silent(phase);
    this.#confirmed = undefined;
  }
}
