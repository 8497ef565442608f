import { isFields, isId, type Fields } from './recorded-fields.js';

// rrweb's serialised nodes (rrweb-snapshot, NodeType).
const DOCUMENT = 0;
const ELEMENT = 2;
const TEXT = 3;
const COMMENT = 5;

/** A recorded node, not checked yet; what is read here is checked where it is read. */
export interface RecordedNode {
  readonly id: number;
  readonly type: number;
  readonly [field: string]: unknown;
}

/** A node's place. Siblings are linked, so that a list of any length costs the same to change. */
export interface Place {
  readonly node: RecordedNode;
  /** Of an element; in lower case. */
  readonly tag: string;
  /** Its children are known here and changed elsewhere. */
  readonly isSealed: boolean;
  parent: Place | undefined;
  before: Place | undefined;
  after: Place | undefined;
  first: Place | undefined;
  last: Place | undefined;
  /** Of an iframe. */
  document: Place | undefined;
  /** Its children are not those that the recording wrote into it. */
  isChanged: boolean;
  /** Fields that the node has now, in place of those that were recorded. */
  now: Record<string, unknown> | undefined;
}

/** Something that the replayer itself has to make sense of. */
export class NotFoldable extends Error {}

/** What is in these is more than a list of nodes: what a style sheet became, what was typed. */
const SEALED = new Set(['style', 'textarea']);
/** More rounds than rrweb's own order of adds ever needs. */
const MAX_ROUNDS = 50;

/** A recorded page as a tree in which nodes come, go and are looked up. Throws NotFoldable at whatever it does not understand. */
export class FoldedTree {
  readonly #places = new Map<number, Place>();
  /** Told of each place that is there no more. */
  readonly #onGone: (place: Place) => void;
  readonly #root: Place;

  constructor(root: unknown, onGone: (place: Place) => void) {
    this.#onGone = onGone;
    this.#root = this.#build(root);
    if (this.#root.node.type !== DOCUMENT) throw new NotFoldable();
  }

  at(id: unknown): Place | undefined {
    return this.#places.get(id as number);
  }

  /** Answers the parent that it was taken from; undefined where there was nothing to be taken. */
  remove({ parentId, id, isShadow }: Fields): Place | undefined {
    const place = this.at(id);
    if (place === undefined) return undefined;
    const { parent } = place;
    // Taken out of what it is not in, it would stay to be seen and be known no more.
    if (parent?.node.id !== parentId || !isSameShadow(place.node, isShadow)) throw new NotFoldable();
    unlink(place);
    this.#forget(place);
    return parent;
  }

  /** `onSealed` is told of each that is added to a sealed parent. */
  addAll(adds: readonly Fields[], onSealed: (parent: Place, add: Fields) => void): void {
    let left = adds;
    for (let round = 0; left.length > 0; round += 1) {
      if (round === MAX_ROUNDS) throw new NotFoldable();
      const later = left.filter((add) => !this.#add(add, onSealed));
      if (later.length === left.length) {
        // Without a parent they are nowhere; without the sibling that they stand before, nobody knows where.
        if (later.some(({ parentId, node }) => this.at(parentId) !== undefined || isDocument(node)))
          throw new NotFoldable();
        return;
      }
      left = later;
    }
  }

  /** Writes all changes into the recorded nodes, which are as they were until then, and answers the root. */
  write(): RecordedNode {
    for (const place of this.#places.values()) {
      if (place.isChanged) Object.assign(place.node, { childNodes: childNodesOf(place) });
      if (place.now !== undefined) Object.assign(place.node, place.now);
    }
    return this.#root.node;
  }

  /** The frames that have a document, outer ones first. */
  *documents(): Generator<{ readonly parentId: number; readonly node: RecordedNode }> {
    const open = [this.#root];
    for (let place = open.shift(); place !== undefined; place = open.shift()) {
      for (const within of placesIn(place)) {
        if (within.document === undefined) continue;
        yield { parentId: within.node.id, node: within.document.node };
        open.push(within.document);
      }
    }
  }

  /** Answers false when what it refers to is not there yet. */
  #add(add: Fields, onSealed: (parent: Place, add: Fields) => void): boolean {
    const { parentId, nextId, previousId, node } = add;
    if (!isFields(node) || (previousId !== undefined && previousId !== null)) throw new NotFoldable();
    const parent = this.at(parentId);
    if (parent === undefined) return false;
    if (isDocument(node) || parent.tag === 'iframe') {
      this.#attach(parent, node);
      return true;
    }
    if (parent.node.type !== ELEMENT) throw new NotFoldable();
    const next = nextId === null || nextId === undefined ? undefined : this.at(nextId);
    if (next === undefined && nextId !== null && nextId !== undefined) return false;
    if (next !== undefined && (next.parent !== parent || !isSameShadow(next.node, node['isShadow'])))
      throw new NotFoldable();
    // rrweb tells of children one by one; what a node brings itself, its replayer leaves out.
    const place = this.#build({ ...node, childNodes: [] });
    link(place, parent, next);
    if (parent.isSealed) onSealed(parent, add);
    else parent.isChanged = true;
    if (node['isShadow'] === true) parent.now = { ...parent.now, isShadowHost: true };
    return true;
  }

  #attach(frame: Place, node: Fields): void {
    if (frame.tag !== 'iframe' || !isDocument(node)) throw new NotFoldable();
    if (frame.document !== undefined) this.#forget(frame.document);
    frame.document = this.#build(node);
    frame.document.parent = frame;
  }

  /** Makes places of a node and all that is in it. */
  #build(value: unknown): Place {
    const root = this.#place(value);
    const open = [root];
    for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
      const { childNodes } = parent.node;
      if (childNodes === undefined) continue;
      if (!Array.isArray(childNodes)) throw new NotFoldable();
      for (const child of childNodes as unknown[]) {
        const place = this.#place(child);
        link(place, parent, undefined);
        open.push(place);
      }
    }
    return root;
  }

  #place(value: unknown): Place {
    if (!isFields(value) || !isId(value['id']) || this.#places.has(value['id'])) throw new NotFoldable();
    const { type, tagName } = value;
    if (!Number.isInteger(type) || (type as number) < DOCUMENT || (type as number) > COMMENT) throw new NotFoldable();
    if (type === ELEMENT && (typeof tagName !== 'string' || !isFields(value['attributes']))) throw new NotFoldable();
    const none = undefined;
    const tag = type === ELEMENT ? (tagName as string).toLowerCase() : '';
    const place: Place = {
      node: value as RecordedNode,
      tag,
      isSealed: SEALED.has(tag),
      parent: none,
      before: none,
      after: none,
      first: none,
      last: none,
      document: none,
      isChanged: false,
      now: none,
    };
    this.#places.set(place.node.id, place);
    return place;
  }

  #forget(root: Place): void {
    for (const place of placesIn(root, 'with documents')) {
      this.#places.delete(place.node.id);
      this.#onGone(place);
    }
  }
}

/** Whether a node is one that a text is set in. */
export function holdsText({ node: { type } }: Place): boolean {
  return type >= TEXT;
}

export function isElement({ node: { type } }: Place): boolean {
  return type === ELEMENT;
}

function isDocument(node: unknown): boolean {
  return isFields(node) && node['type'] === DOCUMENT;
}

function isSameShadow(node: RecordedNode, isShadow: unknown): boolean {
  return (node['isShadow'] === true) === (isShadow === true);
}

function link(place: Place, parent: Place, next: Place | undefined): void {
  const before = next === undefined ? parent.last : next.before;
  place.parent = parent;
  place.before = before;
  place.after = next;
  if (before === undefined) parent.first = place;
  else before.after = place;
  if (next === undefined) parent.last = place;
  else next.before = place;
}

function unlink({ parent, before, after }: Place): void {
  if (parent === undefined) return;
  if (before === undefined) parent.first = after;
  else before.after = after;
  if (after === undefined) parent.last = before;
  else after.before = before;
  parent.isChanged = !parent.isSealed;
}

function childNodesOf({ first }: Place): RecordedNode[] {
  const nodes: RecordedNode[] = [];
  for (let at = first; at !== undefined; at = at.after) nodes.push(at.node);
  return nodes;
}

/** A place and all below it, in the tree's order; the documents of frames where that is asked for. */
function* placesIn(root: Place, documents?: 'with documents'): Generator<Place> {
  const open = [root];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    yield place;
    for (let child = place.last; child !== undefined; child = child.before) open.push(child);
    if (documents !== undefined && place.document !== undefined) open.push(place.document);
  }
}
