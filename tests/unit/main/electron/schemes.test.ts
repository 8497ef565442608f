import { expect, it } from 'vitest';
import { registerSchemes, startElectronHost } from '../../../../src/main/index.js';

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
