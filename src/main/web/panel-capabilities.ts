import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Panels that are open at once. The one that was loaded longest ago loses its capability first, and loads again. */
const MAX_PANELS = 32;

/** The capabilities of the panel documents of this run; only their hashes are kept. */
export class PanelCapabilities {
  readonly #hashes: { readonly key: string; readonly hash: Buffer }[] = [];
  #minted = 0;

  mint(): string {
    const capability = randomBytes(32).toString('base64url');
    this.#minted += 1;
    this.#hashes.push({ key: `panel-${this.#minted}`, hash: sha256(capability) });
    if (this.#hashes.length > MAX_PANELS) this.#hashes.shift();
    return capability;
  }

  /** The name of the panel that holds it. */
  keyOf(capability: string): string | undefined {
    const hash = sha256(capability);
    return this.#hashes.find((known) => timingSafeEqual(known.hash, hash))?.key;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
