import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start, type Running } from '../../scripts/built.js';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { newestBundle, syncFails, work } from '../e2e/steps.js';
import { isElectronMissing, startFluxionApp, type FluxionApp } from './electron-app.js';
import { until } from './standin-app.js';

// The built main process and preload scripts, with a real desk: over a stand-in for Electron with real Chromium windows, or by
// `npm run test:electron` in Electron. What only a person can see there is in docs/electron-checklist.md.

let deskDir: string;
let desk: Running;
let app: FluxionApp;

beforeAll(async () => {
  if (isElectronMissing) return;
  deskDir = await mkdtemp(join(tmpdir(), 'fluxrec-electron-desk-'));
  desk = await start('desk', ['--port', '0', '--data', deskDir], /(http\S+#code=\S+)/);
  app = await startFluxionApp(['--desk', new URL(desk.told).origin]);
});
afterAll(async () => {
  if (isElectronMissing) return;
  await app.close();
  await desk.stop();
  await rm(deskDir, { recursive: true, force: true });
});

async function openPanel(): Promise<Page> {
  await app.control.menu('help', 'Send Diagnostics…');
  const panel = await app.panelPage();
  await panel.getByLabel('What happened?').waitFor();
  return panel;
}

async function closePanel(panel: Page): Promise<void> {
  // The window goes while the key is still down.
  await panel.keyboard.press('Escape').catch(() => undefined);
  await app.noPanel();
}

async function send(panel: Page): Promise<string> {
  const button = panel.getByRole('button', { name: /^Send \d/ });
  await button.scrollIntoViewIfNeeded();
  // The button acts only when it has been in full view for half a second.
  await panel.waitForTimeout(900);
  await button.click();
  const code = panel.locator('code').first();
  await code.waitFor();
  await panel.getByText('Delivered. Support can open it now.').waitFor({ timeout: 60_000 });
  return (await code.textContent()) ?? '';
}

async function newest() {
  return await openBundle(bytesSource(await newestBundle({ dir: deskDir })));
}

async function lines(bundle: Awaited<ReturnType<typeof newest>>, lane: 'log' | 'error', kind: 'host' | 'window') {
  const found: string[] = [];
  for (const entry of bundle.manifest.entries) {
    if (entry.lane !== lane) continue;
    if (bundle.manifest.sources.find(({ id }) => id === entry.source)?.kind !== kind) continue;
    const { events } = await bundle.readLaneEvents(entry);
    found.push(...events.flatMap((event) => ('message' in event ? [event.message] : [])));
  }
  return found;
}

describe.skipIf(isElectronMissing)('Fluxion in Electron, or over the stand-in for it', () => {
  it('is recorded, and sends a report from the panel’s own window to the desk', async () => {
    const [page] = await app.recordingPages(1);
    if (page === undefined) throw new Error('no window');
    await work(page, 3);
    await page.evaluate(() => {
      console.info('said in the first window');
    });
    await syncFails(page);
    const panel = await openPanel();
    await panel.getByLabel('What happened?').fill('Sync now does not work.');
    expect(await send(panel)).toMatch(/^[A-Z0-9]{5}-[A-Z0-9]{5}-/);
    await closePanel(panel);
    expect((await app.control.windows()).map(({ isVisible }) => isVisible)).toEqual([true]);

    const bundle = await newest();
    expect(bundle.problems).toEqual([]);
    expect(bundle.manifest.description).toBe('Sync now does not work.');
    expect(bundle.manifest.lanes).toEqual(expect.arrayContaining(['dom', 'log', 'network', 'error', 'action']));
    expect(bundle.manifest.session.platform.runtime).toMatch(/^electron 45/);
    expect(await lines(bundle, 'log', 'window')).toContain('said in the first window');
    expect((await lines(bundle, 'log', 'host')).join('\n')).toContain('Booking failed');
  });

  it('begins anew when the panel with the last receipt is asked for again', async () => {
    const panel = await openPanel();
    try {
      const code = await send(panel);
      await app.control.menu('help', 'Send Diagnostics…');
      await panel.getByLabel('What happened?').waitFor();
      // Further down it is still to be found.
      await panel.getByText(code).waitFor({ state: 'attached' });
      expect(app.panelNow()).toBe(panel);
    } finally {
      await closePanel(panel);
    }
  });

  it('puts two windows, a reload, a crashed page and a lost process into one session', async () => {
    await app.control.menu('File', 'New Window');
    const pages = await app.recordingPages(2);
    const [first, second] = pages;
    if (first === undefined || second === undefined) throw new Error('no windows');
    await second.evaluate(() => {
      console.info('said in the second window');
    });
    await first.evaluate(() => {
      console.info('said before the reload');
    });
    await first.waitForTimeout(1200);
    for (let reloads = 0; reloads < 3; reloads += 1) {
      await first.reload();
      await first.getByText('Diagnostics are being recorded').waitFor();
      await first.waitForTimeout(1200); // Something of it is kept.
    }
    await app.control.emitApp('child-process-gone', { type: 'GPU', reason: 'crashed', exitCode: 5 });
    const doomed = (await app.control.windows()).at(-1);
    if (doomed === undefined) throw new Error('no window');
    await app.control.crashWindow(doomed.id);

    const panel = await openPanel();
    await send(panel);
    await closePanel(panel);
    await app.control.closeWindow(doomed.id);
    const bundle = await newest();
    const said = await lines(bundle, 'log', 'window');
    expect(said).toEqual(expect.arrayContaining(['said in the second window', 'said before the reload']));
    const windows = bundle.manifest.sources.filter(({ kind }) => kind === 'window');
    // Two windows, one of which loaded four times and stayed the same one.
    expect(windows.length).toBeGreaterThanOrEqual(5);
    expect(new Set(windows.map(({ window }) => window)).size).toBe(2);
    const errors = await lines(bundle, 'error', 'host');
    expect(errors).toEqual(
      expect.arrayContaining([
        'A process of the app (GPU) is gone: crashed (exit code 5).',
        expect.stringMatching(/^The page of window \d+ lost its process: crashed/),
      ]),
    );
  });

  it('pauses from the menu, says so in the window and in the menu, and goes on', async () => {
    const [page] = await app.recordingPages(1);
    if (page === undefined) throw new Error('no window');
    await app.control.menu('help', 'Pause Recording');
    await page.getByText('Diagnostics: paused').waitFor();
    expect(await app.control.labels('help')).toContain('Resume Recording');
    await app.control.menu('help', 'Resume Recording');
    await page.getByText('Diagnostics are being recorded').waitFor();
    expect(await app.control.labels('help')).toContain('Pause Recording');
  });

  it('opens the panel once, at the view that was asked for, and keeps what was written in it', async () => {
    const [page] = await app.recordingPages(1);
    if (page === undefined) throw new Error('no window');
    await page.getByRole('button', { name: 'Send Diagnostics' }).click();
    const panel = await app.panelPage();
    await panel.getByLabel('What happened?').fill('half a sentence');
    await app.control.menu('help', 'Send Diagnostics…');
    await page.keyboard.press('Control+Shift+D');
    await panel.waitForTimeout(500);
    expect(await panel.getByLabel('What happened?').inputValue()).toBe('half a sentence');
    expect((await app.control.windows()).filter(({ partition }) => partition === 'fluxrec-panel')).toHaveLength(1);
    await app.control.menu('help', 'Wipe Recording…');
    await panel.waitForURL(/#wipe$/);
    await until(
      async () => !(await panel.getByLabel('What happened?').isVisible()),
      () => 'the wipe view',
    );
    const seen = (await app.control.windows()).find(({ partition }) => partition === 'fluxrec-panel');
    expect(seen?.isVisible).toBe(true);
    expect(seen?.parent).toBeDefined();
    await app.control.closeWindow(seen?.id ?? 0);
    await app.noPanel();
  });

  it('plays the draft in the panel before it is sent', async () => {
    const panel = await openPanel();
    try {
      await panel.getByRole('button', { name: 'Show what will be sent' }).click();
      // On a busy machine the page is still empty at the first moment that is shown.
      await panel.getByRole('button', { name: 'Play', exact: true }).click();
      const replayed = panel.frameLocator('iframe[src*="replay"]').frameLocator('iframe:visible').locator('body');
      await replayed.getByText('Sync now').first().waitFor({ timeout: 60_000 });
    } finally {
      await closePanel(panel);
    }
  });
});
