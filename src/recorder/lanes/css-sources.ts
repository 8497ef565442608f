// A shorthand with `var()` of which a longhand is set again in the same rule has no text in the CSSOM: browsers write the other longhands
// without a value (`border-top-color: ;`), and a copy of the rule has lost them. Its source says it, where that is known.

/** A declaration without a value. Custom properties may be empty. */
const LOST = /(?:^|[\s;{])(?!--)[a-z-]+: ;/;
const MAY_LOSE = /var\(/i;

/** Not there where a server renders the page, which loads this module as well. */
const { CSSStyleSheet: Sheet } = globalThis as { readonly CSSStyleSheet?: typeof CSSStyleSheet };
/** Taken before the page can change it. */
const replaceSync = Sheet === undefined ? () => undefined : Reflect.get(Sheet.prototype, 'replaceSync');

/** A rule's source, and what the browser makes of it when it is asked. */
export interface LostRule {
  readonly cssText: string;
  readonly source: string;
}

export function mayLose(source: string): boolean {
  return MAY_LOSE.test(source);
}

export function hasLost(cssText: string): boolean {
  return cssText.includes(': ;') && LOST.test(cssText);
}

/** Of a style sheet's source the rules whose copies lose something, in their order. What the browser cannot parse alone is left out. */
export function lostRules(source: string): LostRule[] {
  const lost: LostRule[] = [];
  if (!mayLose(source)) return lost;
  const probe = new CSSStyleSheet();
  for (const rule of rulesIn(source)) {
    if (!mayLose(rule)) continue;
    Reflect.apply(replaceSync, probe, [rule]);
    const [parsed] = probe.cssRules;
    if (parsed === undefined || probe.cssRules.length > 1 || !hasLost(parsed.cssText)) continue;
    lost.push({ cssText: parsed.cssText, source: rule });
  }
  return lost;
}

/**
 * Puts sources in the place of what a style sheet's text has lost. Rules of one text and different sources are told apart by their order, if
 * all of them are there and `isInOrder`; else they stay as they are.
 */
export function mendText(css: string, lost: readonly LostRule[], isInOrder: boolean): string {
  for (const [cssText, known] of byText(lost)) {
    const places = placesOf(css, cssText);
    const sources = sourcesFor(places.length, known, isInOrder);
    let [mended, done] = ['', 0];
    for (const [index, source] of sources.entries()) {
      const place = places[index] ?? css.length;
      mended += css.slice(done, place) + source;
      done = place + cssText.length;
    }
    css = mended + css.slice(done);
  }
  return css;
}

/** The same of rules that are apart already. */
export function mendRules(rules: readonly { rule: string }[], lost: readonly LostRule[], isInOrder: boolean): void {
  for (const [cssText, known] of byText(lost)) {
    const places = rules.filter(({ rule }) => rule === cssText);
    for (const [index, source] of sourcesFor(places.length, known, isInOrder).entries()) {
      const place = places[index];
      if (place !== undefined) place.rule = source;
    }
  }
}

function byText(lost: readonly LostRule[]): Map<string, string[]> {
  const sources = new Map<string, string[]>();
  for (const { cssText, source } of lost) {
    const known = sources.get(cssText);
    if (known === undefined) sources.set(cssText, [source]);
    else known.push(source);
  }
  return sources;
}

/** One for each place, or none. */
function sourcesFor(places: number, known: readonly string[], isInOrder: boolean): readonly string[] {
  const [first = ''] = known;
  if (known.every((source) => source === first)) return Array.from({ length: places }, () => first);
  return isInOrder && places === known.length ? known : [];
}

/** Where a rule stands in a sheet's text by itself. Within another rule browsers indent it. */
function placesOf(css: string, rule: string): number[] {
  const places: number[] = [];
  for (let at = css.indexOf(rule); at !== -1; at = css.indexOf(rule, at + rule.length)) {
    if (at === 0 || !/\s/.test(css.charAt(at - 1))) places.push(at);
  }
  return places;
}

/** The rules of a style sheet's source that no other rule is around, without what ends with a semicolon. */
function* rulesIn(css: string): Generator<string> {
  let [start, depth, inParentheses] = [0, 0, 0];
  for (let at = 0; at < css.length; at += 1) {
    const char = css.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '"' || char === "'") at = endOfString(css, at);
    else if (char === '/' && css.charAt(at + 1) === '*') {
      const end = css.indexOf('*/', at + 2);
      if (end === -1) return;
      if (css.slice(start, at).trim() === '') start = end + 2;
      at = end + 1;
    } else if (char === '(' || char === '[') inParentheses += 1;
    else if (char === ')' || char === ']') inParentheses = Math.max(0, inParentheses - 1);
    else if (inParentheses > 0) continue;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth = Math.max(0, depth - 1);
      if (depth > 0) continue;
      yield css.slice(start, at + 1).trim();
      start = at + 1;
    } else if (char === ';' && depth === 0) start = at + 1;
  }
}

function endOfString(css: string, start: number): number {
  const quote = css.charAt(start);
  let at = start + 1;
  while (at < css.length && css.charAt(at) !== quote && css.charAt(at) !== '\n') at += css.charAt(at) === '\\' ? 2 : 1;
  return at;
}
