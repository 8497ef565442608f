import { expect, it, vi } from 'vitest';
import { registerSchemes, startElectronHost } from '../../../../src/main/index.js';
import { ensureSchemes } from '../../../../src/main/electron/schemes.js';

// What Electron makes of a registration is in tests/electron.

it('says where they belong, in a process that is not Electron’s', () => {
  expect(() => {
    registerSchemes();
  }).toThrow(expect.objectContaining({ code: 'not-electron' }));
  expect(() => startElectronHost({ origins: [] })).toThrow(expect.objectContaining({ code: 'not-electron' }));
});

it('keeps the recorder’s own scheme from the app, however it is written', () => {
  expect(() => {
    registerSchemes([{ scheme: 'Fluxrec' }]);
  }).toThrow(expect.objectContaining({ code: 'scheme-taken' }));
});

it('loses nothing to who registers schemes later, of whose calls Electron remembers the last one', () => {
  const register = vi.fn<(schemes: { scheme: string }[]) => void>();
  const electron = { app: { isReady: () => false }, protocol: { registerSchemesAsPrivileged: register } };
  ensureSchemes(electron);
  electron.protocol.registerSchemesAsPrivileged([{ scheme: 'sentry-ipc' }]);
  electron.protocol.registerSchemesAsPrivileged([{ scheme: 'shop' }]);
  const last = register.mock.calls.at(-1)?.[0].map(({ scheme }) => scheme);
  expect(last).toEqual(['sentry-ipc', 'shop', 'fluxrec']);
});
