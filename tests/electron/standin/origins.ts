// Chromium takes no scheme from outside: `scheme://host/path` is `http://host.scheme.localhost:PORT/path` in the browser, a
// secure context with an origin and a storage of its own. Each session has a port, so that a scheme is served to its session only.

const WEB = /^http:\/\/([\w-]+)\.([a-z][a-z0-9-]*)\.localhost(?::\d+)?(\/.*)?$/;
const OWN = /^([a-z][a-z0-9-]*):\/\/([\w-]+)(\/.*)?$/;

export function toWeb(url: string, schemes: readonly string[], port: number): string {
  const [, scheme, host, path = '/'] = OWN.exec(url) ?? [];
  if (scheme === undefined || host === undefined || !schemes.includes(scheme)) return url;
  return `http://${host}.${scheme}.localhost:${port}${path}`;
}

export function fromWeb(url: string): string {
  const [, host, scheme, path = ''] = WEB.exec(url) ?? [];
  return host === undefined || scheme === undefined ? url : `${scheme}://${host}${path}`;
}

/** `WebFrameMain.origin`, of what Chromium says. */
export function originOf(securityOrigin: string): string {
  return securityOrigin.startsWith('http') ? fromWeb(securityOrigin) : 'null';
}
