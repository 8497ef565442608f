import type { Socket } from 'node:net';
import { listWords } from '../../../../shared/commands/words.js';
import { redactUrl } from '../../../../shared/privacy/redact-url.js';
import { defineCommand, type Command } from '../command.js';
import { CommandError } from '../command-errors.js';
import {
  askHttp,
  connectTcp,
  openWebSocket,
  pingWebSocket,
  resolveName,
  startTls,
  type Address,
} from './connection-steps.js';

/** A server of the app's that support may look at from the customer's place. */
export interface Endpoint {
  /** For people: `Sync service`. */
  readonly name: string;
  /** http, https, ws or wss. */
  readonly url: string;
  /** A certificate authority of one's own (PEM), where the system's are not what the app trusts. */
  readonly ca?: string;
}

export type StepName = 'DNS' | 'TCP' | 'TLS' | 'HTTP' | 'WebSocket' | 'Ping';

const ALL = 'all';
const MAX_ADDRESSES = 4;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 };

/** Throws `endpoint-url` where one of them cannot be checked. */
export function checkConnectionCommand(endpoints: readonly Endpoint[]): Command {
  const names = new Set(endpoints.map(({ name }) => name));
  const isSound = endpoints.every(({ url }) => URL.canParse(url) && new URL(url).protocol in DEFAULT_PORTS);
  if (!isSound || names.size !== endpoints.length || names.has(ALL)) throw new CommandError('endpoint-url');
  const pick = (name: string): Endpoint[] => endpoints.filter((endpoint) => name === ALL || endpoint.name === name);
  return defineCommand({
    name: 'check-connection',
    title: 'Check the connection',
    summary: 'Connects to servers of the app, step by step (DNS, TCP, TLS, HTTP, WebSocket), and tells how each went.',
    parameters: {
      endpoint: {
        type: 'choice',
        label: 'Server',
        options: [
          ...(endpoints.length > 1 ? [{ value: ALL, label: 'All servers of the app' }] : []),
          ...endpoints.map(({ name }) => ({ value: name, label: name })),
        ],
        default: endpoints.length > 1 ? ALL : (endpoints[0]?.name ?? ALL),
      },
      timeoutSeconds: {
        type: 'number',
        label: 'Wait for each step',
        unit: 'seconds',
        min: 1,
        max: 30,
        isInteger: true,
        default: 10,
      },
    },
    // Six steps an endpoint, of which DNS gives a few addresses to try.
    timeLimitMs: ({ endpoint, timeoutSeconds }) => pick(endpoint).length * (6 + MAX_ADDRESSES) * timeoutSeconds * 1000,
    effect: ({ endpoint }) => [
      `Connects from this computer to ${listWords(pick(endpoint).map(({ name, url }) => `${name} (${redactUrl(url)})`))}, without signing in and without sending any data of yours.`,
      'Sends the addresses, certificates, answers and times of each step to support. Nothing on this computer is changed.',
    ],
    async run({ endpoint, timeoutSeconds }, { signal, write }) {
      const chosen = pick(endpoint);
      let failed = 0;
      for (const one of chosen) {
        write(`${one.name}  ${redactUrl(one.url)}`);
        const isSound = await checkEndpoint(new URL(one.url), one.ca, {
          timeoutMs: timeoutSeconds * 1000,
          signal,
          write,
        });
        if (!isSound) failed += 1;
      }
      if (failed === 0) return { summary: chosen.length === 1 ? 'reached' : `all ${chosen.length} reached` };
      return { summary: chosen.length === 1 ? 'not reached' : `${failed} of ${chosen.length} not reached` };
    },
  });
}

interface CheckOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** Goes as far as it can; answers whether it came to the end. */
async function checkEndpoint(
  url: URL,
  ca: string | undefined,
  { timeoutMs, signal, write }: CheckOptions,
): Promise<boolean> {
  /** The outermost layer: it takes those below with it. */
  let open: Socket | undefined;
  const step = async <T>(
    name: StepName,
    work: (signal: AbortSignal) => Promise<T>,
    say: (result: T) => string,
  ): Promise<{ readonly result: T } | undefined> => {
    const startMs = performance.now();
    const tell = (how: string, text: string): void => {
      const tookMs = (performance.now() - startMs).toFixed(1);
      write(`  ${name.padEnd(9)} ${how.padEnd(6)} ${tookMs.padStart(8)} ms  ${text}`);
    };
    try {
      const result = await work(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
      tell('ok', say(result));
      return { result };
    } catch (error) {
      signal.throwIfAborted();
      tell('failed', failureWords(error, timeoutMs));
      return undefined;
    }
  };
  try {
    const found = await step(
      'DNS',
      (stop) => resolveName(url.hostname, stop),
      (addresses) => addresses.map(({ address }) => address).join(', '),
    );
    const tcp = await firstConnection(found?.result ?? []);
    if (tcp === undefined) return false;
    const isSecure = url.protocol === 'https:' || url.protocol === 'wss:';
    open = tcp;
    let connection = tcp;
    if (isSecure) {
      // From here on TLS has the connection: closing the lower layer under the upper one brings Node down.
      open = undefined;
      const tls = await step(
        'TLS',
        (stop) => startTls(tcp, url.hostname, ca, stop),
        (facts) =>
          [
            `${facts.protocol}, ${facts.cipher}, certificate of ${facts.subject} by ${facts.issuer}, valid until ${facts.validUntil}`,
            ...(facts.problem === undefined ? [] : [`NOT TRUSTED: ${facts.problem}`]),
          ].join('; '),
      );
      if (tls === undefined) return false;
      connection = tls.result.socket;
      open = connection;
      // Nothing is said over a connection to who knows whom.
      if (tls.result.problem !== undefined) return false;
    }
    return url.protocol.startsWith('ws') ? await webSocketSteps(connection) : await httpStep(connection);
  } finally {
    open?.destroy();
  }

  async function firstConnection(addresses: readonly Address[]): Promise<Socket | undefined> {
    const port = Number(url.port) || (DEFAULT_PORTS[url.protocol] ?? 0);
    for (const address of addresses.slice(0, MAX_ADDRESSES)) {
      const tcp = await step(
        'TCP',
        (stop) => connectTcp(address, port, stop),
        () => `${address.address} port ${port}`,
      );
      if (tcp !== undefined) return tcp.result;
    }
    return undefined;
  }

  async function httpStep(connection: Socket): Promise<boolean> {
    const http = await step(
      'HTTP',
      (stop) => askHttp(url, connection, stop),
      (facts) =>
        [
          `${facts.status} ${facts.statusText}`.trim(),
          ...(facts.server === undefined ? [] : [facts.server]),
          ...(facts.location === undefined ? [] : [`sends on to ${redactUrl(facts.location)}`]),
        ].join(', '),
    );
    return http !== undefined;
  }

  async function webSocketSteps(connection: Socket): Promise<boolean> {
    const socket = await step(
      'WebSocket',
      (stop) => openWebSocket(url, connection, stop),
      () => 'agreed',
    );
    if (socket === undefined) return false;
    const ping = await step(
      'Ping',
      (stop) => pingWebSocket(socket.result, stop),
      () => 'answered',
    );
    socket.result.terminate();
    return ping !== undefined;
  }
}

const FAILURES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such name',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'nobody listens there, or a firewall refuses',
  ECONNRESET: 'the connection was cut by the other side, or on the way',
  EHOSTUNREACH: 'there is no way to this host',
  ENETUNREACH: 'there is no way to this network',
  ETIMEDOUT: 'no answer',
  EPIPE: 'the connection was cut by the other side, or on the way',
};

/** What went wrong in words, with the code that the system gives it. */
function failureWords(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const code = 'code' in error ? String(error.code) : '';
  const words = FAILURES[code] ?? error.message;
  return code === '' ? words : `${words} (${code})`;
}
