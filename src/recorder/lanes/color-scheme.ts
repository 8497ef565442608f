import { listen } from '../page.js';

export type ColorScheme = 'light' | 'dark';

let query: MediaQueryList | undefined;

/** Asked for when it is wanted: a server that renders the page loads this module as well. */
function dark(): MediaQueryList {
  query ??= matchMedia('(prefers-color-scheme: dark)');
  return query;
}

/** Which colours the page is asked for: by the system, by the browser, or by the app around it. */
export function colorScheme(): ColorScheme {
  return dark().matches ? 'dark' : 'light';
}

/** Calls back when it is the other one. Returns the function that ends it. */
export function onColorScheme(listener: () => void): () => void {
  return listen(dark(), 'change', listener);
}
