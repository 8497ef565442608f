import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DeskUnderTest, temporaryFolder } from './desk-in-folder.js';
import { makeHead, makePart } from './part.js';
import { cephOfFile, freshBucket, hasCeph, putRest } from './store-desk.js';

const ceph = cephOfFile();
const root = join(import.meta.dirname, '../../..');
const TOKEN = 'a-token-of-tests-0123456789';
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A desk as a process, whose store is named by the environment as in a container. */
async function deskProcess(changes: Record<string, string> = {}, ...args: string[]) {
  const { options } = await freshBucket(ceph());
  const folder = await temporaryFolder();
  const child = spawn(
    process.execPath,
    [join(root, 'scripts/run.mjs'), 'src/desk/start.ts', '--data', folder, ...args],
    {
      cwd: root,
      env: {
        ...process.env,
        FLUXREC_DESK_TOKEN: TOKEN,
        FLUXREC_DESK_STORE: `s3://${options.bucket}/team`,
        FLUXREC_DESK_S3_ENDPOINT: options.endpoint,
        FLUXREC_DESK_S3_REGION: options.region,
        FLUXREC_DESK_S3_PATH_STYLE: '1',
        AWS_ACCESS_KEY_ID: options.credentials?.accessKeyId,
        AWS_SECRET_ACCESS_KEY: options.credentials?.secretAccessKey,
        ...changes,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  ends.push(() => child.kill('SIGKILL'));
  const output = { text: '', log: '' };
  child.stdout.on('data', (data: Buffer) => (output.text += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output.log += data.toString()));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, output, ended, options };
}

describe.runIf(hasCeph)('the process of a desk with a bucket', { timeout: 60_000 }, () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['credentials are wrong', { AWS_SECRET_ACCESS_KEY: 'wrong' }, /refuses the desk/],
    ['there is no such bucket', { FLUXREC_DESK_STORE: 's3://there-is-none' }, /refuses the desk/],
    ['the store is away', { FLUXREC_DESK_S3_ENDPOINT: 'http://127.0.0.1:1' }, /does not answer/],
    ['the store is named badly', { FLUXREC_DESK_STORE: 'there-is-none' }, /s3:\/\/BUCKET/],
  ])('says so in a sentence where %s', async (_name, changes, sentence) => {
    const [serving, cors] = await Promise.all([
      deskProcess(changes, '--port', '0'),
      deskProcess(changes, '--configure-cors', 'https://desk.example'),
    ]);
    for (const { output, ended } of [serving, cors]) {
      expect(await ended).toBe(1);
      expect(output.log).toMatch(sentence);
      expect(output.log).not.toMatch(/\n\s+at /);
    }
  });

  it('lets an origin into the bucket and ends', async () => {
    const { output, ended } = await deskProcess({}, '--configure-cors', 'https://desk.example');
    expect(await ended).toBe(0);
    expect(output.text).toMatch(/can be read by the viewer at https:\/\/desk\.example\./);
    const bad = await deskProcess({}, '--configure-cors', 'http://desk.example');
    expect(await bad.ended).toBe(1);
  });

  // The last: Ceph’s gateway, killed and started again, answers nobody for half a minute.
  it('tells no credential and no signed address in its log', async () => {
    const { child, output, ended, options } = await deskProcess({}, '--port', '0', '--log-level', 'debug');
    await expect.poll(() => output.text, { timeout: 30_000 }).toMatch(/#code=/);
    const link = /(http\S+#code=\S+)/.exec(output.text)?.[1] ?? '';
    const { origin } = new URL(link);
    const desk = new DeskUnderTest({ url: origin, link: () => link, close: () => Promise.resolve() }, TOKEN);
    const head = makeHead();
    const bytes = await makePart();
    const { ticket } = await desk.ticket(head, bytes);
    await putRest(desk, ticket, bytes);
    expect(await desk.complete(ticket)).toMatchObject({ body: { status: 'accepted' } });
    const cookie = await desk.cookie();
    const part = await fetch(new URL(`/api/reports/${head.id}/parts/0`, origin), { headers: { cookie } });
    expect(part.redirected).toBe(true);
    await part.arrayBuffer();
    // The store goes away: what is told of that is told without secrets, too.
    await ceph().killGateway();
    expect((await desk.get(`/api/reports/${head.id}`)).status).toBe(503);
    await ceph().startGateway();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(output.log).toContain('part accepted');
    expect(output.log).toContain('store does not answer');
    for (const secret of [options.credentials?.secretAccessKey ?? '', 'X-Amz-Signature', ticket, TOKEN]) {
      expect(output.log + output.text).not.toContain(secret);
    }
  });
});
