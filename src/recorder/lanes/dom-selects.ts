import type { DomEvent } from '../../shared/session/lane.js';
import { MAX_SELECTED_OPTIONS } from '../../shared/session/selected-options.js';
import { INCREMENTAL, INPUT } from '../../shared/session/rrweb-numbers.js';
import type { MutationData } from '../masking/snapshot-masking.js';
import { selectors } from '../masking/selectors.js';
import { isElement, isMarkedArea } from '../masking/fields.js';
import { listen, watchSetter, type Guard } from '../page.js';

export interface SelectedOptionsOptions {
  readonly guard: Guard;
  readonly nodeOf: (id: number) => Node | null;
  readonly idOf: (node: Node) => number | undefined;
  readonly emit: (event: DomEvent) => void;
}

function asSelect(node: unknown): HTMLSelectElement | undefined {
  // By name: elements of a frame have classes of their own.
  return isElement(node) && node.localName === 'select' ? (node as HTMLSelectElement) : undefined;
}

function selectAround(node: Node | null): HTMLSelectElement | undefined {
  return isElement(node) ? asSelect(node.closest('select')) : undefined;
}

/** Which of a list's options is chosen says what it is. */
function isPrivate(select: HTMLSelectElement): boolean {
  return isMarkedArea(select) || select.closest(selectors.block) !== null;
}

/** Whether its value says which option is selected. */
function isToldByValue({ multiple, options, selectedIndex, value }: HTMLSelectElement): boolean {
  if (multiple || selectedIndex === -1) return false;
  for (let index = 0; index < selectedIndex; index += 1) if (options[index]?.value === value) return false;
  return true;
}

/**
 * Tells what is selected where rrweb's events do not: nothing at all (`selectedIndex = -1`), several options, the second one of two with the
 * same value. rrweb writes the value, and nothing when that stays the same; in a snapshot an option can be selected, but not none.
 */
export class SelectedOptions {
  readonly #options: SelectedOptionsOptions;
  /** What was told of each beyond its value: a change back has to be told too. */
  readonly #told = new WeakMap<HTMLSelectElement, string>();
  #due = new Set<HTMLSelectElement>();

  constructor(options: SelectedOptionsOptions) {
    this.#options = options;
  }

  start(): () => void {
    const { guard } = this.#options;
    const look = guard((select: HTMLSelectElement) => {
      this.#look(select);
    });
    // As rrweb does, a turn later: what the same turn adds to the page comes before it.
    const lookSoon = guard((node: unknown) => {
      const select = isElement(node) ? selectAround(node) : undefined;
      if (select !== undefined) setTimeout(look, 0, select);
    });
    const stops = [
      watchSetter(HTMLSelectElement.prototype, 'selectedIndex', { after: lookSoon }),
      watchSetter(HTMLSelectElement.prototype, 'value', { after: lookSoon }),
      watchSetter(HTMLOptionElement.prototype, 'selected', { after: lookSoon }),
      listen(window, 'change', (event: Event) => lookSoon(event.composedPath()[0])),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Of an element in a snapshot, or that was added. */
  noteElement(id: number, tagName: string): void {
    if (tagName === 'select') {
      const select = asSelect(this.#options.nodeOf(id));
      if (select === undefined) return;
      this.#told.delete(select);
      if (select.selectedIndex === -1 && select.length > 0) this.#due.add(select);
    } else if (tagName === 'option') {
      this.#noteOptionsOf(this.#options.nodeOf(id));
    }
  }

  noteChange(id: number, attributes: Readonly<Record<string, unknown>>): void {
    if ('selected' in attributes || 'multiple' in attributes) this.#noteOptionsOf(this.#options.nodeOf(id));
  }

  noteRemoved({ removes }: MutationData): void {
    for (const { parentId } of removes) this.#noteOptionsOf(this.#options.nodeOf(parentId));
  }

  /** Of an input event of rrweb's: says what its value does not. */
  noteInput(data: DomEvent['data']): void {
    const select = asSelect(this.#options.nodeOf(data['id'] as number));
    if (select === undefined || isPrivate(select)) return;
    const selected = indexesOf(select);
    if (isToldByValue(select) || selected === undefined) {
      this.#told.delete(select);
      return;
    }
    data['selected'] = selected;
    this.#told.set(select, selected.join());
  }

  /** To be called after each snapshot and mutation. */
  tellDue(): void {
    if (this.#due.size === 0) return;
    const due = this.#due;
    this.#due = new Set();
    for (const select of due) this.#tell(select);
  }

  /** Of one whose form was reset: to rrweb it has the value that it had before. */
  noteReset(select: HTMLSelectElement): void {
    this.#tell(select);
    const selected = indexesOf(select);
    if (selected !== undefined) this.#told.set(select, selected.join());
  }

  #noteOptionsOf(node: Node | null): void {
    const select = selectAround(node);
    if (select !== undefined && (select.selectedIndex === -1 || this.#told.has(select))) this.#due.add(select);
  }

  #look(select: HTMLSelectElement): void {
    const told = this.#told.get(select);
    if (told === undefined && isToldByValue(select)) return; // By rrweb.
    if (indexesOf(select)?.join() !== told) this.#tell(select);
  }

  #tell(select: HTMLSelectElement): void {
    const { idOf, emit } = this.#options;
    const [id, selected] = [idOf(select), indexesOf(select)];
    if (id === undefined || selected === undefined || isPrivate(select)) return;
    if (isToldByValue(select)) this.#told.delete(select);
    else this.#told.set(select, selected.join());
    const data = { source: INPUT, id, text: select.value, isChecked: false, selected };
    emit({ type: INCREMENTAL, data, timestamp: 0 });
  }
}

/** Undefined where there are more than are told. */
function indexesOf(select: HTMLSelectElement): number[] | undefined {
  if (!select.multiple) return select.selectedIndex === -1 ? [] : [select.selectedIndex];
  const { selectedOptions } = select;
  return selectedOptions.length > MAX_SELECTED_OPTIONS ? undefined : Array.from(selectedOptions, ({ index }) => index);
}
