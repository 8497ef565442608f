import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { cephConfig, cephKeyring } from './ceph-config.js';
import { installPackages, isInstalled } from './debian.js';
import { freePort } from './free-port.js';

const run = promisify(execFile);
const PROGRAMS = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];

export const NO_CEPH =
  'No Ceph found (Debian: apt-get install ceph-mon ceph-osd radosgw ceph-common): the tests that need an S3 store are SKIPPED.';

/** Whether a real S3 store can be had here. As root on Debian Ceph is installed when it is not there; elsewhere this warns. */
export function provideCeph(): boolean {
  if (PROGRAMS.every(isInstalled)) return true;
  installPackages('Ceph', ['ceph-mon', 'ceph-osd', 'radosgw', 'ceph-common']);
  if (PROGRAMS.every(isInstalled)) return true;
  console.warn(`\n!! ${NO_CEPH}\n`);
  return false;
}

export interface CephBucket {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A Ceph cluster of one monitor, one OSD in memory and one gateway, on loopback. */
export interface Ceph {
  /** Makes a bucket of its own for a test. */
  bucket(): Promise<CephBucket>;
  /** Ends the gateway as a power cut would; what it stored stays. */
  killGateway(): Promise<void>;
  /** Starts it again on the same port. */
  startGateway(): Promise<void>;
  stop(): Promise<void>;
}

interface Daemon {
  readonly name: string;
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
}

const REGION = 'us-east-1';
/** How long each daemon may take on a slow, shared machine. */
const UP_MS = 60_000;

export async function startCeph(): Promise<Ceph> {
  const cluster = new Cluster(await mkdtemp(join(tmpdir(), 'fluxrec-ceph-')), await freePort());
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

class Cluster implements Ceph {
  readonly #dir: string;
  readonly #conf: string;
  readonly #port: number;
  readonly #accessKeyId = `AK${randomBytes(9).toString('hex').toUpperCase()}`;
  readonly #secretAccessKey = randomBytes(20).toString('hex');
  readonly #daemons: Daemon[] = [];
  // A test process that ends early leaves nothing running.
  readonly #killAll = (): void => {
    for (const { child } of this.#daemons) child.kill('SIGKILL');
  };

  constructor(dir: string, port: number) {
    this.#dir = dir;
    this.#conf = join(dir, 'ceph.conf');
    this.#port = port;
    process.once('exit', this.#killAll);
  }

  async start(): Promise<void> {
    const fsid = randomUUID();
    const monitor = `[v2:127.0.0.1:${await freePort()},v1:127.0.0.1:${await freePort()}]`;
    await writeFile(this.#conf, cephConfig({ dir: this.#dir, fsid, monitor, gatewayPort: this.#port }));
    for (const name of ['mon', 'osd', 'rgw']) await mkdir(join(this.#dir, name));
    const keyring = join(this.#dir, 'keyring');
    await writeFile(keyring, cephKeyring(), { mode: 0o600 });
    const monmap = join(this.#dir, 'monmap');
    await run('monmaptool', ['--create', '--clobber', '--fsid', fsid, '--addv', 'a', monitor, monmap]);
    await run('ceph-mon', ['-c', this.#conf, '--mkfs', '-i', 'a', '--monmap', monmap, '--keyring', keyring]);
    await this.#spawn('mon', 'ceph-mon', ['-i', 'a']);
    const osd = randomUUID();
    await this.#ceph('osd', 'create', osd, '0');
    await run('ceph-osd', ['-c', this.#conf, '-i', '0', '--mkfs', '--osd-uuid', osd]);
    await this.#spawn('osd', 'ceph-osd', ['-i', '0']);
    await until('the OSD', async () => {
      const stat = JSON.parse(await this.#ceph('osd', 'stat', '-f', 'json')) as Record<string, unknown>;
      return stat['num_up_osds'] === 1 && stat['num_in_osds'] === 1;
    });
    await this.startGateway();
    const user = ['--uid=test', '--display-name=test'];
    const keys = ['--access-key', this.#accessKeyId, '--secret-key', this.#secretAccessKey];
    await run('radosgw-admin', ['-c', this.#conf, '-n', 'client.admin', 'user', 'create', ...user, ...keys]);
  }

  async bucket(): Promise<CephBucket> {
    const bucket = `bucket-${randomBytes(6).toString('hex')}`;
    const made = {
      endpoint: `http://127.0.0.1:${this.#port}`,
      region: REGION,
      bucket,
      accessKeyId: this.#accessKeyId,
      secretAccessKey: this.#secretAccessKey,
    };
    const client = new S3Client({ ...made, credentials: made, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    client.destroy();
    return made;
  }

  async startGateway(): Promise<void> {
    await this.#spawn('rgw', 'radosgw', ['-n', 'client.rgw']);
    await until('the gateway', async () => {
      try {
        return (await fetch(`http://127.0.0.1:${this.#port}/`)).status === 200;
      } catch {
        return false; // It does not listen yet.
      }
    });
  }

  async killGateway(): Promise<void> {
    const at = this.#daemons.findIndex(({ name }) => name === 'rgw');
    const [gateway] = at < 0 ? [] : this.#daemons.splice(at, 1);
    gateway?.child.kill('SIGKILL');
    await gateway?.exited;
  }

  async stop(): Promise<void> {
    // Everything is thrown away: nothing needs to be written back.
    this.#killAll();
    await Promise.all(this.#daemons.map(({ exited }) => exited));
    process.off('exit', this.#killAll);
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #spawn(name: string, program: string, options: readonly string[]): Promise<void> {
    const log = await open(join(this.#dir, `${name}.out`), 'a');
    const child = spawn(program, ['-f', '-c', this.#conf, ...options], { stdio: ['ignore', log.fd, log.fd] });
    await log.close();
    this.#daemons.push({ name, child, exited: once(child, 'exit') });
  }

  async #ceph(...command: readonly string[]): Promise<string> {
    return (await run('ceph', ['-c', this.#conf, '--connect-timeout', '20', ...command])).stdout;
  }
}

async function until(what: string, isThere: () => Promise<boolean>): Promise<void> {
  const startMs = performance.now();
  while (!(await isThere())) {
    if (performance.now() - startMs > UP_MS) throw new Error(`${what} of Ceph did not come up`);
    await delay(100);
  }
}
