import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { InboxAnswer } from '../../../src/shared/protocol/desk.js';
import { DeskUnderTest, temporaryFolder } from './desk-in-folder.js';
import { makeHead, makePart } from './part.js';

// The desk as a process of its own: how it is started, stopped and killed.

const root = join(import.meta.dirname, '../../..');
const TOKEN = 'a-token-of-tests-0123456789';
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function spawnDesk(...args: string[]) {
  const child = spawn(process.execPath, [join(root, 'scripts/run.mjs'), 'src/desk/start.ts', ...args], {
    cwd: root,
    env: { ...process.env, FLUXREC_DESK_TOKEN: TOKEN, FLUXREC_DESK_INGEST_KEY: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const output = { text: '', log: '' };
  child.stdout.on('data', (data: Buffer) => (output.text += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output.log += data.toString()));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, output, ended };
}

async function started(...args: string[]) {
  const running = spawnDesk('--port', '0', ...args);
  const link = await expect
    .poll(() => /(http\S+#code=\S+)/.exec(running.output.text)?.[1], { timeout: 20_000 })
    .toBeDefined()
    .then(() => /(http\S+#code=\S+)/.exec(running.output.text)?.[1] ?? '');
  const url = new URL(link).origin;
  return {
    ...running,
    link,
    desk: new DeskUnderTest({ url, link: () => link, close: () => Promise.resolve() }, TOKEN),
  };
}

describe('the process', { timeout: 60_000 }, () => {
  it('prints a link that signs in, tells no secret in its log, and ends on Ctrl-C', async () => {
    const folder = await temporaryFolder();
    const { child, output, ended, link, desk } = await started('--data', folder, '--log-level', 'debug');
    const code = new URL(link).hash.slice('#code='.length);
    const { status, headers } = await desk.post('/api/session', { code });
    expect(status).toBe(200);
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    const { head } = await desk.sendReport({ description: 'private words' });
    await desk.call(`/api/reports?query=searched`, { headers: { cookie } });
    await desk.post('/api/session', { token: 'wrong-token' });
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    const lines = output.log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line['msg'])).toEqual(
      expect.arrayContaining(['desk listens', 'part accepted', 'answered', 'refused']),
    );
    expect(output.log).toContain(head.id);
    for (const secret of [
      TOKEN,
      code,
      cookie.split('=')[1] ?? '',
      'wrong-token',
      'private words',
      'searched',
      head.receiptCode,
    ]) {
      expect(output.log).not.toContain(secret);
    }
  });

  it('killed in the middle of everything, goes on where it was', async () => {
    const folder = await temporaryFolder();
    const first = await started('--data', folder, '--log-level', 'silent');
    const done = await first.desk.sendReport({}, { errors: ['a'] });
    await first.desk.say(done.head.id, { type: 'comment', text: 'Seen.' });
    const head = makeHead();
    const bytes = await makePart({ bytes: 400_000 });
    const { ticket } = await first.desk.ticket(head, bytes);
    await first.desk.put(ticket, 0, bytes.subarray(0, 100_000));
    // The rest is on its way when the process goes, and then its lock is still lying there.
    const cut = first.desk.put(ticket, 100_000, bytes.subarray(100_000)).catch(() => undefined);
    first.child.kill('SIGKILL');
    await Promise.all([first.ended, cut]);

    const second = await started('--data', folder, '--log-level', 'silent');
    const { body } = await second.desk.get<InboxAnswer>('/api/reports');
    expect(body.reports).toMatchObject([{ id: done.head.id, comments: 1, errors: 1 }]);
    const { receivedBytes } = await second.desk.ticket(head, bytes);
    expect(receivedBytes).toBeGreaterThanOrEqual(100_000);
    await second.desk.put(ticket, receivedBytes, bytes.subarray(receivedBytes));
    expect((await second.desk.complete(ticket)).body).toEqual({ status: 'accepted' });
  });

  it('says what is wrong in a sentence, without a stack', async () => {
    const folder = await temporaryFolder();
    const { output, ended } = spawnDesk('--data', folder, '--host', '0.0.0.0');
    expect(await ended).toBe(1);
    expect(output.log).toMatch(/over TLS only/);
    expect(output.log).not.toMatch(/\n\s+at /);
  });

  it.each([
    ['--port', 'x'],
    ['--port', '70000'],
    ['--nonsense'],
    ['--tls-cert', 'a'],
    ['stray'],
    ['--log-level', 'loud'],
    ['--configure-cors', 'https://desk.example'],
    ['--s3-endpoint', 'https://s3.example'],
  ])('explains itself when asked for %s %s', async (...args) => {
    const { output, ended } = spawnDesk(...args);
    expect(await ended).toBe(2);
    expect(output.log).toMatch(/Usage: desk/);
  });
});
