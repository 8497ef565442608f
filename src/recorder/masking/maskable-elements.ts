import { isElement } from './fields.js';
import { hasSelectorsOfApp, selectors } from './selectors.js';

/** Everything that the recorder's own selectors hang on, beside the names of elements. */
const ATTRIBUTES = ['class', 'contenteditable', 'role', 'data-fluxrec-mask', 'data-fluxrec-block'];

/** What is known of one document or shadow root. */
interface Known {
  readonly observer: MutationObserver;
  readonly elements: Set<Element>;
  isVisited: boolean;
}

function selector(): string {
  return `input,textarea,iframe,frame,object,embed,${selectors.maskedText},${selectors.block}`;
}

/**
 * Which elements may have to be painted over. To search a large page for them before each of its frames costs more than all
 * the rest of a recording: they are searched for once, and then only in what changes. That works because each of the recorder's own
 * selectors looks at one element alone; what selectors of the app look at nobody knows, so with them the page is searched each time.
 */
export class MaskableElements {
  readonly #known = new Map<Node, Known>();

  in(root: Document | ShadowRoot): Iterable<Element> {
    if (hasSelectorsOfApp()) return root.querySelectorAll(selector());
    const known = this.#known.get(root) ?? this.#open(root);
    known.isVisited = true;
    follow(known, known.observer.takeRecords());
    // An iterator over a set meets what is deleted meanwhile no more.
    for (const element of known.elements) if (element.getRootNode() !== root) known.elements.delete(element);
    return known.elements;
  }

  /** Lets go of documents and shadow roots that were not asked for since the last call. */
  sweep(): void {
    for (const [root, known] of this.#known) {
      if (!known.isVisited) this.#close(root, known);
      known.isVisited = false;
    }
  }

  stop(): void {
    for (const [root, known] of this.#known) this.#close(root, known);
  }

  #open(root: Document | ShadowRoot): Known {
    const known: Known = {
      observer: new MutationObserver((records) => {
        follow(known, records);
      }),
      elements: new Set(root.querySelectorAll(selector())),
      isVisited: true,
    };
    known.observer.observe(root, { subtree: true, childList: true, attributeFilter: ATTRIBUTES });
    this.#known.set(root, known);
    return known;
  }

  #close(root: Node, known: Known): void {
    known.observer.disconnect();
    this.#known.delete(root);
  }
}

function follow({ elements }: Known, records: readonly MutationRecord[]): void {
  for (const { type, target, addedNodes } of records) {
    if (type === 'attributes') look(target as Element, elements);
    for (const node of addedNodes) {
      if (!isElement(node)) continue;
      look(node, elements);
      for (const inner of node.querySelectorAll(selector())) elements.add(inner);
    }
  }
}

function look(element: Element, elements: Set<Element>): void {
  if (element.matches(selector())) elements.add(element);
  else elements.delete(element);
}
