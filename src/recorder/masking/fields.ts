import {
  EDITABLE_SELECTOR,
  fieldKind,
  OWN_FIELD_INPUT_TYPES,
  UNMASKED_INPUT_TYPES,
  type MaskedKind,
} from '../../shared/privacy/policy.js';
import { selectors } from './selectors.js';

export type Field = HTMLInputElement | HTMLTextAreaElement;

// Elements of same-origin frames have classes of their own: names tell, `instanceof` does not.
export function isElement(node: unknown): node is HTMLElement {
  return typeof node === 'object' && node !== null && (node as Node).nodeType === Node.ELEMENT_NODE;
}

export function isField(node: unknown): node is Field {
  return isElement(node) && (node.localName === 'input' || node.localName === 'textarea');
}

/** What a node's own tree stands in: the element that has its shadow root, or its frame. */
function holderOf(node: Node): Element | null {
  const root = node.getRootNode();
  if (root.nodeType === Node.DOCUMENT_FRAGMENT_NODE) return (root as Partial<ShadowRoot>).host ?? null;
  // A frame of another origin says nothing of the document around it.
  return (root as Document).defaultView?.frameElement ?? null;
}

/** `closest`, out of shadow roots and frames too: what is marked is marked with all that it contains. */
function closestAround(element: Element, selector: string): Element | null {
  for (let at: Element | null = element; at !== null; at = holderOf(at)) {
    const found = at.closest(selector);
    if (found !== null) return found;
  }
  return null;
}

/** A former password field that shows its characters now is a password field still. */
const formerPasswords = new WeakSet<Element>();

function inputType(field: Field): string {
  return field.localName === 'textarea' ? 'textarea' : field.type;
}

/** The nearest mark decides: masked, unmasked, or no mark at all. */
function markOf(element: Element): 'mask' | 'unmask' | undefined {
  const marked = closestAround(element, `${selectors.mask},${selectors.unmask}`);
  if (marked === null) return undefined;
  return marked.matches(selectors.unmask) ? 'unmask' : 'mask';
}

/** How a field is masked; undefined if it is not. A secret is masked whatever the marks say. */
export function maskedKindOf(field: Field): MaskedKind | undefined {
  const type = inputType(field);
  if (UNMASKED_INPUT_TYPES.has(type)) return undefined;
  if (type === 'password') formerPasswords.add(field);
  const kind = formerPasswords.has(field)
    ? 'secret'
    : fieldKind({
        type,
        autocomplete: field.getAttribute('autocomplete') ?? '',
        name: field.getAttribute('name') ?? '',
        id: field.getAttribute('id') ?? '',
      });
  return kind === 'secret' || markOf(field) !== 'unmask' ? kind : undefined;
}

/** A value that is masked in its own field and left alone elsewhere. */
export function isOwnFieldOnly(field: Field): boolean {
  return OWN_FIELD_INPUT_TYPES.has(inputType(field));
}

/** Whether the app marked what this element belongs to as masked. */
export function isMarkedArea(element: Element): boolean {
  return markOf(element) === 'mask';
}

/** Whether all of a document is one editable text, as the frames of older rich text editors are. */
export function isDesigned(document: Document): boolean {
  return document.designMode === 'on';
}

/** Whether text in this element is masked where it stands: marked by the app, or somewhere that people type. */
export function isMaskedArea(element: Element): boolean {
  const area = closestAround(element, `${selectors.maskedText},${selectors.unmask}`);
  return area === null ? isDesigned(element.ownerDocument) : !area.matches(selectors.unmask);
}

/**
 * Whether a text is in a shadow root or frame that stands in a masked area, or in a document that is one: whoever looks with `closest`
 * does not see that.
 */
export function isMaskedFromOutside(text: Node): boolean {
  if (text.getRootNode() === document && !isDesigned(document)) return false;
  const element = text.parentElement ?? holderOf(text);
  return element !== null && element.localName !== 'style' && element.localName !== 'script' && isMaskedArea(element);
}

/** Whether a text, or what it is in, is shown in a slot that stands in a masked area. A closed shadow root does not tell. */
export function isMaskedBySlot(text: Node): boolean {
  for (let at: Node | null = text; at !== null; at = at.parentNode ?? (at as Partial<ShadowRoot>).host ?? null) {
    const slot = (at as Partial<Slottable>).assignedSlot ?? null;
    if (slot !== null && isMaskedArea(slot)) return true;
  }
  return false;
}

/** The editable element that holds this one, if its text is masked. */
export function editableAround(element: Element): Element | undefined {
  const editable = element.closest(EDITABLE_SELECTOR);
  return editable === null || isField(editable) || !isMaskedArea(editable) ? undefined : editable;
}
