import { formatMoment, parseMoment, type Moment } from '../model/moment.js';

// The viewer's places. The address's fragment says which one it is, so that the viewer works from any static server.

/** A report's id as the desk mints it; anything else in an address is no place. */
const REPORT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Route =
  | { readonly page: 'inbox' }
  | { readonly page: 'report'; readonly id: string; readonly moment?: Moment }
  | { readonly page: 'live' }
  /** A local file, with the moment to show once it is opened. */
  | { readonly page: 'file'; readonly moment?: Moment }
  | { readonly page: 'nowhere' };

/** Reads `#/`, `#/live`, `#/reports/<id>?t=<ms>` and `#/file?t=<ms>`. Whatever was made by hand or by a stranger is `nowhere`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const parsed = parseMoment(query);
  const moment = parsed === undefined ? {} : { moment: parsed };
  if (path === '' || path === '/') return { page: 'inbox' };
  if (path === '/live') return { page: 'live' };
  if (path === '/file') return { page: 'file', ...moment };
  const id = /^\/reports\/([^/]+)$/.exec(path)?.[1]?.toLowerCase();
  return id !== undefined && REPORT_ID.test(id) ? { page: 'report', id, ...moment } : { page: 'nowhere' };
}

export function routeHash(route: Route): string {
  if (route.page === 'live') return '#/live';
  if (route.page !== 'report' && route.page !== 'file') return '#/';
  const query = route.moment === undefined ? '' : `?${formatMoment(route.moment)}`;
  return route.page === 'report' ? `#/reports/${route.id}${query}` : `#/file${query}`;
}
