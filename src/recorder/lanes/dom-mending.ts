import { isMarking } from '../masking/selectors.js';
import type { Guard } from '../page.js';

/**
 * What rrweb lost, and what was recorded before it was marked, is mended after the turn in which it was, as there may be more; a page that
 * does so all the time pays this often.
 */
const MEND_AFTER_MS = 100;
const MEND_INTERVAL_MS = 10_000;

export interface MendingOptions {
  readonly guard: Guard;
  readonly now: () => number;
  readonly nodeOf: (id: number) => Node | null;
  readonly snapshot: () => void;
}

/** Takes a snapshot where what was recorded is not what is to be seen. */
export class Mending {
  readonly #options: MendingOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #mendedMs = -Infinity;
  /** Of a change of classes nobody knows whether the mark was among them before: each element counts once. */
  readonly #markedByClass = new WeakSet<Node>();

  constructor(options: MendingOptions) {
    this.#options = options;
  }

  /** What is marked now was recorded as it was: a snapshot has it masked. */
  noteChange(id: number, attributes: Readonly<Record<string, unknown>>): void {
    const how = isMarking(attributes);
    if (how === undefined) return;
    const node = this.#options.nodeOf(id);
    if (how === 'class' && node !== null) {
      if (this.#markedByClass.has(node)) return;
      this.#markedByClass.add(node);
    }
    this.mendSoon();
  }

  get isDue(): boolean {
    return this.#timer !== undefined;
  }

  mendSoon(): void {
    if (this.#timer !== undefined) return;
    const { guard, now, snapshot } = this.#options;
    this.#timer = setTimeout(
      guard(() => {
        this.#timer = undefined;
        this.#mendedMs = now();
        snapshot();
      }),
      Math.max(MEND_AFTER_MS, this.#mendedMs + MEND_INTERVAL_MS - now()),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
