import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PANEL_URL, REPLAY_URL, servePanel } from '../../../../src/main/electron/panel-scheme.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxrec-panel-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function build(): Promise<void> {
  for (const path of ['.vite', 'assets', 'src/recorder/panel', 'src/viewer']) {
    await mkdir(join(folder, path), { recursive: true });
  }
  const manifest = {
    'src/recorder/panel/index.html': { file: 'assets/panel-abcdefgh.js', isEntry: true },
    'src/viewer/replay.html': { file: 'assets/replay-abcdefgh.js', isEntry: true },
    'src/viewer/index.html': { file: 'assets/viewer-abcdefgh.js', isEntry: true },
  };
  await writeFile(join(folder, '.vite/manifest.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'src/recorder/panel/index.html'), '<p>panel</p>');
  await writeFile(join(folder, 'src/viewer/replay.html'), '<p>replay</p>');
  await writeFile(join(folder, 'src/viewer/index.html'), '<p>viewer</p>');
  await writeFile(join(folder, 'assets/panel-abcdefgh.js'), '1');
}
const at = (path: string): string =>
  new URL(path, PANEL_URL.replace('fluxrec:', 'http:')).href.replace('http:', 'fluxrec:');

it('serves the panel and its preview, each under its own policy', async () => {
  await build();
  const serve = servePanel(folder);
  const panel = await serve({ method: 'GET', url: `${PANEL_URL}#send` });
  expect(await panel.text()).toBe('<p>panel</p>');
  expect(panel.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(panel.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  const replay = await serve({ method: 'GET', url: REPLAY_URL });
  expect(replay.headers.get('content-security-policy')).toMatch(/connect-src 'none'.*frame-ancestors 'self'/);
  const script = await serve({ method: 'GET', url: at('/assets/panel-abcdefgh.js') });
  expect(script.headers.get('content-type')).toContain('text/javascript');
  expect(script.headers.get('x-content-type-options')).toBe('nosniff');
});

it.each([
  ['the technician’s document', 'GET', '/src/viewer/index.html', 404],
  ['the build’s manifest', 'GET', '/.vite/manifest.json', 404],
  ['a path out of the folder', 'GET', '/..%2f..%2fetc/passwd', 404],
  ['a file that is listed and not there', 'GET', '/assets/replay-abcdefgh.js', 404],
  ['another method', 'POST', '/src/recorder/panel/index.html', 405],
])('refuses %s', async (_what, method, path, status) => {
  await build();
  expect((await servePanel(folder)({ method, url: at(path) })).status).toBe(status);
});

it('refuses another host of the scheme', async () => {
  await build();
  const response = await servePanel(folder)({ method: 'GET', url: PANEL_URL.replace('panel/', 'other/') });
  expect(response.status).toBe(404);
});

it('says that it is not there yet, and is there once it is built', async () => {
  const serve = servePanel(folder);
  expect((await serve({ method: 'GET', url: PANEL_URL })).status).toBe(503);
  await build();
  expect((await serve({ method: 'GET', url: PANEL_URL })).status).toBe(200);
});
