import { createRequire } from 'node:module';
import { ElectronHostError } from './errors.js';

export type ElectronModule = typeof import('electron');

/** Electron's types say that these are always there; in Node they are not. */
const versions: Partial<Readonly<Record<string, string>>> = process.versions;

/** As a manifest names it. */
export function runtimeName(): string {
  return `electron ${versions['electron'] ?? ''}, chromium ${versions['chrome'] ?? ''}`;
}

/**
 * Electron, asked for when it is needed and not imported: `fluxion-recorder/main` serves apps that run in Node as well, where
 * the package is not there, or would begin to download Electron's binary.
 */
export function electronModule(): ElectronModule {
  if (versions['electron'] === undefined) throw new ElectronHostError('not-electron');
  return createRequire(import.meta.url)('electron') as ElectronModule;
}
