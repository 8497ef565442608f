import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { deskIn, temporaryFolder, type DeskUnderTest } from './desk-in-folder.js';

// A build as Vite leaves it, with files of other origins in it.

async function build(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, 'viewer', ...name.split('/'));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

const script = `console.log(${JSON.stringify('x'.repeat(5000))});\n`;
const built = {
  'src/viewer/index.html': '<!doctype html><title>Desk</title>',
  'src/viewer/replay.html': '<!doctype html><title>Replay</title>',
  'src/recorder/panel/index.html': '<!doctype html><title>Panel</title>',
  'assets/viewer-abcdefgh.js': script,
  'assets/viewer-abcdefgh.js.map': '{}',
  'assets/panel-abcdefgh.js': 'panel',
  '.vite/manifest.json': JSON.stringify({
    'src/viewer/index.html': { file: 'assets/viewer-abcdefgh.js', src: 'src/viewer/index.html', isEntry: true },
    'src/viewer/replay.html': { file: 'assets/viewer-abcdefgh.js', src: 'src/viewer/replay.html', isEntry: true },
    'src/recorder/panel/index.html': {
      file: 'assets/panel-abcdefgh.js',
      src: 'src/recorder/panel/index.html',
      isEntry: true,
    },
  }),
};

async function deskWithViewer(): Promise<{ desk: DeskUnderTest; folder: string }> {
  const folder = await temporaryFolder();
  await build(folder, built);
  return { desk: await deskIn(folder), folder };
}

it('serves the two documents and what they need, and nothing else of the build', async () => {
  const { desk } = await deskWithViewer();
  const get = (path: string) => desk.call<string>(path);
  expect(await get('/')).toMatchObject({ status: 200, body: '<!doctype html><title>Desk</title>' });
  expect(await get('/src/viewer/index.html')).toMatchObject({ status: 200 });
  expect(await get('/src/viewer/replay.html')).toMatchObject({
    status: 200,
    body: '<!doctype html><title>Replay</title>',
  });
  expect((await get('/assets/viewer-abcdefgh.js')).body).toBe(script);
  for (const path of [
    '/src/recorder/panel/index.html',
    '/assets/panel-abcdefgh.js',
    '/assets/viewer-abcdefgh.js.map',
    '/.vite/manifest.json',
    '/assets/',
    '/src',
    '/assets/../.vite/manifest.json',
    '/assets/..%2f.vite%2fmanifest.json',
    '/constructor',
    '/__proto__',
  ]) {
    expect((await get(path)).status, path).toBe(404);
  }
});

it('keeps each document in its bounds', async () => {
  const { desk } = await deskWithViewer();
  const viewer = await desk.call('/');
  const replay = await desk.call('/src/viewer/replay.html');
  const directives = (csp: string | null): Record<string, string> =>
    Object.fromEntries((csp ?? '').split('; ').map((one): [string, string] => [one.split(' ')[0] ?? '', one]));
  expect(directives(viewer.headers.get('content-security-policy'))).toMatchObject({
    'default-src': "default-src 'none'",
    'script-src': "script-src 'self'",
    'frame-ancestors': "frame-ancestors 'none'",
  });
  expect(directives(replay.headers.get('content-security-policy'))).toMatchObject({
    'default-src': "default-src 'none'",
    'connect-src': "connect-src 'none'",
    'img-src': 'img-src data: blob:',
    'form-action': "form-action 'none'",
    'frame-ancestors': "frame-ancestors 'self'",
  });
  for (const { headers } of [viewer, replay, await desk.call('/nowhere'), await desk.call('/api/reports')]) {
    expect(Object.fromEntries(headers)).toMatchObject({
      'origin-agent-cluster': '?1',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  }
});

it('lets browsers keep what has a hash in its name, and packs it', async () => {
  const { desk } = await deskWithViewer();
  const asset = await desk.call<string>('/assets/viewer-abcdefgh.js', { headers: { 'accept-encoding': 'gzip' } });
  expect(asset.body).toBe(script);
  expect(Object.fromEntries(asset.headers)).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'gzip',
    'content-type': 'text/javascript; charset=utf-8',
  });
  const plain = await desk.call<string>('/assets/viewer-abcdefgh.js', {
    headers: { 'accept-encoding': 'gzip;q=0, br' },
  });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(plain.body).toBe(script);
  const page = await desk.call('/');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const unchanged = await desk.call('/', { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
  expect(unchanged.status).toBe(304);
  const head = await desk.call('/', { method: 'HEAD' });
  expect({ status: head.status, length: head.headers.get('content-length') }).toEqual({ status: 200, length: '34' });
});

it('notices a new build, and says what is missing where there is none', async () => {
  const { desk, folder } = await deskWithViewer();
  expect((await desk.call('/')).body).toContain('Desk');
  await build(folder, { ...built, 'src/viewer/index.html': '<!doctype html><title>New</title>' });
  const later = new Date(Date.now() + 5000);
  for (const name of ['.vite/manifest.json', 'src/viewer/index.html'])
    await utimes(join(folder, 'viewer', name), later, later);
  expect((await desk.call('/')).body).toContain('New');
  await rm(join(folder, 'viewer'), { recursive: true });
  const { status, headers, body } = await desk.call<string>('/');
  expect({ status, type: headers.get('content-type') }).toEqual({ status: 503, type: 'text/plain; charset=utf-8' });
  expect(body).toMatch(/have not been built/);
  expect((await desk.get('/api/reports')).status).toBe(200);
});
