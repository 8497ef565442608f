/** Beyond so many it is worth looking which are gone. */
const SWEEP_SIZE = 1000;

/** Shadow roots of a document, as far as they are known; they are not kept alive. */
export class ShadowRoots {
  #known = new Set<WeakRef<ShadowRoot>>();
  readonly #seen = new WeakSet<ShadowRoot>();
  #sweepAt = SWEEP_SIZE;

  add(root: ShadowRoot): void {
    if (this.#seen.has(root)) return;
    this.#seen.add(root);
    this.#known.add(new WeakRef(root));
    if (this.#known.size < this.#sweepAt) return;
    this.#known = new Set([...this.#known].filter((known) => known.deref() !== undefined));
    this.#sweepAt = Math.max(SWEEP_SIZE, 2 * this.#known.size);
  }

  /** Open ones that came with the markup, or before anybody looked. */
  addOpenIn(root: ParentNode): void {
    for (const element of root.querySelectorAll('*')) this.#addOpenOf(element);
  }

  /** The same, of an element and all in it. */
  addOpenFrom(element: Element): void {
    this.#addOpenOf(element);
    this.addOpenIn(element);
  }

  #addOpenOf({ shadowRoot }: Element): void {
    if (shadowRoot === null || this.#seen.has(shadowRoot)) return;
    this.add(shadowRoot);
    this.addOpenIn(shadowRoot);
  }

  /** Those that are in a document now. */
  *connected(): Generator<ShadowRoot> {
    for (const known of this.#known) {
      const root = known.deref();
      if (root?.isConnected === true) yield root;
    }
  }
}
