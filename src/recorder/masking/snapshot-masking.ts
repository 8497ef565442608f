import {
  LABELLED_INPUT_TYPES,
  maskedAreaText,
  maskedFieldText,
  mayHoldText,
  SHOWN_ATTRIBUTES,
} from '../../shared/privacy/policy.js';
import type { FieldWatch } from './field-watch.js';
import {
  isElement,
  isField,
  isMarkedArea,
  isMaskedArea,
  isMaskedBySlot,
  isMaskedFromOutside,
  maskedKindOf,
} from './fields.js';

// rrweb masks what a field holds. What it does not: a value attribute beside an emptied field, and attributes inside a masked area
// that are shown, read out, or hold what the text says. These are mended here, on the event, before it leaves the lane.

/** The part of rrweb's serialised node that is looked at. */
interface SnapshotNode {
  readonly type: number;
  readonly id: number;
  readonly tagName?: string;
  textContent?: string;
  readonly attributes?: Record<string, unknown>;
  readonly childNodes?: readonly SnapshotNode[];
}

export interface MutationData {
  readonly texts: readonly { readonly id: number; value: string | null }[];
  readonly attributes: readonly { readonly id: number; readonly attributes: Record<string, unknown> }[];
  readonly removes: readonly { readonly parentId: number }[];
  readonly adds: readonly { readonly node: SnapshotNode }[];
}

/** rrweb's number for a text in a snapshot. */
const TEXT_NODE = 3;

/** About what JSON needs around the text of a node, of an attribute, of a change. */
const NODE_BYTES = 60;
const ATTRIBUTE_BYTES = 8;
const CHANGE_BYTES = 30;

/** Whoever else looks at elements, in the same pass over a snapshot. */
export interface ElementNotes {
  noteElement(id: number, tagName: string, attributes: Record<string, unknown>): void;
  noteChange(id: number, attributes: Record<string, unknown>): void;
  /** There is a slot in a masked area: what is shown in it may have been recorded before. */
  noteMaskedSlot(): void;
}

export class SnapshotMasking {
  readonly #fields: FieldWatch;
  readonly #nodeOf: (id: number) => Node | null;
  readonly #notes: ElementNotes | undefined;
  readonly #maskedSlots = new WeakSet<Node>();
  /** Where there is none, no text is looked for in one. */
  #hasMaskedSlots = false;

  constructor(fields: FieldWatch, nodeOf: (id: number) => Node | null, notes?: ElementNotes) {
    this.#fields = fields;
    this.#nodeOf = nodeOf;
    this.#notes = notes;
  }

  /** For rrweb: the value of any input or text area. */
  readonly inputValue = (value: string, element: HTMLElement): string => {
    if (!isField(element)) return value;
    this.#fields.addField(element);
    const kind = maskedKindOf(element);
    if (kind === undefined) return this.#controlValue(value, element);
    // A mutation tells a value that the field may not hold any more.
    if (value !== element.value && value !== element.defaultValue) this.#fields.add(value, kind);
    return maskedFieldText(value, kind);
  };

  /** For rrweb: text in an area that its selector takes for masked. */
  readonly areaText = (text: string, element: HTMLElement | null): string => {
    if (element !== null && isField(element)) {
      const kind = maskedKindOf(element);
      return kind === undefined ? text : maskedFieldText(text, kind);
    }
    if (element !== null && !isMaskedArea(element)) return text;
    this.#fields.add(text, 'text');
    return maskedAreaText(text);
  };

  /** Mends what was chosen in a list: rrweb tells it as it is. */
  choice(data: { readonly id: number; text?: unknown }): void {
    const { id, text } = data;
    if (typeof text !== 'string') return;
    const element = this.#nodeOf(id);
    if (isElement(element) && element.localName === 'select' && isMarkedArea(element)) data.text = maskedAreaText(text);
  }

  /** Mends a full snapshot, or a node that was added. Answers about how many bytes of JSON it is. */
  node(root: SnapshotNode): number {
    let bytes = 0;
    const hadMaskedSlots = this.#hasMaskedSlots;
    // A stack of its own: a hostile page nests deeper than the call stack is.
    const stack = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      bytes += NODE_BYTES + (node.textContent?.length ?? 0);
      if (node.type === TEXT_NODE && node.textContent !== undefined) {
        node.textContent = this.#text(node.id, node.textContent);
      }
      if (node.attributes !== undefined) {
        const { id, tagName = '', attributes } = node;
        bytes += this.#attributes(id, tagName, attributes);
        this.#notes?.noteElement(id, tagName, attributes);
        if (tagName === 'slot') this.#noteSlot(id);
      }
      if (node.childNodes !== undefined) for (const child of node.childNodes) stack.push(child);
    }
    if (this.#hasMaskedSlots && !hadMaskedSlots) this.#textsIn(root);
    return bytes;
  }

  /** Mends a mutation. Answers about how many bytes of JSON it is. */
  mutation(data: MutationData): number {
    let bytes =
      CHANGE_BYTES * (data.removes.length + data.texts.length + data.attributes.length + data.adds.length + 1);
    for (const change of data.texts) {
      if (change.value !== null) change.value = this.#text(change.id, change.value);
      bytes += change.value?.length ?? 0;
    }
    for (const { id, attributes } of data.attributes) {
      bytes += this.#attributes(id, '', attributes);
      this.#notes?.noteChange(id, attributes);
    }
    for (const change of data.adds) bytes += this.node(change.node);
    return bytes;
  }

  #noteSlot(id: number): void {
    const slot = this.#nodeOf(id);
    if (!isElement(slot) || this.#maskedSlots.has(slot) || !isMaskedArea(slot)) return;
    this.#maskedSlots.add(slot);
    this.#hasMaskedSlots = true;
    this.#notes?.noteMaskedSlot();
  }

  /** Once more, now that there are masked slots: texts come before the slots that they are shown in, or after. */
  #textsIn(root: SnapshotNode): void {
    const stack = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node.type === TEXT_NODE && node.textContent !== undefined) {
        node.textContent = this.#text(node.id, node.textContent);
      }
      if (node.childNodes !== undefined) for (const child of node.childNodes) stack.push(child);
    }
  }

  /** Of texts in a shadow root, a slot or a frame rrweb does not see what is around it. */
  #text(id: number, text: string): string {
    if (text.trim() === '') return text;
    const node = this.#nodeOf(id);
    if (node === null) return text;
    if (!isMaskedFromOutside(node) && !(this.#hasMaskedSlots && isMaskedBySlot(node))) return text;
    const masked = maskedAreaText(text);
    // rrweb has masked it where it came with the snapshot of what is around it.
    if (masked !== text) this.#fields.add(text, 'text');
    return masked;
  }

  /** Of a button, a check box, a radio button. */
  #controlValue(value: string, element: HTMLInputElement | HTMLTextAreaElement): string {
    if (value === '' || !isMarkedArea(element)) return value;
    const masked = maskedAreaText(value);
    if (masked !== value && LABELLED_INPUT_TYPES.has(element.type)) this.#fields.add(value, 'text');
    return masked;
  }

  #attributes(id: number, tagName: string, attributes: Record<string, unknown>): number {
    let bytes = 0;
    for (const name in attributes) {
      const value = attributes[name];
      bytes += ATTRIBUTE_BYTES + name.length + (typeof value === 'string' ? value.length : ATTRIBUTE_BYTES);
      if (typeof value !== 'string' || value === '') continue;
      if (name === 'value' && tagName === 'input') {
        const element = this.#nodeOf(id);
        const kind = isField(element) ? maskedKindOf(element) : 'field';
        if (kind !== undefined) attributes[name] = maskedFieldText(value, kind);
        else if (isField(element)) attributes[name] = this.#controlValue(value, element);
      } else if (SHOWN_ATTRIBUTES.has(name)) {
        const element = this.#nodeOf(id);
        if (!isElement(element) || !isMarkedArea(element)) continue;
        this.#fields.add(value, 'text');
        attributes[name] = maskedAreaText(value);
      } else if (mayHoldText(name, value)) {
        const element = this.#nodeOf(id);
        if (!isElement(element) || (name === 'href' && !isLink(element))) continue;
        if (isMarkedArea(element)) attributes[name] = maskedAreaText(value);
      }
    }
    return bytes;
  }
}

/** Other elements load or show what their address names: pictures, symbols. */
function isLink({ localName }: Element): boolean {
  return localName === 'a' || localName === 'area';
}
