/** Makes something when it is asked for first, and once. A formatter of Intl's costs a page that has just been loaded up to ten milliseconds. */
export function whenAsked<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
