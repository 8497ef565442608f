import { replacePseudoClasses } from './pseudo-classes.js';

// A replayed page has no focus: it would take the viewer's keyboard. What has it in the recording is marked by an attribute, and the
// style sheets' pseudo-classes ask for that.

export const FOCUS_MARK = 'fluxrec-focus';
export const FOCUS_WITHIN_MARK = 'fluxrec-focus-within';
const VISIBLE = `[${FOCUS_MARK}=visible]`;
const SELECTORS: ReadonlyMap<string, string> = new Map([
  ['focus', `[${FOCUS_MARK}]`],
  ['focus-visible', VISIBLE],
  ['focus-within', `[${FOCUS_WITHIN_MARK}]`],
]);

/** What browsers draw by themselves; any rule of the page goes before it. */
export const FOCUS_RULE = `:where(${VISIBLE}) { outline: -webkit-focus-ring-color auto 1px; }`;

/** A style sheet in which `:focus`, `:focus-visible` and `:focus-within` ask for the marks. */
export function markFocusIn(css: string): string {
  if (!/:focus/i.test(css)) return css;
  return replacePseudoClasses(css, SELECTORS);
}
