import type { Lane } from '../../shared/session/lane.js';
import type { UnsealedRow } from './ring-store.js';
import { concat } from './concat.js';

/** One line of NDJSON, its line end included; of the screen lane, a piece of a file. */
export type Line = Uint8Array<ArrayBuffer>;

export interface Position {
  readonly chain: number;
  readonly sequence: number;
}

/** A segment that is being filled, or full and not sealed yet. Its lines stay here until it is sealed. */
export class OpenSegment {
  readonly lane: Lane;
  readonly position: Position;
  readonly checkout: boolean;
  #lines: Line[] = [];
  /** How many lines the store has, in how many chunks, and whether these must be written anew. */
  #storedLines = 0;
  #parts = 0;
  #isRewritten = false;
  /** Rises when the store's copy is no longer what is here. */
  #version = 0;
  #bytes = 0;
  #events = 0;
  #startMonoMs = Infinity;
  #endMonoMs = -Infinity;

  constructor(lane: Lane, position: Position, checkout: boolean) {
    this.lane = lane;
    this.position = position;
    this.checkout = checkout;
  }

  get bytes(): number {
    return this.#bytes;
  }
  get events(): number {
    return this.#events;
  }
  get startMonoMs(): number {
    return this.#startMonoMs;
  }
  get endMonoMs(): number {
    return this.#endMonoMs;
  }

  add(line: Line, monoMs: number, events = 1): void {
    this.#lines.push(line);
    this.#bytes += line.byteLength;
    this.#events += events;
    this.reach(monoMs);
  }

  /** It is known to hold what was at this time. */
  reach(monoMs: number): void {
    this.#startMonoMs = Math.min(this.#startMonoMs, monoMs);
    this.#endMonoMs = Math.max(this.#endMonoMs, monoMs);
  }

  /** One piece in the place of all, in another form. What the store has of it says the same and stays until it is sealed. */
  replace(whole: Line): void {
    this.#lines = [whole];
    this.#bytes = whole.byteLength;
    this.#storedLines = 1;
  }

  /** Replaces each line by what `change` answers; the store's copy is then written anew. */
  rewrite(change: (line: Line) => Line): void {
    const lines = this.#lines.map(change);
    if (lines.every((line, index) => line === this.#lines[index])) return;
    this.#lines = lines;
    this.#bytes = lines.reduce((sum, line) => sum + line.byteLength, 0);
    if (this.#storedLines > 0) this.#isRewritten = true;
    this.#startOver();
  }

  /** The store lost its copy. */
  forgetStored(): void {
    this.#isRewritten = true;
    this.#startOver();
  }

  /** What the store does not have yet. `stored` is to be called when it has it. */
  unstored(): { lines: readonly Line[]; part: number; isRewritten: boolean; stored: () => void } | undefined {
    const lines = this.#lines.slice(this.#storedLines);
    if (lines.length === 0) return undefined;
    const storedLines = this.#lines.length;
    const version = this.#version;
    return {
      lines,
      part: this.#parts,
      isRewritten: this.#isRewritten,
      stored: () => {
        // The store was replaced while it wrote: it has these lines, but not those before them.
        if (version !== this.#version) return;
        this.#storedLines = storedLines;
        this.#parts++;
        this.#isRewritten = false;
      },
    };
  }

  #startOver(): void {
    this.#storedLines = 0;
    this.#parts = 0;
    this.#version++;
  }

  plain(): Uint8Array<ArrayBuffer> {
    return concat(this.#lines);
  }

  row(): UnsealedRow {
    return {
      lane: this.lane,
      ...this.position,
      events: this.events,
      bytes: this.#bytes,
      startMonoMs: this.#startMonoMs,
      endMonoMs: this.#endMonoMs,
      checkout: this.checkout,
    };
  }
}
