import { isElement } from './fields.js';
import { hasSelectorsOfApp, selectors } from './selectors.js';
import { WatchedRoots, type Root } from './watched-roots.js';

/** Everything that the recorder's own selectors hang on, beside the names of elements. */
const ATTRIBUTES = ['class', 'contenteditable', 'role', 'data-fluxrec-mask', 'data-fluxrec-block'];

function selector(): string {
  return `input,textarea,iframe,frame,object,embed,${selectors.maskedText},${selectors.block}`;
}

/**
 * Which elements may have to be painted over. To search a large page for them before each of its frames costs more than all
 * the rest of a recording: they are searched for once, and then only in what changes. That works because each of the recorder's own
 * selectors looks at one element alone; what selectors of the app look at nobody knows, so with them the page is searched each time.
 */
export class MaskableElements {
  readonly #roots = new WatchedRoots<Set<Element>>({
    observe: { attributeFilter: ATTRIBUTES },
    open: (root) => new Set(root.querySelectorAll(selector())),
    follow,
  });

  in(root: Root): Iterable<Element> {
    if (hasSelectorsOfApp()) return root.querySelectorAll(selector());
    const elements = this.#roots.of(root);
    for (const element of elements) if (element.getRootNode() !== root) elements.delete(element);
    return elements;
  }

  /** Lets go of documents and shadow roots that were not asked for since the last call. */
  sweep(): void {
    this.#roots.sweep();
  }

  stop(): void {
    this.#roots.stop();
  }
}

function follow(elements: Set<Element>, records: readonly MutationRecord[]): void {
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
