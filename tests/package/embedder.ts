import { spawn, type ChildProcess } from 'node:child_process';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../scripts/built.js';
import { npm, TARBALL } from './packed.js';

const run = promisify(execFile);
const READY_MS = 60_000;
const PROJECTS = join(import.meta.dirname, 'embedders');
/** A page and a server that several projects have: what each adds is its bundler or framework. */
const SHARED = join(PROJECTS, 'shared');
const ON_SHARED: ReadonlySet<string> = new Set(['vue', 'svelte', 'webpack', 'esbuild']);

/** A project of somebody else's, which has the package from its tarball. */
export interface Embedder {
  readonly dir: string;
  /** Runs a program of the project's own node_modules/.bin. */
  bin(name: string, ...args: string[]): Promise<string>;
  /** Runs a script of the project in Node. */
  node(file: string): Promise<string>;
  /**
   * TypeScript of this repository over the project: strict, library declarations checked too. Answers its complaints. `module`: one of Node's
   * own ways to find what is imported; a bundler's without it.
   */
  typeErrors(files: readonly string[], module?: string): Promise<string>;
  /** Starts its server; the first group of the match is what it told. */
  start(file: string, ready: RegExp, env?: NodeJS.ProcessEnv): Promise<string>;
  close(): Promise<void>;
}

/** What npm says where it reaches no registry, or one that has not got it. */
const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E403|E404|ERR_SOCKET|network/;

/**
 * Copies a project of tests/package/embedders into an empty folder and installs it: the tarball and what its package.json names,
 * without install scripts. Undefined, loudly, where what it names cannot be had.
 */
export async function makeEmbedder(name: string): Promise<Embedder | undefined> {
  const dir = await mkdtemp(join(tmpdir(), `fluxrec-embedder-${name}-`));
  if (ON_SHARED.has(name)) await cp(SHARED, dir, { recursive: true });
  await cp(join(PROJECTS, name), dir, { recursive: true });
  try {
    await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', TARBALL], dir);
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    if (!UNREACHABLE.test(String((error as { stderr?: string }).stderr))) throw error;
    console.warn(`\n!! npm cannot reach what the project “${name}” needs: its test is SKIPPED.\n`);
    return undefined;
  }
  const children: ChildProcess[] = [];
  return {
    dir,
    async bin(program, ...args) {
      const script = join(dir, 'node_modules/.bin', program);
      const { stdout } = await run(script, args, { cwd: dir, shell: process.platform === 'win32', maxBuffer: 1 << 24 });
      return stdout;
    },
    async node(file) {
      return (await run(process.execPath, [file], { cwd: dir, maxBuffer: 1 << 24 })).stdout;
    },
    async typeErrors(files, module) {
      const options = [
        ...['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'ES2022'],
        ...(module === undefined ? ['--module', 'ESNext', '--moduleResolution', 'bundler'] : ['--module', module]),
        ...['--lib', 'ES2023,DOM,DOM.Iterable', '--jsx', 'react-jsx'],
        ...['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')],
      ];
      return await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...files], {
        cwd: dir,
      }).then(
        () => '',
        (error: unknown) => (error as { stdout: string }).stdout,
      );
    },
    start(file, ready, env = {}) {
      const child = spawn(process.execPath, [file], {
        cwd: dir,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.push(child);
      return told(child, ready);
    },
    async close() {
      await Promise.all(children.map(ended));
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

/** The first group of the first match in what a process prints. */
export function told(child: ChildProcess, ready: RegExp): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`It was not ready in time:\n${output}`));
    }, READY_MS);
    const onData = (data: Buffer): void => {
      output += data.toString();
      const match = ready.exec(output)?.[1];
      if (match === undefined) return;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`It ended with ${String(code)} before it was ready:\n${output}`));
    });
  });
}
