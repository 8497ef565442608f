import { CODE_TTL_MS, MAX_CODES } from '../limits.js';
import { hashSecret, mintSecret } from '../secret.js';

/** One-time codes: what a printed link carries in its fragment. Each opens one session, for a short time after it was made. */
export class Codes {
  readonly #now: () => number;
  readonly #expiries = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  mint(): string {
    for (const [hash, expiresMs] of this.#expiries) {
      if (expiresMs <= this.#now() || this.#expiries.size >= MAX_CODES) this.#expiries.delete(hash);
    }
    const code = mintSecret();
    this.#expiries.set(hashSecret(code), this.#now() + CODE_TTL_MS);
    return code;
  }

  /** True once. */
  redeem(code: string): boolean {
    const hash = hashSecret(code);
    const expiresMs = this.#expiries.get(hash);
    this.#expiries.delete(hash);
    return expiresMs !== undefined && expiresMs > this.#now();
  }
}
