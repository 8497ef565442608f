import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startDesk, type DeskOptions } from '../../../src/desk/server.js';
import { deskIn, freshDesk, temporaryFolder } from './desk-in-folder.js';

async function start(options: Partial<DeskOptions>): Promise<string | undefined> {
  const folder = await temporaryFolder();
  try {
    const desk = await startDesk({ dataDir: join(folder, 'data'), viewerDir: folder, port: 0, ...options });
    await desk.close();
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    // A start that is refused by its options makes nothing.
    if (code !== 'port-taken') expect(existsSync(join(folder, 'data'))).toBe(false);
    return code;
  }
}

describe('beyond loopback', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5', 'desk.example.org', '127.0.0.1.example.org', ''])(
    'a desk on %j does not start without TLS',
    async (host) => {
      expect(await start({ host })).toBe('tls-required');
    },
  );

  it('a desk starts where a proxy does TLS', async () => {
    expect(await start({ host: '0.0.0.0', behindTlsProxy: true })).toBeUndefined();
  });

  it.each(['127.0.0.1', 'localhost', '127.0.0.53'])('%s is not beyond', async (host) => {
    expect(await start({ host })).toBeUndefined();
  });
});

describe('a desk does not start', () => {
  it.each<[string, Partial<DeskOptions>, string]>([
    [
      'with certificate files that are not there',
      { tls: { certFile: '/nowhere/a', keyFile: '/nowhere/b' } },
      'tls-unreadable',
    ],
    ['with a token that can be guessed', { token: 'secret' }, 'token-weak'],
    ['with a key that can be guessed', { ingestKey: 'secret' }, 'token-weak'],
    ['with a public address that is not one', { publicUrl: 'desk' }, 'public-url-invalid'],
    ['with a public address below a path', { publicUrl: 'https://example.org/desk' }, 'public-url-invalid'],
    ['with a public address without TLS', { publicUrl: 'http://desk.example.org' }, 'public-url-invalid'],
  ])('%s', async (_name, options, code) => {
    expect(await start(options)).toBe(code);
  });

  it('on the data of another one, and starts once that has ended', async () => {
    const folder = await temporaryFolder();
    const first = await deskIn(folder);
    await expect(deskIn(folder)).rejects.toMatchObject({ code: 'data-in-use' });
    await first.desk.close();
    await deskIn(folder);
  });
});

describe('a port that is taken', () => {
  it('is left to whom it belongs, unless it is pinned', async () => {
    const other = createServer();
    const port = await new Promise<number>((done) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        done(typeof address === 'object' ? (address?.port ?? 0) : 0);
      });
    });
    try {
      const desk = await freshDesk({ port });
      expect(Number(new URL(desk.url).port)).toBeGreaterThan(0);
      expect(new URL(desk.url).port).not.toBe(String(port));
      expect((await desk.get('/api/reports')).status).toBe(200);
      expect(await start({ port, pinned: true })).toBe('port-taken');
    } finally {
      other.close();
    }
  });
});

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it.runIf(hasOpenssl())('over TLS it answers, and says that it always will', async () => {
  const folder = await temporaryFolder();
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const made = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '1',
    '-subj',
    '/CN=localhost',
  ];
  execFileSync('openssl', ['req', '-x509', ...made, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  const desk = await deskIn(folder, { tls: { certFile, keyFile } });
  expect(desk.url).toMatch(/^https:/);
  const answer = await new Promise<{ status: number | undefined; hsts: string | undefined }>((done, fail) => {
    get(`${desk.url}/api/session`, { rejectUnauthorized: false }, (response) => {
      response.resume();
      done({ status: response.statusCode, hsts: response.headers['strict-transport-security'] });
    }).on('error', fail);
  });
  expect(answer).toEqual({ status: 401, hsts: 'max-age=31536000' });
});

it('a damaged certificate is told as such', async () => {
  const folder = await temporaryFolder();
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(certFile, 'nonsense');
  await writeFile(keyFile, 'nonsense');
  expect(await start({ tls: { certFile, keyFile } })).toBe('tls-unreadable');
});
