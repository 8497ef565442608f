import type { Session } from 'electron';
import { ORIGIN } from './scheme.js';

/**
 * Fluxion asks for nothing that needs permission but, by the recorder, for the picture of its own window: which picture that is, the
 * recorder's host answers.
 */
export function lockPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide, details) => {
    decide(permission === 'display-capture' && details.isMainFrame && isOwn(details.requestingUrl));
  });
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === 'display-capture' && isOwn(origin),
  );
}

/** Electron tells a page's address here, and an origin with a slash there. */
function isOwn(url: string): boolean {
  return `${url}/`.startsWith(`${ORIGIN}/`);
}
