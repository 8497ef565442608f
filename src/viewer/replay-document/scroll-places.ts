import { FULL_SNAPSHOT, INCREMENTAL, MUTATION, SCROLL } from '../../shared/session/rrweb-numbers.js';
import { objectsIn } from './recorded-fields.js';
import type { SafeEvent } from './sanitise-event.js';
import type { SerialisedNode } from './sanitise-node.js';

interface Snapshot {
  readonly node: SerialisedNode;
  readonly initialOffset: { readonly left: number; readonly top: number };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Where elements were scrolled to in a jump. At its own place among the events an element may be too short for it yet: a snapshot is scrolled
 * before scripts' style sheets are there, and what made room for a scroll is told of a turn later.
 */
export class ScrollPlaces {
  /** What was told since it was applied last, by the id of the element. */
  readonly #told = new Map<number, Place>();

  note({ type, data }: Pick<SafeEvent, 'type' | 'data'>): void {
    if (type === FULL_SNAPSHOT) this.#noteSnapshot(data as Snapshot);
    if (type !== INCREMENTAL) return;
    const { source, id, x, y, adds } = data as Readonly<Record<string, unknown>>;
    if (source === SCROLL) this.#told.set(id as number, { x, y } as Place);
    // A node that is put elsewhere is a new one.
    else if (source === MUTATION && this.#told.size > 0)
      for (const { node } of objectsIn(adds)) this.#told.delete((node as { readonly id: number }).id);
  }

  #noteSnapshot({ node: root, initialOffset: { left, top } }: Snapshot): void {
    this.#told.clear();
    if (left !== 0 || top !== 0) this.#told.set(root.id, { x: left, y: top });
    const open = [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const { rr_scrollLeft: x, rr_scrollTop: y } = node.attributes ?? {};
      if (typeof x === 'number' || typeof y === 'number')
        this.#told.set(node.id, { x: Number(x ?? 0), y: Number(y ?? 0) });
      for (const child of node.childNodes ?? []) open.push(child);
    }
  }

  /** Scrolls in the page as it is now what was told. */
  apply(nodeOf: (id: number) => Node | null): void {
    for (const [id, { x, y }] of this.#told) {
      const node = nodeOf(id);
      // Of a document it is the window.
      const view = node?.nodeType === 9 ? (node as Document).defaultView : (node as Partial<Element> | null);
      view?.scrollTo?.({ left: x, top: y, behavior: 'instant' });
    }
    this.#told.clear();
  }
}
