import { randomUUID } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startDesk } from '../../../src/desk/server.js';
import type { InboxAnswer, ReportAnswer } from '../../../src/shared/protocol/desk.js';
import { deskIn, freshDesk, temporaryFolder } from './desk-in-folder.js';
import { makeHead, makePart } from './part.js';

describe('signing in', () => {
  it('takes the code of a link once', async () => {
    const desk = await freshDesk();
    const link = new URL(desk.desk.link());
    expect(link.search).toBe('');
    const code = new URLSearchParams(link.hash.slice(1)).get('code');
    expect(await desk.post('/api/session', { code })).toMatchObject({ status: 200, body: { name: 'Technician' } });
    expect(await desk.post('/api/session', { code })).toMatchObject({
      status: 401,
      body: { code: 'wrong-credentials' },
    });
  });

  it('gives a cookie that pages cannot read, of this desk alone', async () => {
    const desk = await freshDesk();
    const { headers } = await desk.post('/api/session', { token: 'a-token-of-tests-0123456789' });
    const cookie = headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      new RegExp(`^fluxrec-desk-${new URL(desk.url).port}=[\\w-]{43}; Path=/; Expires=.*; HttpOnly; SameSite=Strict$`),
    );
  });

  it('keeps the name, without what could break a line', async () => {
    const desk = await freshDesk();
    const cookie = await desk.cookie('  Ada\u0000\n\u202eLovelace ');
    const { body } = await desk.call('/api/session', { headers: { cookie } });
    expect(body).toEqual({ name: 'Ada Lovelace' });
  });

  it.each([
    { token: 'wrong' },
    { code: 'wrong' },
    { token: '' },
    { code: '' },
    { token: 'a-token-of-tests-0123456788' },
  ])('refuses %j', async (proof) => {
    const desk = await freshDesk();
    expect(await desk.post('/api/session', proof)).toMatchObject({ status: 401, body: { code: 'wrong-credentials' } });
  });

  it.each([{}, { token: 1 }, [], 'null', '{'])('does not understand %j', async (proof) => {
    const desk = await freshDesk();
    expect(await desk.post('/api/session', proof)).toMatchObject({ status: 400, body: { code: 'bad-request' } });
  });

  it('can be tried a few times a minute only', async () => {
    const desk = await freshDesk({ rateLimits: { signIns: 5 } });
    for (let n = 0; n < 5; n++) expect((await desk.post('/api/session', { token: 'guess' })).status).toBe(401);
    expect(await desk.post('/api/session', { token: 'guess' })).toMatchObject({ status: 429 });
  });

  it('ends with signing out, for the cookie too', async () => {
    const desk = await freshDesk();
    const cookie = await desk.cookie('Ada');
    expect((await desk.call('/api/session', { headers: { cookie } })).status).toBe(200);
    const out = await desk.call('/api/session', { method: 'DELETE', headers: { cookie } });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/Expires=Thu, 01 Jan 1970/);
    expect((await desk.call('/api/session', { headers: { cookie } })).status).toBe(401);
  });

  it('survives a restart of the desk, not a new token; no cookie is on disk', async () => {
    const folder = await temporaryFolder();
    const first = await deskIn(folder);
    const port = Number(new URL(first.url).port);
    const cookie = await first.cookie('Ada');
    await first.desk.close();
    expect(await readFile(join(folder, 'data', 'sessions.json'), 'utf8')).not.toContain(cookie.split('=')[1]);

    const second = await deskIn(folder, { port });
    expect((await second.call('/api/session', { headers: { cookie } })).body).toEqual({ name: 'Ada' });
    await second.desk.close();

    const third = await deskIn(folder, { port, token: 'another-token-of-tests' });
    expect((await third.call('/api/session', { headers: { cookie } })).status).toBe(401);
  });

  it('uses a token that is minted once, for the desk’s own user alone', async () => {
    const folder = await temporaryFolder();
    const start = () => startDesk({ dataDir: join(folder, 'data'), viewerDir: folder, port: 0 });
    const first = await start();
    const path = join(folder, 'data', 'token');
    const token = (await readFile(path, 'utf8')).trim();
    expect(token).toMatch(/^[\w-]{43}$/);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    await first.close();
    const second = await start();
    const response = await fetch(`${second.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    expect(response.status).toBe(200);
    await second.close();
  });
});

describe('nobody who is not signed in', () => {
  it.each([
    ['GET', '/api/session'],
    ['GET', '/api/reports'],
    ['GET', '/api/reports/ID'],
    ['GET', '/api/reports/ID/parts/0'],
    ['HEAD', '/api/reports/ID/parts/0'],
    ['POST', '/api/reports/ID/conversation'],
  ])('gets an answer from %s %s', async (method, path) => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    const name = (await desk.cookie()).split('=')[0] ?? '';
    for (const cookie of ['', `${name}=`, `${name}=forged`, `${name}=${'A'.repeat(43)}`, `${name}=__proto__`]) {
      const { status } = await desk.call(path.replace('ID', head.id), { method, headers: { cookie } });
      expect(status).toBe(401);
    }
  });
});

describe('the inbox', () => {
  it('shows the newest arrival first and goes on after the last row seen', async () => {
    const desk = await freshDesk();
    const sent: string[] = [];
    // A customer's clock a year ahead changes nothing.
    for (const createdMs of [3, 1e15, 2, 5, 4]) sent.unshift((await desk.sendReport({ createdMs })).head.id);
    const page = (query: string) => desk.get<InboxAnswer>(`/api/reports?${query}`).then(({ body }) => body);
    const ids = ({ reports }: InboxAnswer) => reports.map(({ id }) => id);
    expect(ids(await page(''))).toEqual(sent);
    const first = await page('limit=2');
    expect(ids(first)).toEqual(sent.slice(0, 2));
    expect(first.total).toBe(5);
    const second = await page(`limit=2&before=${sent[1] ?? ''}`);
    expect(ids(second)).toEqual(sent.slice(2, 4));
    expect(ids(await page(`limit=2&before=${sent[3] ?? ''}`))).toEqual(sent.slice(4));
    expect(ids(await page(`before=${sent[4] ?? ''}`))).toEqual([]);
  });

  it('goes on after a row that the filter no longer shows', async () => {
    const desk = await freshDesk();
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.unshift((await desk.sendReport()).head.id);
    await desk.say(ids[1] ?? '', { type: 'status', status: 'closed' });
    const { body } = await desk.get<InboxAnswer>(`/api/reports?status=new&before=${ids[1] ?? ''}`);
    expect(body.reports.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(body.total).toBe(3);
  });

  it('finds by a code as it was heard, by words, by app; all words must be there', async () => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport({ receiptCode: '0A1B0-1CD00-9', description: 'Übersicht bleibt leer' });
    await desk.sendReport({
      receiptCode: 'ZZZZZ-ZZZZZ-Z',
      description: 'Export fails',
      app: { name: 'Other', version: '9' },
    });
    const find = async (query: string) => {
      const { body } = await desk.get<InboxAnswer>(`/api/reports?query=${encodeURIComponent(query)}`);
      return body.reports.map(({ id }) => id);
    };
    for (const query of [
      '0A1B0-1CD00-9',
      'oaibo lcdoo 9',
      'oA1B',
      '1cd00',
      'übersicht',
      'U\u0308BERSICHT',
      'leer bleibt',
      'fluxion 3.4',
      head.id,
    ]) {
      expect(await find(query), query).toEqual([head.id]);
    }
    for (const query of ['leer export', 'oA1C', 'nothing']) expect(await find(query), query).toEqual([]);
    expect(await find('  ')).toHaveLength(2);
  });

  it('finds a report that is still arriving by its whole code only, and lists it to nobody', async () => {
    const desk = await freshDesk();
    const head = makeHead();
    await desk.ticket(head, await makePart());
    expect((await desk.get<InboxAnswer>('/api/reports')).body).toEqual({ reports: [], total: 0 });
    expect((await desk.get<InboxAnswer>('/api/reports?query=sync')).body.total).toBe(0);
    const { body } = await desk.get<InboxAnswer>(`/api/reports?query=${head.receiptCode.toLowerCase()}`);
    expect(body.reports).toMatchObject([{ id: head.id, parts: [], bytes: 0 }]);
  });

  it('costs a header while nothing has changed', async () => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    const { headers } = await desk.get('/api/reports');
    const tag = headers.get('etag') ?? '';
    expect((await desk.get('/api/reports', { 'if-none-match': tag })).status).toBe(304);
    await desk.say(head.id, { type: 'comment', text: 'Looking at it.' });
    expect((await desk.get('/api/reports', { 'if-none-match': tag })).status).toBe(200);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=x',
    'status=lost',
    'before=x',
    'query=a&query=b',
    `query=${'x'.repeat(201)}`,
  ])('does not understand %s', async (query) => {
    const desk = await freshDesk();
    expect(await desk.get(`/api/reports?${query}`)).toMatchObject({ status: 400, body: { code: 'bad-request' } });
  });
});

describe('a conversation', () => {
  it('grows in the order in which things were said, by whom', async () => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    const cookie = await desk.cookie('Ada');
    const say = (body: unknown) => desk.post(`/api/reports/${head.id}/conversation`, body, { cookie });
    const texts = Array.from({ length: 20 }, (_, n) => `comment ${n}`);
    const said = await Promise.all(
      texts.map((text, n) => say({ type: 'comment', text: `  ${text}\n`, momentMs: n * 1000.5 })),
    );
    expect(said.map(({ status }) => status)).toEqual(texts.map(() => 201));
    await say({ type: 'status', status: 'waiting' });

    const { body } = await desk.get<ReportAnswer>(`/api/reports/${head.id}`);
    expect(body.report).toMatchObject({ comments: 20, status: 'waiting' });
    const comments = body.conversation.filter((entry) => entry.type === 'comment');
    expect(comments.map(({ text }) => text).sort()).toEqual([...texts].sort());
    expect(comments[0]).toMatchObject({ by: 'technician', author: 'Ada' });
    const times = body.conversation.map(({ atMs }) => atMs);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(body.conversation.at(-1)).toMatchObject({ type: 'status', status: 'waiting' });
    expect(body.report.updatedMs).toBe(times.at(-1));
  });

  it.each([
    { type: 'comment', text: '' },
    { type: 'comment', text: ' \n ' },
    { type: 'comment', text: 'x'.repeat(10_001) },
    { type: 'comment', text: 'x', momentMs: '1' },
    { type: 'comment' },
    { type: 'status', status: 'lost' },
    { type: 'part', part: { number: 0 } },
    { type: 'quarantine' },
    '{"type":"comment","text":"x","momentMs":1e999}',
  ])('does not take %j', async (said) => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    expect(
      await desk.post(`/api/reports/${head.id}/conversation`, said, { cookie: await desk.cookie() }),
    ).toMatchObject({
      status: 400,
      body: { code: 'bad-request' },
    });
  });

  it('keeps what technicians write as it is: nobody signs for another, nothing is made of markup', async () => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    const { body } = await desk.say(head.id, {
      type: 'comment',
      text: '<img src=x onerror=alert(1)>',
      author: 'Somebody else',
      by: 'desk',
      atMs: 1,
      id: randomUUID(),
    });
    expect(body).toMatchObject({ author: 'Technician', by: 'technician', text: '<img src=x onerror=alert(1)>' });
    expect(body['atMs']).toBeGreaterThan(1);
  });

  it.each([
    '/api/reports/nonsense',
    `/api/reports/${randomUUID()}`,
    '/api/reports/..%2f..%2fetc',
    '/api/reports/__proto__',
  ])('of %s does not exist', async (path) => {
    const desk = await freshDesk();
    expect(await desk.get(path)).toMatchObject({ status: 404, body: { code: 'report-unknown' } });
    expect(
      await desk.post(`${path}/conversation`, { type: 'comment', text: 'x' }, { cookie: await desk.cookie() }),
    ).toMatchObject({
      status: 404,
    });
  });

  it('with an entry that the disk has damaged tells the others and how many are missing', async () => {
    const folder = await temporaryFolder();
    const desk = await deskIn(folder);
    const { head } = await desk.sendReport();
    await desk.say(head.id, { type: 'comment', text: 'first' });
    const conversation = join(folder, 'data', 'store', 'reports', head.id, 'conversation');
    await writeFile(join(conversation, `0000000000000001-${randomUUID()}.json`), '{"type":"comment"');
    const { body } = await desk.get<ReportAnswer>(`/api/reports/${head.id}`);
    expect(body).toMatchObject({ skipped: 1, conversation: [{ type: 'part' }, { type: 'comment' }] });
  });
});
