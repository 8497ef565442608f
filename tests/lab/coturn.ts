import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, isInstalled } from './debian.js';

/** A real TURN server (coturn), started for a test and thrown away after it. */
export interface Coturn {
  /** What it shares with the desk. */
  readonly secret: string;
  stop(): Promise<void>;
}

export interface CoturnOptions {
  readonly address: string;
  /** 3478, unless the network lets only some ports through. */
  readonly port?: number;
  /** Runs in this network namespace. */
  readonly namespace?: string;
}

export const NO_COTURN = 'No TURN server found: install coturn (Debian: apt-get install coturn).';
/** How long it may take to begin on a slow, shared machine. */
const UP_MS = 20_000;

export function provideCoturn(): boolean {
  if (!isInstalled('turnserver')) installPackages('The TURN server coturn', ['coturn']);
  return isInstalled('turnserver');
}

export async function startCoturn({ address, port = 3478, namespace }: CoturnOptions): Promise<Coturn> {
  const folder = await mkdtemp(join(tmpdir(), 'fluxrec-coturn-'));
  const secret = randomBytes(16).toString('hex');
  const conf = join(folder, 'turn.conf');
  const lines = [
    `listening-ip=${address}`,
    `relay-ip=${address}`,
    `listening-port=${port}`,
    'min-port=50000',
    'max-port=50200',
    'realm=lab.test',
    'fingerprint',
    'use-auth-secret',
    `static-auth-secret=${secret}`,
    'no-tls',
    'no-dtls',
    'no-cli',
    'allow-loopback-peers',
    `pidfile=${join(folder, 'turn.pid')}`,
    `userdb=${join(folder, 'turndb')}`,
    'log-file=stdout',
    'simple-log',
  ];
  await writeFile(conf, `${lines.join('\n')}\n`, { mode: 0o600 });
  const [program, ...before] =
    namespace === undefined ? ['turnserver'] : ['ip', 'netns', 'exec', namespace, 'turnserver'];
  const child = spawn(program, [...before, '-c', conf], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    kill();
    await exited;
    process.off('exit', kill);
    await rm(folder, { recursive: true, force: true });
  };
  let output = '';
  const isUp = new Promise<boolean>((resolve) => {
    const read = (data: Buffer): void => {
      output += data.toString('utf8');
      // Its sockets are open; what comes before it has read its secret waits.
      if (output.includes('Total General servers')) resolve(true);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then(() => {
      resolve(false);
    });
    setTimeout(() => {
      resolve(false);
    }, UP_MS).unref();
  });
  if (await isUp) return { secret, stop };
  await stop();
  throw new Error(`coturn did not begin:\n${output}`);
}
