import type { Lane } from '../../shared/session/lane.js';
import { isSegmentFull, isSegmentOld } from '../../shared/session/segment-limits.js';
import { OpenSegment, type Line, type Position } from './open-segment.js';

/** Cuts the lines of one lane into segments and numbers them. */
export class Segmenter {
  readonly #lane: Lane;
  #last: Position | undefined;
  #open: OpenSegment | undefined;
  /** Full ones that wait to be sealed, oldest first. */
  #closed: OpenSegment[] = [];

  /** `last` is where the lane stands already, if this is not its beginning. */
  constructor(lane: Lane, last?: Position) {
    this.#lane = lane;
    this.#last = last;
  }

  get last(): Position | undefined {
    return this.#last;
  }

  /** All that is not sealed, oldest first. */
  get unsealed(): readonly OpenSegment[] {
    return this.#open === undefined ? this.#closed : [...this.#closed, this.#open];
  }

  get open(): OpenSegment | undefined {
    return this.#open;
  }

  get closed(): readonly OpenSegment[] {
    return this.#closed;
  }

  add(line: Line, monoMs: number, startsChain: boolean): void {
    const open = this.#open;
    if (open !== undefined) {
      const isDue = isSegmentOld(this.#lane, open, monoMs) || isSegmentFull(this.#lane, open, line.byteLength);
      // A full snapshot follows its Meta event, however large it is.
      const isTorn = open.checkout && open.events === 1;
      if (startsChain || (isDue && !isTorn)) this.close();
    }
    (this.#open ?? this.begin(startsChain)).add(line, monoMs);
  }

  /** Closes what is open, and opens the next one. */
  begin(startsChain: boolean): OpenSegment {
    this.close();
    const position = this.#next(startsChain);
    this.#last = position;
    this.#open = new OpenSegment(this.#lane, position, startsChain && this.#lane === 'dom');
    return this.#open;
  }

  /** Closes the open segment if its time has come. */
  tick(nowMonoMs: number): void {
    if (this.#open !== undefined && isSegmentOld(this.#lane, this.#open, nowMonoMs)) this.close();
  }

  close(): void {
    if (this.#open !== undefined) this.#closed.push(this.#open);
    this.#open = undefined;
  }

  /** It is sealed, or given up. */
  remove(segment: OpenSegment): void {
    this.#closed = this.#closed.filter((closed) => closed !== segment);
  }

  /** Forgets all that is not sealed. Positions go on: a number is never given twice. */
  clear(): void {
    this.#closed = [];
    this.#open = undefined;
  }

  #next(startsChain: boolean): Position {
    const last = this.#last;
    if (last === undefined) return { chain: 0, sequence: 0 };
    // Outside the dom lane every segment can be read alone.
    if (startsChain || this.#lane !== 'dom') return { chain: last.chain + 1, sequence: 0 };
    return { chain: last.chain, sequence: last.sequence + 1 };
  }
}
