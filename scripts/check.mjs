// npm run check: types, lint, format, import arrows, dead code, documents, side by side. Prints what failed, whole; exits 1 if any did.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
mkdirSync(join(root, '.cache'), { recursive: true });

/**
 * What pages run, and its tests: tsconfig.renderer.json. Linting by types takes the longest of all, on one core. A process that
 * sees only the one or only the other has fewer types to keep; and each component makes all types of its process anew, so they
 * are left to one of their own.
 */
const PAGES = [
  'src/recorder/**',
  'src/viewer/**',
  'src/live/**',
  'examples/*/app/**',
  'bench/pages/**',
  'tests/browser/**',
  'tests/unit/recorder/**',
  'tests/unit/viewer/**',
  'tests/unit/live/**',
];
const COMPONENTS = '**/*.svelte';
/** @param {readonly string[]} files */
const without = (...files) => files.flatMap((one) => ['--ignore-pattern', one]);
/** @param {string} name @param {readonly string[]} what */
const eslint = (name, ...what) =>
  /** @type {const} */ ([
    `lint (${name})`,
    'eslint',
    ...what,
    ...['--max-warnings', '0', '--cache', '--cache-location', `.cache/eslint-${name}`, '--cache-strategy', 'content'],
  ]);

/** @type {readonly (readonly [name: string, command: string, ...args: string[]])[]} */
const CHECKS = [
  // The longest first.
  eslint('pages', ...PAGES, ...without(COMPONENTS)),
  eslint('rest', '.', ...without(...PAGES, COMPONENTS)),
  eslint('components', COMPONENTS),
  ['format', 'prettier', '--check', '--log-level', 'warn', '--cache', '--cache-location', '.cache/prettier', '.'],
  [
    'types (renderer, svelte)',
    'svelte-check',
    '--tsconfig',
    'tsconfig.renderer.json',
    '--fail-on-warnings',
    '--output',
    'human',
  ],
  ['types (driver)', 'tsc', '-p', 'tsconfig.driver.json'],
  ['types (node)', 'tsc', '-p', 'tsconfig.node.json'],
  ['import arrows', 'depcruise', 'src', 'examples', '--output-type', 'err'],
  ['types (shared)', 'tsc', '-p', 'tsconfig.shared.json'],
  ['types (worker)', 'tsc', '-p', 'tsconfig.worker.json'],
  ['dead code', 'knip', '--no-progress'],
  ['documents', 'node', 'scripts/docs.mjs'],
];
/** Each keeps a core busy from its beginning to its end. */
const AT_ONCE = Math.max(2, availableParallelism());

/** @param {readonly [name: string, command: string, ...args: string[]]} check */
function run([name, command, ...args]) {
  const started = performance.now();
  return /** @type {Promise<boolean>} */ (
    new Promise((done) => {
      const child = spawn(command === 'node' ? command : join(bin, command), args, {
        cwd: root,
        shell: process.platform === 'win32',
        env: { ...process.env, FORCE_COLOR: '0' },
      });
      let output = '';
      child.stdout.on('data', (data) => (output += data));
      child.stderr.on('data', (data) => (output += data));
      child.on('close', (code) => {
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
        if (code !== 0) console.log(output.trimEnd());
        done(code === 0);
      });
    })
  );
}

const only = process.argv[2];
const queue = CHECKS.filter(([name]) => only === undefined || name.includes(only));
/** @type {boolean[]} */
const results = [];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) results.push(await run(check));
  }),
);
process.exit(results.every(Boolean) ? 0 : 1);
