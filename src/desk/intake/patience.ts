import { DeskError } from '../errors.js';
import { VERIFY_AGAIN_MAX_MS, VERIFY_AGAIN_MS } from '../limits.js';
import type { Upload } from './upload.js';

/**
 * Keeps a part that cannot be read to its end from being read in a loop: the others wait meanwhile. In memory: another start
 * of the desk may be what heals it.
 */
export class Patience {
  readonly #now: () => number;
  readonly #waits = new WeakMap<Upload, { readonly waitMs: number; readonly untilMs: number }>();

  constructor(now = (): number => performance.now()) {
    this.#now = now;
  }

  /** Throws `not-verified`, which says when to come again, if it is too early. */
  check(upload: Upload): void {
    const untilMs = this.#waits.get(upload)?.untilMs ?? 0;
    if (this.#now() < untilMs) throw notVerified(untilMs - this.#now());
  }

  /** What to tell who completed it. */
  failed(upload: Upload, cause: unknown): DeskError {
    const before = this.#waits.get(upload)?.waitMs;
    const waitMs = before === undefined ? VERIFY_AGAIN_MS : Math.min(before * 4, VERIFY_AGAIN_MAX_MS);
    this.#waits.set(upload, { waitMs, untilMs: this.#now() + waitMs });
    return notVerified(waitMs, cause);
  }
}

function notVerified(waitMs: number, cause?: unknown): DeskError {
  return new DeskError('not-verified', { cause, headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } });
}
