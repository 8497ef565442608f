import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { checkConnectionCommand } from '../../../src/main/services/commands/built-in/check-connection.js';
import { CommandRegistry } from '../../../src/main/services/commands/registry.js';

// Real servers on this computer: a plain one, one with a certificate that nobody trusts, a WebSocket, a port on which nobody
// listens, one that accepts and says nothing.

const servers: (Server | TcpServer)[] = [];
let dir: string;
let plain: string;
let secure: string;
let silent: string;
let closed: string;
let certificate: string;

async function listen(server: Server | TcpServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fluxrec-tls-'));
  const http = createHttpServer((request, response) => {
    if (request.url === '/away') response.writeHead(302, { Location: 'https://user:pw@elsewhere.example/?token=abc' });
    else response.writeHead(204, { Server: 'double' });
    response.end();
  });
  const sockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (request.url === '/refused') socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    else sockets.handleUpgrade(request, socket, head, () => undefined);
  });
  plain = `127.0.0.1:${await listen(http)}`;
  const [keyFile, certFile] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=double.test',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      keyFile,
      '-out',
      certFile,
    ],
    { stdio: 'ignore' },
  );
  certificate = readFileSync(certFile, 'utf8');
  const tls = createHttpsServer({ key: readFileSync(keyFile), cert: certificate }, (_request, response) => {
    response.end();
  });
  tls.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, () => undefined);
  });
  secure = `127.0.0.1:${await listen(tls)}`;
  silent = `127.0.0.1:${await listen(createTcpServer((socket) => socket.resume()))}`;
  const gone = createTcpServer();
  closed = `127.0.0.1:${await listen(gone)}`;
  await new Promise((resolve) => gone.close(resolve));
});

afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  for (const server of servers) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
});

async function check(
  url: string,
  timeoutSeconds = 2,
  ca?: string,
): Promise<{ lines: string[]; summary: string | undefined }> {
  const command = checkConnectionCommand([{ name: 'Double', url, ...(ca === undefined ? {} : { ca }) }]);
  const { values } = new CommandRegistry([command]).prepare('check-connection', { timeoutSeconds });
  const lines: string[] = [];
  const end = await command.run(values, {
    signal: new AbortController().signal,
    proposal: 'p',
    report: 'r',
    survive: () => Promise.resolve(),
    write: (line) => lines.push(line),
  });
  return { lines, summary: end.summary };
}

/** `TCP ok`, `TLS failed`: the steps without their times. */
const steps = (lines: readonly string[]): string[] =>
  lines.slice(1).map((line) => line.trim().split(/\s+/).slice(0, 2).join(' '));

describe('a connection', () => {
  it('over plain HTTP is checked to the server’s answer, with the time of each step', async () => {
    const { lines, summary } = await check(`http://${plain}/status`);
    expect(steps(lines)).toEqual(['DNS ok', 'TCP ok', 'HTTP ok']);
    expect(lines.slice(1).every((line) => /\d+\.\d ms/.test(line))).toBe(true);
    expect(lines.at(-1)).toContain('204 No Content, double');
    expect(summary).toBe('reached');
  });

  it('by name goes through the resolver', async () => {
    const { lines } = await check(`http://localhost:${plain.split(':')[1] ?? ''}/`);
    expect(steps(lines)).toEqual(expect.arrayContaining(['DNS ok', 'TCP ok', 'HTTP ok']));
    expect(lines[1]).toContain('127.0.0.1');
  });

  it('that sends on elsewhere is not followed, and tells no secret of the address', async () => {
    const { lines } = await check(`http://${plain}/away`);
    expect(lines.at(-1)).toContain('302 Found, sends on to https://elsewhere.example/?token=***');
  });

  it('with a certificate that nobody trusts ends there, and tells whose it is', async () => {
    const { lines, summary } = await check(`https://${secure}/`);
    expect(steps(lines)).toEqual(['DNS ok', 'TCP ok', 'TLS ok']);
    expect(lines.at(-1)).toMatch(/TLSv1\.3, TLS_\w+, certificate of double\.test by double\.test, valid until/);
    expect(lines.at(-1)).toContain('NOT TRUSTED');
    expect(summary).toBe('not reached');
  });

  it('with a certificate that the app trusts is checked to the end, by HTTP and by WebSocket', async () => {
    expect(steps((await check(`https://${secure}/`, 2, certificate)).lines)).toEqual([
      'DNS ok',
      'TCP ok',
      'TLS ok',
      'HTTP ok',
    ]);
    const { lines, summary } = await check(`wss://${secure}/notices`, 2, certificate);
    expect(steps(lines)).toEqual(['DNS ok', 'TCP ok', 'TLS ok', 'WebSocket ok', 'Ping ok']);
    expect(lines.join('\n')).not.toContain('NOT TRUSTED');
    expect(summary).toBe('reached');
  });

  it('over a WebSocket is checked to its first answer', async () => {
    const { lines, summary } = await check(`ws://${plain}/notices`);
    expect(steps(lines)).toEqual(['DNS ok', 'TCP ok', 'WebSocket ok', 'Ping ok']);
    expect(summary).toBe('reached');
  });

  it('that the server does not want as a WebSocket says so', async () => {
    const { lines, summary } = await check(`ws://${plain}/refused`);
    expect(steps(lines).at(-1)).toBe('WebSocket failed');
    expect(lines.at(-1)).toContain('403');
    expect(summary).toBe('not reached');
  });

  it('to a port where nobody listens', async () => {
    const { lines } = await check(`http://${closed}/`);
    expect(steps(lines)).toEqual(['DNS ok', 'TCP failed']);
    expect(lines.at(-1)).toContain('nobody listens there, or a firewall refuses (ECONNREFUSED)');
  });

  it('to a server that accepts and says nothing ends in time', async () => {
    expect(steps((await check(`https://${silent}/`, 1)).lines)).toEqual(['DNS ok', 'TCP ok', 'TLS failed']);
    const { lines } = await check(`http://${silent}/`, 1);
    expect(lines.at(-1)).toContain('no answer within 1 s');
  });

  it('to a plain port by TLS fails as the handshake does', async () => {
    expect(steps((await check(`https://${plain}/`)).lines)).toEqual(['DNS ok', 'TCP ok', 'TLS failed']);
  });

  it('to a name that does not exist ends at the name', async () => {
    // RFC 6761: `.invalid` never resolves; without a network the resolver says so in its own words.
    const { lines, summary } = await check('https://no-such-name.invalid/', 10);
    expect(steps(lines)).toEqual(['DNS failed']);
    expect(summary).toBe('not reached');
  });

  it('is not made to what the app did not register', () => {
    const registry = new CommandRegistry([checkConnectionCommand([{ name: 'Double', url: `http://${plain}` }])]);
    expect(() => registry.prepare('check-connection', { endpoint: 'http://169.254.169.254' })).toThrow(
      expect.objectContaining({ code: 'parameters-invalid' }),
    );
    expect(() => checkConnectionCommand([{ name: 'x', url: 'file:///etc/passwd' }])).toThrow(
      expect.objectContaining({ code: 'endpoint-url' }),
    );
  });

  it('is given up when the command is stopped', async () => {
    const command = checkConnectionCommand([{ name: 'Silent', url: `https://${silent}/` }]);
    const stop = new AbortController();
    const { values } = new CommandRegistry([command]).prepare('check-connection', { timeoutSeconds: 30 });
    const running = command.run(values, {
      signal: stop.signal,
      proposal: 'p',
      report: 'r',
      survive: () => Promise.resolve(),
      write: () => undefined,
    });
    setTimeout(() => {
      stop.abort(new Error('stopped'));
    }, 100);
    await expect(running).rejects.toThrow('stopped');
  });
});
