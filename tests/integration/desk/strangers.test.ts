import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startDesk } from '../../../src/desk/server.js';
import type { InboxAnswer, ReportAnswer } from '../../../src/shared/protocol/desk.js';
import { freshDesk, temporaryFolder, type DeskUnderTest } from './desk-in-folder.js';

// What pages of other origins, other names for this machine, and broken clients get.

/** A request with headers that `fetch` would not let anybody set. */
function raw(
  desk: DeskUnderTest,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  return new Promise((done, fail) => {
    const sent = httpRequest(new URL(desk.url), { method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () => {
        done({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    sent.on('error', fail);
    sent.end(body);
  });
}

describe('a page of another origin', () => {
  it.each([
    { origin: 'http://127.0.0.1:4300', 'sec-fetch-site': 'same-site' },
    { origin: 'http://127.0.0.1:4300' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
  ])('cannot read or write with the technician’s cookie: %j', async (headers) => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    const cookie = await desk.cookie();
    const said = JSON.stringify({ type: 'status', status: 'closed' });
    const calls = [
      raw(desk, '/api/reports', { headers: { cookie, ...headers } }),
      raw(desk, `/api/reports/${head.id}/parts/0`, { headers: { cookie, ...headers } }),
      raw(desk, `/api/reports/${head.id}/conversation`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: said,
      }),
      raw(desk, '/api/session', { method: 'DELETE', headers: { cookie, ...headers } }),
      raw(desk, '/api/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{}',
      }),
      raw(desk, '/api/tickets', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{}',
      }),
    ];
    for (const { status, body, headers: answered } of await Promise.all(calls)) {
      expect({ status, code: (JSON.parse(body) as { code: string }).code }).toEqual({
        status: 403,
        code: 'wrong-origin',
      });
      expect(answered['access-control-allow-origin']).toBeUndefined();
      expect(answered['cross-origin-resource-policy']).toBe('same-origin');
    }
    const { body } = await desk.get<ReportAnswer>(`/api/reports/${head.id}`);
    expect(body.report.status).toBe('new');
  });

  it('cannot make a form write: only JSON is taken', async () => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const { status } = await raw(desk, `/api/reports/${head.id}/conversation`, {
        method: 'POST',
        headers: { cookie: await desk.cookie(), 'content-type': type },
        body: '{"type":"status","status":"closed"}',
      });
      expect(status).toBe(415);
    }
  });

  it('gets no leave to call from a preflight', async () => {
    const desk = await freshDesk();
    const { headers } = await raw(desk, '/api/reports', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'PUT' },
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

it('its own pages may call', async () => {
  const desk = await freshDesk();
  const headers = { cookie: await desk.cookie(), origin: desk.url, 'sec-fetch-site': 'same-origin' };
  expect((await raw(desk, '/api/reports', { headers })).status).toBe(200);
  // Typed into the address bar: a download link, for example.
  expect(
    (await raw(desk, '/api/reports', { headers: { cookie: await desk.cookie(), 'sec-fetch-site': 'none' } })).status,
  ).toBe(200);
});

it.each([
  'evil.example',
  'evil.example:PORT',
  '127.0.0.1.evil.example:PORT',
  '127.0.0.1',
  '127.0.0.2:PORT',
  'localhost:1',
])('answers nothing by the name %j (DNS rebinding)', async (name) => {
  const desk = await freshDesk();
  const host = name.replace('PORT', new URL(desk.url).port);
  for (const path of ['/', '/api/reports', '/nowhere']) {
    const { status } = await raw(desk, path, { headers: { host, cookie: await desk.cookie() } });
    expect(status).toBe(421);
  }
});

it('believes no forwarded name or address without a proxy', async () => {
  const desk = await freshDesk({ rateLimits: { signIns: 2 } });
  const port = new URL(desk.url).port;
  const statuses = [];
  for (let n = 0; n < 4; n++) {
    const { status } = await raw(desk, '/api/session', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': `10.0.0.${n}`,
        'x-forwarded-host': 'evil.example',
      },
      body: '{"token":"guess"}',
    });
    statuses.push(status);
  }
  expect(statuses).toEqual([401, 401, 429, 429]);
  const { status } = await raw(desk, '/api/reports', {
    headers: { host: 'evil.example', 'x-forwarded-host': `127.0.0.1:${port}` },
  });
  expect(status).toBe(421);
});

describe('behind a proxy', () => {
  const options = { behindTlsProxy: true, publicUrl: 'https://desk.example.org', rateLimits: { signIns: 2 } } as const;

  it('addresses are those that the proxy tells, one /64 is one address, and the public origin is the one that may call', async () => {
    const folder = await temporaryFolder();
    const port = await new Promise<number>((done) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => {
          done(typeof address === 'object' ? (address?.port ?? 0) : 0);
        });
      });
    });
    const desk = await startDesk({
      dataDir: folder,
      viewerDir: folder,
      port,
      token: 'a-token-of-tests-0123456789',
      ...options,
    });
    const signIn = async (address: string, token = 'guess', origin = 'https://desk.example.org') => {
      const response = await new Promise<IncomingMessage>((done, fail) => {
        const headers = {
          'content-type': 'application/json',
          host: 'desk.example.org',
          origin,
          'x-forwarded-for': address,
        };
        httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/api/session', headers }, done)
          .on('error', fail)
          .end(JSON.stringify({ token }));
      });
      response.resume();
      return { status: response.statusCode, cookie: response.headers['set-cookie']?.[0] };
    };
    try {
      expect((await signIn('203.0.113.1')).status).toBe(401);
      expect((await signIn('203.0.113.1')).status).toBe(401);
      expect((await signIn('203.0.113.1')).status).toBe(429);
      expect((await signIn('203.0.113.2')).status).toBe(401);
      // What a client writes into the header itself stands before what the proxy adds.
      expect((await signIn('203.0.113.9, 203.0.113.1')).status).toBe(429);
      // Nor may a client on the private network name another one.
      expect((await signIn('203.0.113.10, 10.0.0.9')).status).toBe(401);
      expect((await signIn('203.0.113.11, 10.0.0.9')).status).toBe(401);
      expect((await signIn('203.0.113.12, 10.0.0.9')).status).toBe(429);
      expect((await signIn('2001:db8:1:2::1')).status).toBe(401);
      expect((await signIn('2001:db8:1:2:ffff::2')).status).toBe(401);
      expect((await signIn('2001:db8:1:2::3')).status).toBe(429);
      expect((await signIn('2001:db8:1:3::1')).status).toBe(401);
      expect((await signIn('203.0.113.3', 'x', `http://127.0.0.1:${port}`)).status).toBe(403);
      const { status, cookie } = await signIn('203.0.113.4', 'a-token-of-tests-0123456789');
      expect(status).toBe(200);
      expect(cookie).toMatch(
        new RegExp(`^__Host-fluxrec-desk-${port}=.*; Path=/; .*; HttpOnly; Secure; SameSite=Strict$`),
      );
    } finally {
      await desk.close();
    }
  });
});

describe('a broken client', () => {
  it.each([
    'GET /../../../etc/passwd HTTP/1.1',
    'GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1',
    'GET /api/reports/%2e%2e%2f%2e%2e HTTP/1.1',
    'GET //etc/passwd HTTP/1.1',
    'GET /%00 HTTP/1.1',
    'GET /%zz HTTP/1.1',
    'GET /.vite/manifest.json HTTP/1.1',
    'FETCH / HTTP/1.1',
    'GET http://evil.example/ HTTP/1.1',
    'nonsense',
  ])('that says %j gets no file and no stack', async (line) => {
    const desk = await freshDesk();
    const { hostname, port } = new URL(desk.url);
    const answer = await new Promise<string>((done, fail) => {
      const socket = connect(Number(port), hostname);
      let text = '';
      socket.on('data', (piece) => (text += piece.toString()));
      socket.on('error', fail);
      socket.on('close', () => {
        done(text);
      });
      socket.write(`${line}\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 (4\d\d|503)/);
    expect(answer).not.toMatch(/root:|node:internal|at .+\.ts/);
  });

  it('leaves the desk as it was', async () => {
    const desk = await freshDesk();
    const { hostname, port } = new URL(desk.url);
    await Promise.all(
      Array.from(
        { length: 50 },
        () =>
          new Promise<void>((done) => {
            const socket = connect(Number(port), hostname, () => {
              socket.write('POST /api/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
              socket.destroy();
            });
            socket.on('close', () => {
              done();
            });
          }),
      ),
    );
    expect((await desk.get<InboxAnswer>('/api/reports')).body).toEqual({ reports: [], total: 0 });
  });
});
