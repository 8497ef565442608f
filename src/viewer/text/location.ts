/** Where in the code: `https://app/sync.js:12:5`, as editors understand it. */
export function locationText(
  location:
    { readonly url: string; readonly line?: number | undefined; readonly column?: number | undefined } | undefined,
): string | undefined {
  if (location === undefined) return undefined;
  return [location.url, location.line, location.column].filter((part) => part !== undefined).join(':');
}
