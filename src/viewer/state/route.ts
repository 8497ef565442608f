// The viewer's places. The address's fragment says which one it is, so that the viewer works from any static server.

/** A report's id as the desk mints it; anything else in an address is no place. */
const REPORT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Route =
  | { readonly page: 'inbox' }
  | { readonly page: 'report'; readonly id: string; readonly momentMs?: number }
  /** A local file, with the moment to show once it is opened. */
  | { readonly page: 'file'; readonly momentMs?: number }
  | { readonly page: 'nowhere' };

/** Reads `#/`, `#/reports/<id>?t=<ms>` and `#/file?t=<ms>`. Whatever was made by hand or by a stranger is `nowhere`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const moment = parseMoment(new URLSearchParams(query).get('t'));
  if (path === '' || path === '/') return { page: 'inbox' };
  if (path === '/file') return { page: 'file', ...moment };
  const id = /^\/reports\/([^/]+)$/.exec(path)?.[1]?.toLowerCase();
  return id !== undefined && REPORT_ID.test(id) ? { page: 'report', id, ...moment } : { page: 'nowhere' };
}

export function routeHash(route: Route): string {
  if (route.page === 'report') return `#/reports/${route.id}${momentQuery(route.momentMs)}`;
  if (route.page === 'file') return `#/file${momentQuery(route.momentMs)}`;
  return '#/';
}

function parseMoment(text: string | null): { momentMs?: number } {
  if (text === null || !/^-?\d{1,15}$/.test(text)) return {};
  return { momentMs: Number(text) };
}

function momentQuery(momentMs: number | undefined): string {
  return momentMs === undefined ? '' : `?t=${Math.round(momentMs)}`;
}
