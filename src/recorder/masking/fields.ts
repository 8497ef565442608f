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

/** A former password field that shows its characters now is a password field still. */
const formerPasswords = new WeakSet<Element>();

function inputType(field: Field): string {
  return field.localName === 'textarea' ? 'textarea' : field.type;
}

/** The nearest mark decides: masked, unmasked, or no mark at all. */
function markOf(element: Element): 'mask' | 'unmask' | undefined {
  const marked = element.closest(`${selectors.mask},${selectors.unmask}`);
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

/** Whether text in this element is masked where it stands: marked by the app, or somewhere that people type. */
export function isMaskedArea(element: Element): boolean {
  const area = element.closest(`${selectors.maskedText},${selectors.unmask}`);
  return area !== null && !area.matches(selectors.unmask);
}

/** The editable element that holds this one, if its text is masked. */
export function editableAround(element: Element): Element | undefined {
  const editable = element.closest(EDITABLE_SELECTOR);
  return editable === null || isField(editable) || !isMaskedArea(editable) ? undefined : editable;
}
