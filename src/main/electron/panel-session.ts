import type { Session } from 'electron';
import { PANEL_ORIGIN, PANEL_SCHEME } from '../../shared/protocol/bridge.js';
import type { ElectronModule } from './electron-module.js';
import { servePanel } from './panel-scheme.js';

/** In memory: nothing of the panel is left on the disk. */
const PARTITION = 'fluxrec-panel';
/** Copying the receipt code, and writing the file that the customer chose in the system's dialog. */
const PERMISSIONS: readonly string[] = ['clipboard-sanitized-write', 'fileSystem'];

/**
 * The panel's session. It is not the app's: the scheme is served to no other window, and the permission handlers that are set
 * here leave those of the app as they are.
 */
export function panelSession({ session }: Pick<ElectronModule, 'session'>, documentDir: string): Session {
  const own = session.fromPartition(PARTITION);
  if (own.protocol.isProtocolHandled(PANEL_SCHEME)) return own;
  own.protocol.handle(PANEL_SCHEME, servePanel(documentDir));
  own.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) => {
    decide(PERMISSIONS.includes(permission) && requestingUrl.startsWith(`${PANEL_ORIGIN}/`));
  });
  own.setPermissionCheckHandler(
    (_contents, permission, origin) => PERMISSIONS.includes(permission) && origin.replace(/\/$/, '') === PANEL_ORIGIN,
  );
  own.setDevicePermissionHandler(() => false);
  return own;
}
