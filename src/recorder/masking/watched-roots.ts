/** A document or a shadow root. */
export type Root = Document | ShadowRoot;

interface Watched<K> {
  readonly observer: MutationObserver;
  readonly known: K;
  isVisited: boolean;
}

export interface WatchedRootsOptions<K> {
  readonly observe: Omit<MutationObserverInit, 'subtree' | 'childList'>;
  /** Looks at all of a root. */
  readonly open: (root: Root) => K;
  /** Looks at what changed in it. */
  readonly follow: (known: K, records: readonly MutationRecord[]) => void;
}

/** What is known of each root that is asked for: found by looking at all of it once, then at what changes. */
export class WatchedRoots<K> {
  readonly #options: WatchedRootsOptions<K>;
  readonly #watched = new Map<Root, Watched<K>>();

  constructor(options: WatchedRootsOptions<K>) {
    this.#options = options;
  }

  /** As of now: changes that were not told of yet count. */
  of(root: Root): K {
    let watched = this.#watched.get(root);
    if (watched !== undefined) this.#follow(root, watched, watched.observer.takeRecords());
    // A change that could not be followed: all is looked at anew.
    watched = this.#watched.get(root) ?? this.#open(root);
    watched.isVisited = true;
    return watched.known;
  }

  /** Lets go of roots that were not asked for since the last call. */
  sweep(): void {
    for (const [root, watched] of this.#watched) {
      if (!watched.isVisited) this.#close(root, watched);
      watched.isVisited = false;
    }
  }

  stop(): void {
    for (const [root, watched] of this.#watched) this.#close(root, watched);
  }

  #open(root: Root): Watched<K> {
    const observer = new MutationObserver((records) => {
      this.#follow(root, watched, records);
    });
    observer.observe(root, { ...this.#options.observe, subtree: true, childList: true });
    const watched: Watched<K> = { observer, known: this.#options.open(root), isVisited: true };
    this.#watched.set(root, watched);
    return watched;
  }

  /** Called by the browser, too: nothing is thrown into the page. */
  #follow(root: Root, watched: Watched<K>, records: readonly MutationRecord[]): void {
    try {
      this.#options.follow(watched.known, records);
    } catch {
      this.#close(root, watched);
    }
  }

  #close(root: Root, { observer }: Watched<K>): void {
    observer.disconnect();
    this.#watched.delete(root);
  }
}
