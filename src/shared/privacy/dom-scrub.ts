import type { DomEvent } from '../session/lane.js';
import { FULL_SNAPSHOT, INCREMENTAL, INPUT, META, MUTATION } from '../session/rrweb-numbers.js';

/** Replaces one text; `inStyle` where it is the page's own vocabulary (style sheets, class names, code locations). */
export type ScrubText = (text: string, inStyle?: boolean) => string;

// Where rrweb's events hold text.

/** Loaded, parsed, and sources that hold numbers only: pointer, scroll, size, media, drag, selection. */
const WITHOUT_TEXT: ReadonlySet<number> = new Set([1, 2, 3, 4, 6, 7, 12, 14]);
/** Style sheet rules, style declarations, adopted style sheets. */
const STYLE_SOURCES: ReadonlySet<number> = new Set([8, 13, 15]);

/** Attributes in the page's own vocabulary or in numbers: layout hangs on them. */
const STYLE_ATTRIBUTES: ReadonlySet<string> = new Set([
  '_cssText',
  'class',
  'd',
  'dir',
  'for',
  'height',
  'id',
  'lang',
  'media',
  'points',
  'rel',
  'role',
  'slot',
  'style',
  'transform',
  'type',
  'viewBox',
  'width',
]);

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function each(value: unknown, visit: (item: Fields) => void): void {
  if (Array.isArray(value)) for (const item of value) if (isFields(item)) visit(item);
}

/** Every string in a structure of rrweb's, in place; keys are its own. */
function scrubStrings(value: Fields | unknown[], text: ScrubText, inStyle: boolean): void {
  const fields = value as Fields;
  for (const key of Object.keys(fields)) {
    const item = fields[key];
    if (typeof item === 'string') fields[key] = text(item, inStyle);
    else if (isFields(item)) scrubStrings(item, text, inStyle);
  }
}

function scrubAttributes(attributes: Fields, text: ScrubText): void {
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    const inStyle = STYLE_ATTRIBUTES.has(name);
    if (typeof value === 'string') attributes[name] = text(value, inStyle);
    // A style attribute may come as its difference: property to value.
    else if (isFields(value)) scrubStrings(value, text, inStyle);
  }
}

function scrubNode(root: Fields, text: ScrubText): void {
  // A stack of its own: a hostile page nests deeper than the call stack is.
  const stack: { readonly node: Fields; readonly inStyle: boolean }[] = [{ node: root, inStyle: false }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, inStyle } = next;
    if (typeof node['textContent'] === 'string') node['textContent'] = text(node['textContent'], inStyle);
    if (isFields(node['attributes'])) scrubAttributes(node['attributes'], text);
    const isStyle = node['tagName'] === 'style';
    each(node['childNodes'], (child) => stack.push({ node: child, inStyle: isStyle }));
  }
}

export function scrubDomEvent(event: DomEvent, text: ScrubText, scrubValue: (value: unknown) => unknown): void {
  const data: Fields = event.data;
  if (event.type === META) {
    if (typeof data['href'] === 'string') data['href'] = text(data['href']);
  } else if (event.type === FULL_SNAPSHOT) {
    if (isFields(data['node'])) scrubNode(data['node'], text);
  } else if (event.type === INCREMENTAL) {
    const source = data['source'] as number;
    if (source === MUTATION) {
      each(data['texts'], (change) => {
        if (typeof change['value'] === 'string') change['value'] = text(change['value']);
      });
      each(data['attributes'], (change) => {
        if (isFields(change['attributes'])) scrubAttributes(change['attributes'], text);
      });
      each(data['adds'], (change) => {
        if (isFields(change['node'])) scrubNode(change['node'], text);
      });
    } else if (source === INPUT) {
      if (typeof data['text'] === 'string') data['text'] = text(data['text']);
    } else if (STYLE_SOURCES.has(source)) {
      scrubStrings(data, text, true);
    } else if (!WITHOUT_TEXT.has(source)) {
      scrubStrings(data, text, false);
    }
  } else {
    event.data = scrubValue(data) as DomEvent['data'];
  }
}
