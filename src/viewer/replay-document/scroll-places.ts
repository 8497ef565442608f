import { INCREMENTAL, MUTATION, SCROLL } from '../../shared/session/rrweb-numbers.js';
import { objectsIn } from './recorded-fields.js';
import type { SafeEvent } from './sanitise-event.js';

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Where elements were scrolled to in a jump. rrweb tells of a scroll at once and of what made room for it a turn later: at its own place among the
 * events an element may be too short yet.
 */
export class ScrollPlaces {
  /** What was told since it was applied last, by the id of the element. */
  readonly #told = new Map<number, Place>();

  note({ type, data }: Pick<SafeEvent, 'type' | 'data'>): void {
    if (type !== INCREMENTAL) return;
    const { source, id, x, y, adds } = data as Readonly<Record<string, unknown>>;
    if (source === SCROLL) this.#told.set(id as number, { x, y } as Place);
    // A node that is put elsewhere is a new one.
    else if (source === MUTATION && this.#told.size > 0)
      for (const { node } of objectsIn(adds)) this.#told.delete((node as { readonly id: number }).id);
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
