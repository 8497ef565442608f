// npm run check: types, lint, format, import arrows, dead code, documents, side by side. Prints what failed, whole; exits 1 if any did.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
mkdirSync(join(root, '.cache'), { recursive: true });

/** @type {readonly (readonly [name: string, command: string, ...args: string[]])[]} */
const CHECKS = [
  [
    'lint',
    'eslint',
    '.',
    '--max-warnings',
    '0',
    '--cache',
    '--cache-location',
    '.cache/eslint',
    '--cache-strategy',
    'content',
  ],
  ['types (shared)', 'tsc', '-p', 'tsconfig.shared.json'],
  ['types (worker)', 'tsc', '-p', 'tsconfig.worker.json'],
  ['types (node)', 'tsc', '-p', 'tsconfig.node.json'],
  ['types (driver)', 'tsc', '-p', 'tsconfig.driver.json'],
  [
    'types (renderer, svelte)',
    'svelte-check',
    '--tsconfig',
    'tsconfig.renderer.json',
    '--fail-on-warnings',
    '--output',
    'human',
  ],
  ['format', 'prettier', '--check', '--log-level', 'warn', '--cache', '--cache-location', '.cache/prettier', '.'],
  ['import arrows', 'depcruise', 'src', 'examples', '--output-type', 'err'],
  ['dead code', 'knip', '--no-progress'],
  ['documents', 'node', 'scripts/docs.mjs'],
];
/** Two heavy ones at a time is what two cores bear. */
const AT_ONCE = 3;

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
