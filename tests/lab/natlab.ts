import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installPackages, isInstalled } from './debian.js';

// Two computers, each behind a NAT of its own, and a public network between them, in network namespaces of this machine:
//   hostA 10.1.0.2 ── natA 198.51.100.1 ┐
//                                        public: 198.51.100.254 signaling, 198.51.100.10 STUN and TURN
//   hostB 10.2.0.2 ── natB 198.51.100.2 ┘

const run = promisify(execFile);

/**
 * `cone`: one port towards everybody, open to whom was written to (port-restricted). `symmetric`: another port for each. `udp-blocked`:
 * a company's firewall that lets out TCP to the ports of web servers, and nothing else.
 */
export type NatKind = 'cone' | 'symmetric' | 'udp-blocked';

/** Between computer A and its NAT, in either direction. */
export interface LongLine {
  readonly delayMs: number;
  readonly lossPercent: number;
}

export const SIGNALING_ADDRESS = '198.51.100.254';
export const TURN_ADDRESS = '198.51.100.10';
export const NO_NAMESPACES =
  'Network namespaces are not allowed here (they need root on Linux, iproute2 and nftables): nothing is known about NATs.';

export const NO_LONG_LINES = 'No python3 or no /dev/net/tun here: nothing is known about slow and lossy networks.';

export function provideLongLines(): boolean {
  if (!isInstalled('python3')) installPackages('What makes a long line for tests', ['python3']);
  return isInstalled('python3') && existsSync('/dev/net/tun');
}

/** Whether namespaces can be had; as root on Debian, what they need is installed, and that is said. */
export function provideNamespaces(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  if (!isInstalled('ip') || !isInstalled('nft'))
    installPackages('What makes networks for tests', ['iproute2', 'nftables']);
  const name = `fluxrec-probe-${process.pid}`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'ignore' });
    // Everything that a lab is made of; a kernel may lack the one or the other.
    execFileSync('ip', ['-n', name, 'link', 'add', 'br0', 'type', 'bridge'], { stdio: 'ignore' });
    execFileSync('ip', ['-n', name, 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1'], { stdio: 'ignore' });
    const input = rules('symmetric');
    execFileSync('ip', ['netns', 'exec', name, 'nft', '-f', '-'], { input, stdio: ['pipe', 'ignore', 'ignore'] });
    return true;
  } catch {
    return false; // A container without the right to.
  } finally {
    try {
      execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
    } catch {
      // It was not made.
    }
  }
}

export class NatLab {
  readonly #prefix: string;
  #line: ChildProcess | undefined;
  // A test process that ends early leaves nothing behind.
  readonly #downNow = (): void => {
    this.#line?.kill('SIGKILL');
    for (const name of this.#names()) {
      try {
        execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
      } catch {
        // Gone already.
      }
    }
  };

  private constructor() {
    this.#prefix = `fluxrec-${process.pid}`;
  }

  static async up(a: NatKind, b: NatKind, line?: LongLine): Promise<NatLab> {
    const lab = new NatLab();
    process.once('exit', lab.#downNow);
    try {
      await lab.#build(a, b, line);
    } catch (error) {
      lab.down();
      throw error;
    }
    return lab;
  }

  /** The namespace of a computer, or of the public network. */
  namespace(of: 'hostA' | 'hostB' | 'public'): string {
    return `${this.#prefix}-${of}`;
  }

  /** Nothing comes out of or into the network of A. */
  async cut(): Promise<void> {
    await this.#ip(`${this.#prefix}-natA`, 'link set wan down');
  }

  /** It is there again, by another address of the public network where that is wanted. */
  async mend(address?: string): Promise<void> {
    const nat = `${this.#prefix}-natA`;
    if (address !== undefined) {
      await this.#ip(nat, 'addr flush dev wan');
      await this.#ip(nat, `addr add ${address}/24 dev wan`);
    }
    await this.#ip(nat, 'link set wan up');
  }

  down(): void {
    process.off('exit', this.#downNow);
    this.#downNow();
  }

  #names(): string[] {
    return ['hostA', 'hostB', 'natA', 'natB', 'public'].map((name) => `${this.#prefix}-${name}`);
  }

  async #build(a: NatKind, b: NatKind, line: LongLine | undefined): Promise<void> {
    for (const name of this.#names()) {
      await run('ip', ['netns', 'add', name]);
      await this.#ip(name, 'link set lo up');
    }
    const open = this.namespace('public');
    await this.#ip(open, 'link add br0 type bridge');
    for (const address of [SIGNALING_ADDRESS, TURN_ADDRESS]) await this.#ip(open, `addr add ${address}/24 dev br0`);
    await this.#ip(open, 'link set br0 up');
    await this.#side('A', 1, a, line);
    await this.#side('B', 2, b);
  }

  async #side(side: 'A' | 'B', number: number, kind: NatKind, line?: LongLine): Promise<void> {
    const [host, nat, open] = [`${this.#prefix}-host${side}`, `${this.#prefix}-nat${side}`, this.namespace('public')];
    await run('ip', `link add wan netns ${nat} type veth peer name p${side} netns ${open}`.split(' '));
    await this.#ip(open, `link set p${side} master br0 up`);
    await this.#ip(nat, `addr add 198.51.100.${number}/24 dev wan`);
    await this.#ip(nat, 'link set wan up');
    if (line === undefined) await this.#cable(nat, host, number);
    else await this.#longLine(nat, host, number, line);
    await this.#ip(host, `route add default via 10.${number}.0.1`);
    await run('ip', ['netns', 'exec', nat, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
    const applied = run('ip', ['netns', 'exec', nat, 'nft', '-f', '-']);
    applied.child.stdin?.end(rules(kind));
    await applied;
  }

  async #cable(nat: string, host: string, number: number): Promise<void> {
    await run('ip', `link add lan netns ${nat} type veth peer name eth0 netns ${host}`.split(' '));
    await this.#ip(nat, `addr add 10.${number}.0.1/24 dev lan`);
    await this.#ip(nat, 'link set lan up');
    await this.#ip(host, `addr add 10.${number}.0.2/24 dev eth0`);
    await this.#ip(host, 'link set eth0 up');
  }

  async #longLine(nat: string, host: string, number: number, { delayMs, lossPercent }: LongLine): Promise<void> {
    const ends = [nat, 'lan', `10.${number}.0.1/24`, host, 'eth0', `10.${number}.0.2/24`];
    const script = join(import.meta.dirname, 'long-line.py');
    const line = spawn('python3', [script, ...ends, String(delayMs), String(lossPercent)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#line = line;
    const isReady = Promise.race([once(line.stdout, 'data').then(() => true), once(line, 'exit').then(() => false)]);
    if (!(await isReady)) throw new Error('the long line did not begin');
  }

  async #ip(namespace: string, command: string): Promise<void> {
    await run('ip', ['-n', namespace, ...command.split(' ')]);
  }
}

function rules(kind: NatKind): string {
  const masquerade = kind === 'symmetric' ? 'masquerade fully-random' : 'masquerade';
  const blocked = kind === 'udp-blocked' ? 'meta l4proto udp drop\n    tcp dport != { 80, 443 } ct state new drop' : '';
  return `
table ip nat {
  chain post {
    type nat hook postrouting priority 100
    oifname "wan" ${masquerade}
  }
}
table ip firewall {
  chain input {
    type filter hook input priority 0
    iifname "wan" ct state established,related accept
    iifname "wan" drop
  }
  chain forward {
    type filter hook forward priority 0; policy drop
    ${blocked}
    ct state established,related accept
    iifname "lan" accept
  }
}
`;
}
