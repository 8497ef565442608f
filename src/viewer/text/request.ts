/** A URL as a list shows it: the path, which tells requests apart, and where it went. Any text is allowed. */
export function splitUrl(url: string): { readonly path: string; readonly host: string } {
  try {
    const { host, pathname, search, protocol } = new URL(url);
    if (protocol === 'data:' || protocol === 'blob:') return { path: url.slice(0, 80), host: '' };
    return { path: `${pathname}${search}`, host };
  } catch {
    return { path: url, host: '' }; // Relative, or cut off by the recorder's limits.
  }
}
