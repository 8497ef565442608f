import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { IceServer } from '../../src/shared/protocol/live-ice.js';
import { SIGNALING_ADDRESS } from './natlab.js';

// The desk as a process in a network of the lab, where this process cannot go itself.

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
/** What a company's firewall lets out. */
const PORT = 80;
const UP_MS = 60_000;

/** Prints what is answered to a request that is told as arguments, and the cookie that is set. */
const REQUEST = `
const [url, body, cookie] = process.argv.slice(1);
const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', cookie } });
console.log(JSON.stringify({ body: await answer.json(), cookie: answer.headers.get('set-cookie')?.split(';')[0] }));`;

export interface LabRoom {
  /** Of the socket that both sides open. */
  readonly url: string;
  readonly publisher: { readonly ticket: string; readonly servers: IceServer[] };
  readonly subscriber: { readonly ticket: string; readonly servers: IceServer[] };
}

export class LabDesk {
  readonly #namespace: string;
  readonly #token: string;
  readonly #end: () => Promise<void>;

  static async start(
    namespace: string,
    ice: { stun?: readonly string[]; turn?: readonly string[]; secret?: string },
  ): Promise<LabDesk> {
    const data = await mkdtemp(join(tmpdir(), 'fluxrec-lab-desk-'));
    const token = randomBytes(16).toString('hex');
    const servers = [
      ...(ice.stun ?? []).flatMap((url) => ['--stun', url]),
      ...(ice.turn ?? []).flatMap((url) => ['--turn', url]),
    ];
    // Nobody but the lab is in this network: it stands for the proxy that does TLS.
    const where = ['--host', SIGNALING_ADDRESS, '--port', String(PORT), '--pinned', '--behind-tls-proxy'];
    const script = [join(root, 'scripts/run.mjs'), 'src/desk/start.ts', ...where, '--data', data, ...servers];
    const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, ...script], {
      cwd: root,
      env: { ...process.env, FLUXREC_DESK_TOKEN: token, FLUXREC_DESK_TURN_SECRET: ice.secret ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = (): void => {
      child.kill('SIGKILL');
    };
    process.once('exit', kill);
    const exited = once(child, 'exit');
    const end = async (): Promise<void> => {
      kill();
      await exited;
      process.off('exit', kill);
      await rm(data, { recursive: true, force: true });
    };
    let said = '';
    const isUp = new Promise<boolean>((resolve) => {
      const read = (bytes: Buffer): void => {
        said += bytes.toString('utf8');
        if (said.includes('#code=')) resolve(true);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      void exited.then(() => {
        resolve(false);
      });
      setTimeout(resolve, UP_MS, false).unref();
    });
    if (await isUp) return new LabDesk(namespace, token, end);
    await end();
    throw new Error(`the desk did not begin:\n${said}`);
  }

  private constructor(namespace: string, token: string, end: () => Promise<void>) {
    this.#namespace = namespace;
    this.#token = token;
    this.#end = end;
  }

  /** The customer begins, the technician signs in and joins. */
  async room(): Promise<LabRoom> {
    const { body: room } = await this.#post('/api/live/rooms', {});
    const { cookie } = await this.#post('/api/session', { token: this.#token });
    const { body: joined } = await this.#post('/api/live/join', { code: room.code }, cookie);
    return {
      url: `ws://${SIGNALING_ADDRESS}:${PORT}/api/live/socket`,
      publisher: { ticket: room.ticket, servers: room.iceServers },
      subscriber: { ticket: joined.ticket, servers: joined.iceServers },
    };
  }

  async stop(): Promise<void> {
    await this.#end();
  }

  async #post(path: string, body: object, cookie = '') {
    const url = `http://${SIGNALING_ADDRESS}:${PORT}${path}`;
    const request = ['--input-type=module', '-e', REQUEST, url, JSON.stringify(body), cookie];
    const { stdout } = await run('ip', ['netns', 'exec', this.#namespace, process.execPath, ...request]);
    return JSON.parse(stdout) as { body: { code: string; ticket: string; iceServers: IceServer[] }; cookie?: string };
  }
}
