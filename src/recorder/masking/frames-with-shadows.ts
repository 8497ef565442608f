import { isElement } from './fields.js';
import { WatchedRoots } from './watched-roots.js';

/**
 * Which documents in frames have shadow roots. A frame's own `attachShadow` is not watched, and what is in a closed root cannot be
 * found: such a frame counts as a whole. Elements of the app's own making are taken for ones that have one.
 */
export class FramesWithShadows {
  readonly #documents = new WatchedRoots<{ has: boolean }>({
    observe: {},
    open: (root) => ({ has: hasShadows(root) }),
    follow: (known, records) => {
      known.has ||= records.some(({ addedNodes }) => [...addedNodes].some((node) => isElement(node) && isOrHas(node)));
    },
  });

  /** `isSearched`: also for roots that were attached to elements which had been there for a while. */
  has(document: Document, isSearched: boolean): boolean {
    const known = this.#documents.of(document);
    if (isSearched) known.has ||= hasShadows(document);
    return known.has;
  }

  /** Lets go of documents that were not asked for since the last call. */
  sweep(): void {
    this.#documents.sweep();
  }

  stop(): void {
    this.#documents.stop();
  }
}

function isOrHas(element: Element): boolean {
  return isHost(element) || hasShadows(element);
}

function hasShadows(root: ParentNode): boolean {
  for (const element of root.querySelectorAll('*')) if (isHost(element)) return true;
  return false;
}

function isHost({ localName, shadowRoot }: Element): boolean {
  return shadowRoot !== null || localName.includes('-');
}
