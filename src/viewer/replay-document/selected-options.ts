import type { SafeEvent } from './sanitise-event.js';
import { INCREMENTAL, INPUT } from '../../shared/session/rrweb-numbers.js';

/** Which options are selected where a value does not say it: rrweb's replayer knows values only. */
export class SelectedOptions {
  /** What was told since it was applied last, by the id of the `select`. */
  readonly #told = new Map<number, readonly number[]>();

  note({ type, data }: Pick<SafeEvent, 'type' | 'data'>): void {
    const { source, id, selected } = data as { source?: unknown; id?: unknown; selected?: readonly number[] };
    if (type !== INCREMENTAL || source !== INPUT || typeof id !== 'number') return;
    if (selected === undefined) this.#told.delete(id);
    else this.#told.set(id, selected);
  }

  /** Selects in the page as it is now what was told. */
  apply(nodeOf: (id: number) => Node | null): void {
    for (const [id, selected] of this.#told) {
      const node = nodeOf(id);
      if ((node as Partial<Element> | null)?.localName === 'select') select(node as HTMLSelectElement, selected);
    }
    this.#told.clear();
  }
}

function select(element: HTMLSelectElement, selected: readonly number[]): void {
  if (!element.multiple) {
    element.selectedIndex = selected[0] ?? -1;
    return;
  }
  const wanted = new Set(selected);
  for (const [index, option] of Array.from(element.options).entries()) option.selected = wanted.has(index);
}
