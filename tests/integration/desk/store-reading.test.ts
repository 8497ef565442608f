import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowOrigins } from '../../../src/store/s3/open-s3.js';
import { CHROMIUM_ARGS, findChromium } from '../../lab/chromium.js';
import { deskIn, temporaryFolder } from './desk-in-folder.js';
import { makeHead, makePart } from './part.js';
import { cephOfFile, freshBucket, hasCeph, putRest } from './store-desk.js';

const ceph = cephOfFile();
const executablePath = findChromium();

let browser: Browser | undefined;
beforeAll(async () => {
  if (executablePath !== undefined) browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
});
afterAll(() => browser?.close());

/** As the built viewer is, with a policy for servers that send none. */
const PAGE = `<!doctype html>
<meta
  http-equiv="Content-Security-Policy"
  content="default-src 'none'; connect-src 'self'"
/>
<title>Desk</title>`;

/** A build whose viewer is an empty page: what it may do is what the desk lets a viewer do. */
async function emptyViewer(folder: string): Promise<void> {
  const pages = ['src/viewer/index.html', 'src/viewer/replay.html'];
  for (const name of ['src/viewer', '.vite']) await mkdir(join(folder, 'viewer', name), { recursive: true });
  for (const page of pages) await writeFile(join(folder, 'viewer', page), PAGE);
  const manifest = pages.map((page) => [page, { file: 'assets/viewer-abcdefgh.js', src: page, isEntry: true }]);
  await writeFile(join(folder, 'viewer/.vite/manifest.json'), JSON.stringify(Object.fromEntries(manifest)));
}

async function deskWithPart() {
  const bucket = await freshBucket(ceph());
  const folder = await temporaryFolder();
  await emptyViewer(folder);
  const desk = await deskIn(folder, { s3: bucket.options });
  const head = makeHead();
  const bytes = await makePart({ bytes: 900_000 });
  const { ticket } = await desk.ticket(head, bytes);
  await putRest(desk, ticket, bytes);
  await desk.complete(ticket);
  return { bucket, desk, head, bytes, path: `/api/reports/${head.id}/parts/0` };
}

describe.runIf(hasCeph)('a part in a store', { timeout: 60_000 }, () => {
  it('is read at the store, by range and whole, by an address for whoever is signed in', async () => {
    const { bucket, desk, head, bytes, path } = await deskWithPart();
    expect((await desk.call(path)).status).toBe(401);
    const cookie = await desk.cookie();
    const sent = await fetch(new URL(path, desk.url), { headers: { cookie }, redirect: 'manual' });
    expect(sent.status).toBe(307);
    expect(sent.headers.get('cache-control')).toBe('no-store');
    const location = sent.headers.get('location') ?? '';
    expect(new URL(location).origin).toBe(bucket.options.endpoint);
    expect(location).not.toContain(bucket.options.credentials?.secretAccessKey ?? '');

    const ranged = await fetch(location, { headers: { range: 'bytes=1000-1999' } });
    expect(ranged.status).toBe(206);
    expect(ranged.headers.get('content-range')).toBe(`bytes 1000-1999/${bytes.length}`);
    expect(Buffer.from(await ranged.arrayBuffer()).equals(bytes.subarray(1000, 2000))).toBe(true);
    const whole = await fetch(location);
    expect(whole.headers.get('content-disposition')).toBe(`attachment; filename="${head.receiptCode}-0.fluxrec"`);
    expect(whole.headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    // It opens this part to be read, and nothing else.
    expect((await fetch(location.replace('/0.fluxrec', '/0.digest.json'))).status).toBe(403);
    expect((await fetch(location, { method: 'DELETE' })).status).toBe(403);
  });

  it('is told of by the desk without its bytes', async () => {
    const { desk, bytes, path } = await deskWithPart();
    const cookie = await desk.cookie();
    const told = await fetch(new URL(path, desk.url), { method: 'HEAD', headers: { cookie } });
    expect(told.status).toBe(200);
    expect(Number(told.headers.get('content-length'))).toBe(bytes.length);
    const etag = told.headers.get('etag') ?? '';
    expect((await desk.get(path, { 'if-none-match': etag })).status).toBe(304);
    expect((await desk.get(path, { 'if-match': '"other"' })).status).toBe(412);
  });

  it.runIf(executablePath !== undefined)('is read by the viewer once the bucket lets it', async () => {
    const { bucket, desk, path, bytes } = await deskWithPart();
    const [name = '', value = ''] = (await desk.cookie()).split('=');
    const context = await (browser ?? expect.fail()).newContext();
    await context.addCookies([{ name, value, url: desk.url }]);
    const page = await context.newPage();
    const read = (range: string) =>
      page.evaluate(
        async ([url, header]) => {
          try {
            const response = await fetch(url, { headers: { range: header } });
            const { headers, redirected } = response;
            const { length } = new Uint8Array(await response.arrayBuffer());
            return { redirected, range: headers.get('content-range'), hasTag: headers.has('etag'), length };
          } catch {
            return 'refused';
          }
        },
        [path, range] as const,
      );
    await page.goto(desk.url);
    expect(await read('bytes=0-99')).toBe('refused');

    await allowOrigins(bucket.options, ['https://other.example']);
    expect(await read('bytes=0-99')).toBe('refused');
    await allowOrigins(bucket.options, [desk.url]);
    const answer = { redirected: true, hasTag: true, length: 100 };
    expect(await read('bytes=0-99')).toEqual({ ...answer, range: `bytes 0-99/${bytes.length}` });
    // The end of a file is what asks the store beforehand whether it may be asked for.
    expect(await read('bytes=-100')).toEqual({
      ...answer,
      range: `bytes ${bytes.length - 100}-${bytes.length - 1}/${bytes.length}`,
    });
    await context.close();
  });

  it('is allowed by the viewer’s policy, which allows no other store', async () => {
    const { viewerPolicy } = await import('../../../src/desk/http/headers.js');
    const { bucket } = await deskWithPart();
    const origin = await bucket.direct.origin();
    expect(origin).toBe(bucket.options.endpoint);
    expect(viewerPolicy(origin)).toContain(`connect-src 'self' ${origin}`);
    expect(viewerPolicy(undefined)).toMatch(/connect-src 'self'(;|$)/);
  });
});

describe.runIf(hasCeph)('rules of a bucket', () => {
  it('that others made stay, and ours are replaced', async () => {
    const { GetBucketCorsCommand, PutBucketCorsCommand } = await import('@aws-sdk/client-s3');
    const { connectBucket } = await import('../../../src/store/s3/s3-client.js');
    const { options } = await freshBucket(ceph());
    const { client } = connectBucket(options);
    const Bucket = options.bucket;
    const theirs = { ID: 'theirs', AllowedOrigins: ['https://app.example'], AllowedMethods: ['PUT'] };
    await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [theirs] } }));
    await allowOrigins(options, ['https://one.example']);
    await allowOrigins(options, ['https://two.example', 'https://three.example']);
    const { CORSRules = [] } = await client.send(new GetBucketCorsCommand({ Bucket }));
    expect(CORSRules.map(({ ID, AllowedOrigins }) => [ID, [...(AllowedOrigins ?? [])].sort()])).toEqual([
      ['theirs', ['https://app.example']],
      ['fluxrec-desk', ['https://three.example', 'https://two.example']],
    ]);
    client.destroy();
  });
});
