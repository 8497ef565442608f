import { PANEL_SCHEME } from '../../shared/protocol/bridge.js';
import { electronModule, type ElectronModule } from './electron-module.js';
import { ElectronHostError } from './errors.js';

/** Electron's `CustomScheme`, for an app whose compiler does not know Electron: this entry serves both hosts. */
export interface AppScheme {
  readonly scheme: string;
  readonly privileges?: {
    readonly allowExtensions?: boolean;
    readonly allowServiceWorkers?: boolean;
    readonly bypassCSP?: boolean;
    readonly codeCache?: boolean;
    readonly corsEnabled?: boolean;
    readonly secure?: boolean;
    readonly standard?: boolean;
    readonly stream?: boolean;
    readonly supportFetchAPI?: boolean;
  };
}

/** An origin of its own, where a document has what documents over https have. */
const PANEL_PRIVILEGES: AppScheme = {
  scheme: PANEL_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
};

let isRegistered = false;

/**
 * In place of `protocol.registerSchemesAsPrivileged`, which an app can call only once: registers the app's own schemes and the
 * panel's. Before the app is ready, and before `startElectronHost`; an app without schemes of its own need not call it.
 * Throws a FluxionError (`electron-ready`, `schemes-registered`, `scheme-taken`).
 */
export function registerSchemes(schemes: readonly AppScheme[] = []): void {
  if (isRegistered) throw new ElectronHostError('schemes-registered');
  if (schemes.some(({ scheme }) => scheme.toLowerCase() === PANEL_SCHEME)) throw new ElectronHostError('scheme-taken');
  register(electronModule(), schemes);
}

export function ensureSchemes(electron: ElectronModule): void {
  if (!isRegistered) register(electron, []);
}

function register({ app, protocol }: ElectronModule, schemes: readonly AppScheme[]): void {
  if (app.isReady()) throw new ElectronHostError('electron-ready');
  protocol.registerSchemesAsPrivileged([...schemes, PANEL_PRIVILEGES]);
  isRegistered = true;
}
