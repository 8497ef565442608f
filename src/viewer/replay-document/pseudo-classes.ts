/**
 * Whatever is no selector, and a pseudo-class; each alternative takes what it begins with. A pseudo-element with what is said of it is taken
 * as a whole: `::part(x):hover` may stand there, and nothing else in its place.
 */
const TOKEN =
  /\\[^]|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?|\/\*[^]*?(?:\*\/|$)|::(?!slotted\()[-\w]+(?:\([^()]*\))?(?::[-\w]+(?![-\w(\\]))*|::|:([a-z-]+)(?![-\w(\\])/gi;
/** A selector is followed by its block within so many characters. */
const MAX_SELECTOR_LENGTH = 1000;

/** A style sheet in which selectors ask for something else in place of these pseudo-classes (lower case, without colon). */
export function replacePseudoClasses(css: string, others: ReadonlyMap<string, string>): string {
  return css.replace(TOKEN, (token: string, name: string | undefined, at: number) => {
    const other = name === undefined ? undefined : others.get(name.toLowerCase());
    if (other === undefined) return token;
    const after = css.slice(at + token.length, at + token.length + MAX_SELECTOR_LENGTH);
    // Of a declaration it is the value: `animation:focus 1s`.
    return /^[^;{}]*\{/.test(after) ? other : token;
  });
}
