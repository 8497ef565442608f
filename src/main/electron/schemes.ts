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
 * In place of `protocol.registerSchemesAsPrivileged`, of which Electron remembers the last call alone: registers the app's own schemes and
 * the panel's. Before the app is ready, and before `startElectronHost`; an app without schemes of its own need not call it.
 * Throws a FluxionError (`electron-ready`, `schemes-registered`, `scheme-taken`).
 */
export function registerSchemes(schemes: readonly AppScheme[] = []): void {
  if (isRegistered) throw new ElectronHostError('schemes-registered');
  if (schemes.some(({ scheme }) => scheme.toLowerCase() === PANEL_SCHEME)) throw new ElectronHostError('scheme-taken');
  register(electronModule(), schemes);
}

export function ensureSchemes(electron: SchemesModule): void {
  if (!isRegistered) register(electron, []);
}

type SchemesModule = {
  readonly app: Pick<ElectronModule['app'], 'isReady'>;
  readonly protocol: Pick<ElectronModule['protocol'], 'registerSchemesAsPrivileged'>;
};

function register({ app, protocol }: SchemesModule, schemes: readonly AppScheme[]): void {
  if (app.isReady()) throw new ElectronHostError('electron-ready');
  const ours = [...schemes, PANEL_PRIVILEGES];
  protocol.registerSchemesAsPrivileged(ours);
  isRegistered = true;
  keepRegistered(protocol, ours);
}

/** What another library (Sentry’s, for one), or the app itself, registers later comes beside what is registered here, and not in its place. */
function keepRegistered(protocol: SchemesModule['protocol'], ours: readonly AppScheme[]): void {
  const later: AppScheme[] = [];
  const keeping = new Proxy(protocol.registerSchemesAsPrivileged, {
    apply(target, self, [schemes]: [AppScheme[]]) {
      later.push(...schemes);
      Reflect.apply(target, self, [[...later, ...ours]]);
    },
  });
  Reflect.set(protocol, 'registerSchemesAsPrivileged', keeping);
}
