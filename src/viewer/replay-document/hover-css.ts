import { replacePseudoClasses } from './pseudo-classes.js';

// No pointer reaches a replayed page. rrweb marks what the recorded one was over by a class named `:hover`, and asks for it in style
// elements; in rules that scripts gave to a sheet it does not.

const SELECTORS: ReadonlyMap<string, string> = new Map([['hover', '.\\:hover']]);

/** A rule in which `:hover` asks for rrweb's mark. */
export function markHoverIn(css: string): string {
  return /:hover/i.test(css) ? replacePseudoClasses(css, SELECTORS) : css;
}
