import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { electronBinary } from './scripts/electron-binary.js';
import { CHROMIUM_ARGS, NO_CHROMIUM, provideChromium } from './tests/lab/chromium.js';

const chromium = provideChromium();
if (chromium === undefined) console.warn(`\n!! ${NO_CHROMIUM} The browser and e2e tests are SKIPPED.\n`);
else process.env['CHROMIUM'] = chromium;

/** Real browsers and servers on a shared machine: in CI a test may be tried once more; that it was is in the output. */
const retry = process.env['CI'] === undefined ? 0 : 1;

const conditions = ['fluxrec-source', 'svelte', 'browser', 'module'];

// Projects of one groupOrder run side by side, groups one after the other: on two cores more than two browsers at a time time out for
// no fault of theirs.
const unit = {
  // State files run in Node as in a browser: compiled for the client, or `$effect` would never run.
  plugins: [svelte({ dynamicCompileOptions: () => ({ generate: 'client' as const }) })],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: 'unit',
    sequence: { groupOrder: 0 },
    environment: 'node',
    setupFiles: ['tests/lab/fuzz-setup.ts'],
    include: ['tests/unit/**/*.test.ts'],
    // None takes more than a second or two by itself; CI runs them behind everything else that wants a core.
    testTimeout: 20_000,
    server: { deps: { inline: [/node_modules\/svelte\//] } },
  },
};
const browser = {
  plugins: [svelte()],
  resolve: { conditions },
  // Every dependency that a test or a worker reaches: one found late makes Vite reload the page in the middle of a test.
  optimizeDeps: {
    include: [
      'dexie',
      'rrweb',
      'valibot',
      'fflate',
      'rrweb-player',
      'fast-check',
      'axe-core',
      '@noble/hashes/sha2.js',
      'simple-peer/simplepeer.min.js',
      'age-encryption',
    ],
  },
  test: {
    name: 'browser',
    sequence: { groupOrder: 2 },
    retry,
    include: ['tests/browser/**/*.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath: chromium ?? '', args: CHROMIUM_ARGS } }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
};

interface Processes {
  readonly groupOrder: number;
  readonly include: string | string[];
  readonly exclude?: string[];
  /** Test files that run side by side. Default: as many as in the group's browser, which is one on two cores. */
  readonly atOnce?: number;
  readonly testTimeout: number;
  readonly hookTimeout?: number;
  readonly globalSetup?: string;
  readonly setupFiles?: string[];
  readonly env?: Record<string, string>;
}
/** Tests that run in Node and start what they test: real processes, servers and browsers. */
function processes(name: string, { groupOrder, include, atOnce, globalSetup, ...more }: Processes) {
  return {
    resolve: { conditions: ['fluxrec-source', 'node', 'module'] },
    test: {
      name,
      sequence: { groupOrder },
      ...(atOnce === undefined ? {} : { maxWorkers: atOnce }),
      retry,
      environment: 'node',
      include: [include].flat(),
      globalSetup: globalSetup === undefined ? [] : [globalSetup],
      ...more,
    },
  };
}
const integration = processes('integration', {
  groupOrder: 1,
  include: 'tests/integration/**/*.test.ts',
  setupFiles: ['tests/lab/fuzz-setup.ts'],
  // Most of their time they wait, for what a person, a network or a disk would take.
  atOnce: 3,
  testTimeout: 30_000,
});
const e2e = processes('e2e', {
  groupOrder: 3,
  include: 'tests/e2e/**/*.test.ts',
  globalSetup: 'tests/e2e/build.ts',
  atOnce: 2,
  testTimeout: 120_000,
  hookTimeout: 120_000,
});
/** The built Electron app over a stand-in: tests/electron/standin. Beside the browser’s tests, which keep one core busy. */
const electron = processes('electron', {
  groupOrder: 2,
  include: 'tests/electron/**/*.test.ts',
  globalSetup: 'tests/electron/build-standin.ts',
  testTimeout: 120_000,
  hookTimeout: 120_000,
});
const isInElectron = process.env['FLUXREC_ELECTRON'] === '1';
/** What CI runs over the stand-in; the rest with `FLUXREC_STANDIN=all`, and in Electron itself. */
const overStandIn = ['main-path', 'privacy', 'offline', 'live-customer'];
const inElectron = [...overStandIn, 'commands', 'live-technician', 'refused-letters', 'screen', 'windows', 'wipe'];
const wantsAll = isInElectron || process.env['FLUXREC_STANDIN'] === 'all';
/** The same e2e tests, where the customer has Fluxion in Electron or over the stand-in for it. */
const e2eElectron = processes('e2e-electron', {
  groupOrder: 2,
  include: (wantsAll ? inElectron : overStandIn).map((name) => `tests/e2e/${name}.test.ts`),
  globalSetup: 'tests/electron/build-standin.ts',
  env: { FLUXREC_HOST: 'electron' },
  testTimeout: 120_000,
  hookTimeout: 120_000,
});
/** The package as it is published, installed in projects of its own: tests/package/embedders. */
const packed = processes('package', {
  groupOrder: 6,
  include: 'tests/package/**/*.test.ts',
  exclude: ['tests/package/embedders/**'],
  globalSetup: 'tests/package/packed.ts',
  atOnce: 1,
  testTimeout: 300_000,
  hookTimeout: 120_000,
});

// Where Electron is wanted and missing, tests/electron says so, and there is nothing to run these over.
const isElectronMissing = isInElectron && electronBinary() === undefined;
const withChromium = [browser, e2e, electron, ...(isElectronMissing ? [] : [e2eElectron]), packed];

export default defineConfig({
  test: { projects: [unit, integration, ...(chromium === undefined ? [] : withChromium)] },
});
