// A replayed page has no focus: it would take the viewer's keyboard. What has it in the recording is marked by an attribute, and the
// style sheets' pseudo-classes ask for that.

export const FOCUS_MARK = 'fluxrec-focus';
export const FOCUS_WITHIN_MARK = 'fluxrec-focus-within';
const SELECTORS: Readonly<Record<string, string>> = {
  focus: `[${FOCUS_MARK}]`,
  'focus-visible': `[${FOCUS_MARK}=visible]`,
  'focus-within': `[${FOCUS_WITHIN_MARK}]`,
};

/** What browsers draw by themselves; any rule of the page goes before it. */
export const FOCUS_RULE = `:where(${SELECTORS['focus-visible'] ?? ''}) { outline: -webkit-focus-ring-color auto 1px; }`;

/** Whatever is no selector, and `:focus` and its like; each alternative takes what it begins with. */
const TOKEN =
  /\\[^]|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?|\/\*[^]*?(?:\*\/|$)|::|:(focus(?:-visible|-within)?)(?![-\w(\\])/gi;
/** A selector is followed by its block within so many characters. */
const MAX_SELECTOR_LENGTH = 1000;

/** A style sheet in which `:focus`, `:focus-visible` and `:focus-within` ask for the marks. */
export function markFocusIn(css: string): string {
  if (!/:focus/i.test(css)) return css;
  return css.replace(TOKEN, (token: string, name: string | undefined, at: number) => {
    if (name === undefined) return token;
    const after = css.slice(at + token.length, at + token.length + MAX_SELECTOR_LENGTH);
    // Of a declaration it is the value: `animation:focus 1s`.
    return /^[^;{}]*\{/.test(after) ? (SELECTORS[name.toLowerCase()] ?? token) : token;
  });
}
