import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_ARGS, NO_CHROMIUM, provideChromium } from './tests/lab/chromium.js';

const chromium = provideChromium();
if (chromium === undefined) console.warn(`\n!! ${NO_CHROMIUM} The browser and e2e tests are SKIPPED.\n`);
else process.env['CHROMIUM'] = chromium;

/** Real browsers and servers on a shared machine: in CI a test may be tried once more; that it was is in the output. */
const retry = process.env['CI'] === undefined ? 0 : 1;

const conditions = ['fluxrec-source', 'svelte', 'browser', 'module'];

// Each project is a group of its own (groupOrder): on two cores, browsers beside other tests time out for no fault of theirs.
const unit = {
  // State files run in Node as in a browser: compiled for the client, or `$effect` would never run.
  plugins: [svelte({ dynamicCompileOptions: () => ({ generate: 'client' as const }) })],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: 'unit',
    sequence: { groupOrder: 0 },
    environment: 'node',
    include: ['tests/unit/**/*.test.ts'],
    server: { deps: { inline: [/node_modules\/svelte\//] } },
  },
};
const integration = {
  resolve: { conditions: ['fluxrec-source', 'node', 'module'] },
  test: {
    name: 'integration',
    sequence: { groupOrder: 1 },
    retry,
    environment: 'node',
    include: ['tests/integration/**/*.test.ts'],
    testTimeout: 30_000,
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
const e2e = {
  resolve: { conditions: ['fluxrec-source', 'node', 'module'] },
  test: {
    name: 'e2e',
    sequence: { groupOrder: 3 },
    retry,
    environment: 'node',
    include: ['tests/e2e/**/*.test.ts'],
    globalSetup: ['tests/e2e/build.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores: browsers that share them time out for no fault of theirs.
    fileParallelism: false,
  },
};
/** The built Electron app over a stand-in: tests/electron/standin. */
const electron = {
  resolve: { conditions: ['fluxrec-source', 'node', 'module'] },
  test: {
    name: 'electron',
    sequence: { groupOrder: 4 },
    retry,
    environment: 'node',
    include: ['tests/electron/**/*.test.ts'],
    globalSetup: ['tests/electron/build-standin.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
};
/** The package as it is published, installed in projects of its own: tests/package/embedders. */
const packed = {
  resolve: { conditions: ['fluxrec-source', 'node', 'module'] },
  test: {
    name: 'package',
    sequence: { groupOrder: 5 },
    retry,
    environment: 'node',
    include: ['tests/package/**/*.test.ts'],
    exclude: ['tests/package/embedders/**'],
    globalSetup: ['tests/package/packed.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
};

export default defineConfig({
  test: { projects: [unit, integration, ...(chromium === undefined ? [] : [browser, e2e, electron, packed])] },
});
