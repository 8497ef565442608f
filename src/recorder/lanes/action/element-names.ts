import { isElement, isField, isMarkedArea, isMaskedArea } from '../../masking/fields.js';
import { selectors } from '../../masking/selectors.js';

/** A name longer than this is a text. */
const MAX_NAME_LENGTH = 80;
/** Text nodes looked at for one name: what is clicked may be a whole page. */
const MAX_TEXT_NODES = 60;

const INPUT_ROLES: Readonly<Record<string, string>> = {
  button: 'button',
  checkbox: 'check box',
  color: 'color field',
  date: 'date field',
  'datetime-local': 'date field',
  email: 'e-mail field',
  file: 'file field',
  image: 'button',
  month: 'month field',
  number: 'number field',
  password: 'password field',
  radio: 'radio button',
  range: 'slider',
  reset: 'button',
  search: 'search field',
  submit: 'button',
  tel: 'phone field',
  time: 'time field',
  url: 'URL field',
  week: 'week field',
};
const TAG_ROLES: Readonly<Record<string, string>> = {
  a: 'link',
  area: 'link',
  audio: 'audio player',
  button: 'button',
  canvas: 'drawing',
  dialog: 'dialog',
  form: 'form',
  img: 'picture',
  option: 'option',
  select: 'list',
  summary: 'disclosure',
  svg: 'picture',
  td: 'cell',
  textarea: 'text area',
  th: 'column header',
  tr: 'row',
  video: 'video player',
};
const ARIA_ROLES: Readonly<Record<string, string>> = {
  checkbox: 'check box',
  combobox: 'combo box',
  gridcell: 'cell',
  img: 'picture',
  listbox: 'list',
  menuitem: 'menu item',
  menuitemcheckbox: 'menu item',
  menuitemradio: 'menu item',
  radio: 'radio button',
  searchbox: 'search field',
  switch: 'switch',
  textbox: 'text field',
  treeitem: 'tree item',
};

/** What a person acts on: the innermost of these around what the pointer hit. */
const CONTROL_SELECTOR =
  'a[href],area[href],button,input,select,textarea,summary,option,label,[role="button"],[role="link"],[role="menuitem"],' +
  '[role="menuitemcheckbox"],[role="menuitemradio"],[role="tab"],[role="option"],[role="checkbox"],[role="radio"],' +
  '[role="switch"],[role="treeitem"],[role="gridcell"],[role="columnheader"],[role="slider"],[role="textbox"],[contenteditable]';

/** The control that an event met, through open shadow roots; what it met itself if there is none. Undefined if blocked. */
export function controlOf(event: Event): HTMLElement | undefined {
  const path = event.composedPath().filter(isElement);
  if (path.some((element) => element.matches(selectors.block))) return undefined;
  return path.find((element) => element.matches(CONTROL_SELECTOR)) ?? path[0];
}

/** `button`, `check box`, `e-mail field`: what a person would call it. */
export function roleOf(element: Element): string {
  const [role] = (element.getAttribute('role') ?? '').trim().toLowerCase().split(/\s+/);
  if (role !== undefined && role !== '' && role !== 'presentation' && role !== 'none') return ARIA_ROLES[role] ?? role;
  if (element.localName === 'input') return INPUT_ROLES[(element as HTMLInputElement).type] ?? 'text field';
  if (element.hasAttribute('contenteditable')) return 'text field';
  return TAG_ROLES[element.localName] ?? 'element';
}

/**
 * What it is called, after the accessible name: aria-labelledby, aria-label, its label, alt, its text, title, placeholder.
 * Nothing that a field holds and nothing of a masked area. Empty where it has no name.
 */
export function nameOf(element: Element): string {
  const isMarked = isMarkedArea(element);
  const name = bound(labelledBy(element) ?? ariaLabelOf(element) ?? ownName(element, isMarked));
  if (name !== '' || isMarked) return name;
  const described = element.getAttribute('title') ?? element.getAttribute('placeholder') ?? '';
  return bound(isMaskedArea(element) && !isField(element) ? '' : described);
}

/** `button "Sync now"`. */
export function describeElement(element: Element): string {
  const name = nameOf(element);
  const role = roleOf(element);
  if (name !== '') return `${role} "${name}"`;
  const id = element.getAttribute('id');
  return role === 'element' && id !== null ? `element #${bound(id)}` : role;
}

/** What it calls itself; undefined in an area that the app marked as masked. */
export function ariaLabelOf(element: Element): string | undefined {
  const label = element.getAttribute('aria-label');
  return label === null || isMarkedArea(element) ? undefined : label;
}

function labelledBy(element: Element): string | undefined {
  const ids = element.getAttribute('aria-labelledby');
  const root = element.getRootNode();
  if (ids === null || !(root instanceof Document || root instanceof ShadowRoot)) return undefined;
  const names = ids.split(/\s+/).map((id) => {
    const label = id === '' ? null : root.getElementById(id);
    return label === null ? '' : textOf(label);
  });
  const name = names.join(' ').trim();
  return name === '' ? undefined : name;
}

function ownName(element: Element, isMarked: boolean): string {
  if (isField(element) || element.localName === 'select') {
    const field = element as HTMLInputElement;
    const [label] = field.labels ?? [];
    if (label !== undefined) return textOf(label);
    if (isMarked) return '';
    if (field.type === 'submit' || field.type === 'button' || field.type === 'reset') return field.value;
    return field.getAttribute('alt') ?? '';
  }
  if (isMarked) return '';
  if (element.localName === 'img' || element.localName === 'area') return element.getAttribute('alt') ?? '';
  if (element.localName === 'form' || element.localName === 'dialog') return element.getAttribute('name') ?? '';
  return textOf(element);
}

/** Its visible words, without what fields hold and what is masked. */
function textOf(element: Element): string {
  if (isMaskedArea(element)) return '';
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (!isElement(node)) return NodeFilter.FILTER_ACCEPT;
    const isLeftOut =
      isField(node) || ['select', 'script', 'style', 'svg'].includes(node.localName) || node.matches(selectors.block);
    if (isLeftOut || isMaskedArea(node)) return NodeFilter.FILTER_REJECT;
    return node.localName === 'img' ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP;
  });
  let text = '';
  for (let count = 0; count < MAX_TEXT_NODES && text.length <= MAX_NAME_LENGTH && walker.nextNode() !== null; count++) {
    const node = walker.currentNode;
    text += ` ${isElement(node) ? (node.getAttribute('alt') ?? '') : (node.nodeValue ?? '')}`;
    text = text.replace(/\s+/g, ' ');
  }
  return text;
}

function bound(text: string): string {
  const words = text.replace(/\s+/g, ' ').trim();
  return words.length > MAX_NAME_LENGTH ? `${words.slice(0, MAX_NAME_LENGTH)}…` : words;
}
