import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildStandIn } from '../electron/build-standin.js';
import { startStandInApp, until, type StandInApp } from '../electron/standin-app.js';
import { startPackagedDesk } from './desk.js';
import { makeEmbedder, type Embedder } from './embedder.js';
import { arrived, playsDraft } from './records.js';

// An Electron app made with electron-vite and React, which installs the tarball, over the stand-in for Electron.

const isWhole = process.env['FLUXREC_PACKAGE'] === 'all';
let desk: Awaited<ReturnType<typeof startPackagedDesk>>;
let project: Embedder | undefined;
let app: StandInApp | undefined;

beforeAll(async () => {
  if (isWhole) [desk] = await Promise.all([startPackagedDesk(), buildStandIn()]);
});
afterAll(async () => {
  await app?.close();
  await project?.close();
  if (isWhole) await desk.close();
});

it.runIf(isWhole)('an Electron app with React records, and sends from the panel’s own window', async ({ skip }) => {
  project = await makeEmbedder('electron-react');
  if (project === undefined) return skip();
  expect(await project.typeErrors(['src/main.ts', 'src/preload.ts', 'src/renderer.tsx'])).toBe('');
  await project.bin('electron-vite', 'build', '--logLevel', 'warn');
  app = await startStandInApp([], {
    main: join(project.dir, 'out/main/main.js'),
    env: { DESK: desk.url, USER_DATA: project.dir },
  });
  const { browser } = app;
  const shop = (): Page | undefined =>
    browser
      .contexts()
      .flatMap((context) => context.pages())
      .find((page) => page.url().startsWith('http://app.shop.localhost'));
  await until(
    () => shop() !== undefined,
    () => app?.output() ?? 'the window',
  );
  const page = shop();
  await page?.locator('main[data-state=recording]').waitFor();
  await page?.locator('#fail').click();
  await app.control.menu('help', 'Send Diagnostics…');
  const panel = await app.panelPage();
  await panel.getByLabel('What happened?').fill('It fails.');
  await playsDraft(panel);
  const send = panel.getByRole('button', { name: /^Send \d/ });
  await send.scrollIntoViewIfNeeded();
  // The button acts only when it has been in full view for half a second.
  await panel.waitForTimeout(900);
  await send.click();
  await panel.getByText('Delivered. Support can open it now.').waitFor({ timeout: 60_000 });
  await arrived(desk.dir, 'It failed in React');
});
