import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { build } from 'vite';
import config from '../../../electron.vite.config.js';
import type { Delivery } from '../../../src/shared/protocol/host.js';
import type { S3Options } from '../../../src/store/s3/s3-client.js';

// The desk and a sending app as processes that can be killed.

const root = join(import.meta.dirname, '../../..');
export const TOKEN = 'a-token-of-tests-0123456789';

export interface Programs {
  readonly desk: string;
  readonly sender: string;
  remove(): Promise<void>;
}

export async function buildPrograms(): Promise<Programs> {
  // Within the repository: the build leaves dependencies to be found in its node_modules.
  await mkdir(join(root, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(root, '.cache', 'programs-'));
  const input = config.main?.build?.rolldownOptions?.input as Record<string, string>;
  const { desk = '', 'verify-thread': thread = '' } = input;
  const sender = join(import.meta.dirname, 'sender.ts');
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: config.main?.ssr ?? {},
    build: { ssr: true, outDir: folder, rolldownOptions: { input: { desk, 'verify-thread': thread, sender } } },
  });
  return {
    desk: join(folder, 'desk.js'),
    sender: join(folder, 'sender.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A process that can be killed and started again. */
abstract class Restartable {
  #child: ChildProcess | undefined;
  #output = '';

  protected abstract spawn(): ChildProcess;
  protected abstract ready(child: ChildProcess): Promise<void>;

  get output(): string {
    return this.#output;
  }

  async start(): Promise<void> {
    const child = this.spawn();
    this.#child = child;
    child.stderr?.on('data', (data: Buffer) => (this.#output = (this.#output + data.toString()).slice(-20_000)));
    await Promise.race([this.ready(child), once(child, 'exit').then(() => undefined)]);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

export interface DeskProcessOptions {
  readonly port: number;
  /** Where it is reached by its customers. */
  readonly publicUrl: string;
  readonly s3?: S3Options;
}

export class DeskProcess extends Restartable {
  readonly #script: string;
  readonly #dir: string;
  readonly #options: DeskProcessOptions;

  constructor(script: string, dir: string, options: DeskProcessOptions) {
    super();
    this.#script = script;
    this.#dir = dir;
    this.#options = options;
  }

  protected spawn(): ChildProcess {
    const { port, publicUrl, s3 } = this.#options;
    const store =
      s3 === undefined
        ? {}
        : {
            FLUXREC_DESK_STORE: `s3://${s3.bucket}/${s3.prefix ?? ''}`,
            FLUXREC_DESK_S3_ENDPOINT: s3.endpoint,
            FLUXREC_DESK_S3_PUBLIC_ENDPOINT: s3.publicEndpoint ?? s3.endpoint,
            FLUXREC_DESK_S3_REGION: s3.region,
            FLUXREC_DESK_S3_PATH_STYLE: '1',
            AWS_ACCESS_KEY_ID: s3.credentials?.accessKeyId,
            AWS_SECRET_ACCESS_KEY: s3.credentials?.secretAccessKey,
          };
    const where = ['--port', String(port), '--pinned', '--public-url', publicUrl, '--data', join(this.#dir, 'desk')];
    return spawn(process.execPath, [this.#script, ...where, '--log-level', 'warn'], {
      env: { ...process.env, ...store, FLUXREC_DESK_TOKEN: TOKEN, FLUXREC_DESK_INGEST_KEY: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  protected async ready(child: ChildProcess): Promise<void> {
    if (child.stdout !== null) await once(createInterface(child.stdout), 'line');
  }
}

export class SenderProcess extends Restartable {
  deliveries: readonly Delivery[] = [];
  readonly #script: string;
  readonly #dir: string;
  readonly #deskUrl: string;

  constructor(script: string, dir: string, deskUrl: string) {
    super();
    this.#script = script;
    this.#dir = dir;
    this.#deskUrl = deskUrl;
  }

  protected spawn(): ChildProcess {
    return spawn(process.execPath, [this.#script, this.#dir, this.#deskUrl], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  protected async ready(child: ChildProcess): Promise<void> {
    if (child.stdout === null) return;
    const lines = createInterface(child.stdout);
    lines.on('line', (line) => {
      this.deliveries = JSON.parse(line) as Delivery[];
    });
    await once(lines, 'line');
  }
}
