import { replacePseudoClasses } from './pseudo-classes.js';

const SELECTORS: ReadonlyMap<string, string> = new Map([['hover', '.\\:hover']]);

/**
 * A style sheet or rule as it works in a replay. No pointer reaches a replayed page: rrweb marks what the recorded one was over by a class
 * named `:hover`, which is asked for in place of it. And the device is as large as the recorded window, not as the technician's screen.
 */
export function adaptCss(css: string): string {
  const sized = css.includes('-device-') ? css.replace(/@media[^{};]*/gi, ofWindow) : css;
  return /:hover/i.test(sized) ? replacePseudoClasses(sized, SELECTORS) : sized;
}

function ofWindow(query: string): string {
  return query.replace(/\b(min|max)-device-(width|height)\b/gi, '$1-$2');
}

/**
 * Stands where rrweb's replayer keeps the sheets that it has adapted, by their text, and adapts them. Its own way is PostCSS, which takes a time
 * that grows with the square of the rules, and asks for the mark beside the pointer: `:not(:hover)` would always be so.
 */
export const ADAPTED_STYLES = {
  get: adaptCss,
  /** An empty sheet; there is nothing to be kept. */
  set: (): void => undefined,
};
