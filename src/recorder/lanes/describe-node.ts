import { isField, isMaskedArea } from '../masking/fields.js';

const MAX_LENGTH = 200;

/** A DOM node among the arguments of a log line, as its start tag; nothing that a field holds. */
export function describeNode(value: object): string | undefined {
  if (value instanceof Element) {
    const id = value.getAttribute('id');
    const classes = value.getAttribute('class');
    const text = `<${value.localName}${id === null ? '' : ` id="${id}"`}${classes === null ? '' : ` class="${classes}"`}>`;
    return text.slice(0, MAX_LENGTH);
  }
  if (value instanceof Text) {
    const parent = value.parentElement;
    const isShown = parent !== null && !isField(parent) && !isMaskedArea(parent);
    return isShown ? `#text ${JSON.stringify(value.data.slice(0, MAX_LENGTH))}` : '#text';
  }
  if (value instanceof Node) return value.nodeName;
  if (value instanceof Window || value === window) return 'Window';
  if (value instanceof Event) return `${value.constructor.name} "${value.type}"`.slice(0, MAX_LENGTH);
  return undefined;
}
