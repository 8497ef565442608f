import type { DomEvent } from '../../shared/session/lane.js';
import {
  ADOPTED_STYLE_SHEET,
  DRAG,
  FULL_SNAPSHOT,
  INCREMENTAL,
  INPUT,
  META,
  MOUSE_MOVE,
  MUTATION,
  SCROLL,
  SELECTION,
  STYLE_DECLARATION,
  STYLE_SHEET_RULE,
  TOUCH_MOVE,
  VIEWPORT_RESIZE,
} from '../../shared/session/rrweb-numbers.js';
import { FoldedTree, holdsText, isElement, NotFoldable, type Place } from './folded-tree.js';
import { LaterAttributes } from './later-attributes.js';
import { isFields, isId, mutationOf, objectsIn, type Fields } from './recorded-fields.js';
import { SealedChanges } from './sealed-changes.js';

/**
 * A checkout and what followed it, as a checkout of the moment at its end: mutations are applied to the recorded nodes before anything is
 * built of them, and of what overrides one another the last is kept. rrweb's replayer would build the first page, copy it, apply
 * all to the copy, and build what differs.
 *
 * `events`: as they were recorded; nothing is checked here that is not needed here, and what comes out is as little to be trusted as what
 * came in. Answers undefined, and has changed nothing, when nothing follows the checkout, or something in them is for the replayer alone to make
 * sense of; otherwise their nodes are what has become of them. What is told after the checkout has the checkout's time, up to which all counts as played.
 */
export function foldMutations(events: readonly DomEvent[]): DomEvent[] | undefined {
  // A checkout by itself, as the first frame of most chains, is what it is.
  if (events.at(-1)?.type === FULL_SNAPSHOT) return undefined;
  try {
    return new Fold(events).events();
  } catch (error) {
    if (error instanceof NotFoldable) return undefined;
    throw error;
  }
}

class Fold {
  readonly #timestamp: number;
  readonly #checkout: readonly DomEvent[];
  readonly #tree: FoldedTree;
  readonly #attributes = new LaterAttributes();
  readonly #sealed = new SealedChanges();
  readonly #resizes: Fields[] = [];
  readonly #sheets: Fields[] = [];
  /** By the id of the element, the one that came last at the end. */
  readonly #inputs = new Map<number, Fields>();
  readonly #scrolls = new Map<number, Fields>();
  #pointer: Fields | undefined;
  #pointedMs = -Infinity;
  #selection: Fields | undefined;
  readonly #others: DomEvent[] = [];

  constructor(events: readonly DomEvent[]) {
    const at = events.findIndex(({ type }) => type === FULL_SNAPSHOT);
    const snapshot = events[at];
    if (snapshot === undefined) throw new NotFoldable();
    this.#timestamp = (events.slice(0, at).findLast(({ type }) => type === META) ?? snapshot).timestamp;
    this.#checkout = events.slice(0, at + 1);
    this.#tree = new FoldedTree(snapshot.data['node'], ({ node: { id } }) => {
      this.#inputs.delete(id);
      this.#scrolls.delete(id);
      this.#attributes.forget(id);
      this.#sealed.forget(id);
    });
    for (const event of events.slice(at + 1)) this.#take(event);
  }

  events(): DomEvent[] {
    const node = this.#tree.write();
    const attributes = this.#attributes.all();
    const attached = [...this.#tree.documents()].map(({ parentId, node: document }) =>
      mutationOf({ adds: [{ parentId, nextId: null, node: document }], isAttachIframe: true }),
    );
    const data = [
      ...this.#resizes,
      ...attached,
      ...(attributes.length === 0 ? [] : [mutationOf({ attributes })]),
      ...this.#sealed.all(),
      ...this.#sheets,
      // What is scrolled and what is pointed at depends on all before.
      ...this.#inputs.values(),
      ...this.#scrolls.values(),
    ];
    const last = [this.#pointer, this.#selection].filter((one) => one !== undefined);
    return [
      ...this.#checkout.slice(0, -1),
      ...this.#checkout.slice(-1).map((snapshot) => ({ ...snapshot, data: { ...snapshot.data, node } })),
      ...data.map((one) => this.#incremental(one)),
      ...this.#others.map((event) => ({ ...event, timestamp: this.#timestamp })),
      ...last.map((one) => this.#incremental(one)),
    ];
  }

  #incremental(data: Fields): DomEvent {
    return { type: INCREMENTAL, data, timestamp: this.#timestamp };
  }

  #take(event: DomEvent): void {
    const { type, data } = event;
    if (type === META || type === FULL_SNAPSHOT) throw new NotFoldable();
    if (type !== INCREMENTAL) {
      this.#others.push(event);
      return;
    }
    switch (data['source']) {
      case MUTATION:
        this.#mutate(data);
        break;
      case MOUSE_MOVE:
      case TOUCH_MOVE:
      case DRAG:
        this.#point(event);
        break;
      case VIEWPORT_RESIZE:
        this.#resizes.push(data);
        break;
      case SCROLL:
        this.#keepLast(this.#scrolls, data);
        break;
      case INPUT:
        this.#keepLast(this.#inputs, data);
        break;
      case STYLE_SHEET_RULE:
      case STYLE_DECLARATION:
        this.#changeSheet(data);
        break;
      case ADOPTED_STYLE_SHEET:
        this.#sheets.push(data);
        break;
      case SELECTION:
        this.#selection = data;
        break;
      default:
        this.#act(event);
    }
  }

  #mutate(data: Fields): void {
    for (const remove of objectsIn(data['removes'])) {
      const parent = this.#tree.remove(remove);
      if (parent?.isSealed === true) this.#sealed.remove(parent.node.id, remove);
    }
    this.#tree.addAll([...objectsIn(data['adds'])], (parent, add) => {
      this.#sealed.add(parent.node.id, add);
    });
    for (const text of objectsIn(data['texts'])) this.#setText(text);
    for (const { id, attributes } of objectsIn(data['attributes'])) {
      const place = this.#tree.at(id);
      if (place !== undefined) this.#setAttributes(place, attributes);
    }
  }

  #setText(text: Fields): void {
    const place = this.#tree.at(text['id']);
    if (place === undefined) return;
    if (!holdsText(place)) throw new NotFoldable();
    if (place.parent?.isSealed === true) this.#sealed.setText(place.parent.node.id, text);
    else place.now = { ...place.now, textContent: text['value'] };
  }

  #setAttributes(place: Place, attributes: unknown): void {
    if (!isElement(place) || !isFields(attributes)) throw new NotFoldable();
    const { id } = place.node;
    // In their order: what a sheet or a dialog was before decides what becomes of it.
    if (place.isSealed || place.tag === 'link' || place.tag === 'dialog') this.#sealed.change(id, attributes);
    else this.#attributes.change(place, attributes);
  }

  /** Of a path the pointer's last place counts; rrweb tells of it late, and something may have been told of a later one already. */
  #point({ data, timestamp }: DomEvent): void {
    const last = [...objectsIn(data['positions'])].at(-1);
    const { timeOffset } = last ?? {};
    if (typeof timeOffset !== 'number' || timestamp + timeOffset < this.#pointedMs) return;
    this.#pointedMs = timestamp + timeOffset;
    this.#pointer = { ...data, positions: [{ ...last, timeOffset: 0 }] };
  }

  /** A click tells where the pointer is, too. */
  #act(event: DomEvent): void {
    if (this.#pointer !== undefined) this.#others.push(this.#incremental(this.#pointer));
    this.#pointer = undefined;
    this.#others.push(event);
  }

  #keepLast(kept: Map<number, Fields>, data: Fields): void {
    const { id } = data;
    if (!isId(id) || this.#tree.at(id) === undefined) return;
    kept.delete(id);
    kept.set(id, data);
  }

  #changeSheet(data: Fields): void {
    const { id, styleId } = data;
    if (styleId !== undefined && styleId !== null) this.#sheets.push(data);
    else if (isId(id) && this.#tree.at(id) !== undefined) this.#sealed.changeRules(id, data);
  }
}
