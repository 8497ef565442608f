import type { CustomScheme } from 'electron';
import { PANEL_SCHEME } from '../../shared/protocol/bridge.js';
import { electronModule, type ElectronModule } from './electron-module.js';
import { ElectronHostError } from './errors.js';

/** An origin of its own, where a document has what documents over https have. */
const PANEL_PRIVILEGES: CustomScheme = {
  scheme: PANEL_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
};

let isRegistered = false;

/**
 * In place of `protocol.registerSchemesAsPrivileged`, which an app can call only once: registers the app's own schemes and the
 * panel's. Before the app is ready, and before `startElectronHost`; an app without schemes of its own need not call it.
 * Throws a FluxionError (`electron-ready`, `schemes-registered`, `scheme-taken`).
 */
export function registerSchemes(schemes: readonly CustomScheme[] = []): void {
  if (isRegistered) throw new ElectronHostError('schemes-registered');
  if (schemes.some(({ scheme }) => scheme.toLowerCase() === PANEL_SCHEME)) throw new ElectronHostError('scheme-taken');
  register(electronModule(), schemes);
}

export function ensureSchemes(electron: ElectronModule): void {
  if (!isRegistered) register(electron, []);
}

function register({ app, protocol }: ElectronModule, schemes: readonly CustomScheme[]): void {
  if (app.isReady()) throw new ElectronHostError('electron-ready');
  protocol.registerSchemesAsPrivileged([...schemes, PANEL_PRIVILEGES]);
  isRegistered = true;
}
