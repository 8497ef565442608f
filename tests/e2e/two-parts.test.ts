import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { verifyBundle } from '../../src/shared/bundle/verify.js';
import type { InboxAnswer, ReportAnswer } from '../../src/shared/protocol/desk.js';
import { launchCapturing } from '../integration/screen/screen-site.js';
import { troubleNetwork } from '../lab/bad-network.js';
import { STORES, startOver, type ProductOverStore } from './over-store.js';
import { chromiumPath, panelOf } from './product.js';
import { openPanel, openReport, pressSend, replayedBody, syncFails, waitUntilDelivered, work } from './steps.js';

/** FLUXREC_NETWORK_SEED repeats the troubles of a run that failed. */
const SEED = Number(process.env['FLUXREC_NETWORK_SEED'] ?? '20261123');
const PARTS = 2;
/** The technician's choice where a report has a video. */
const WAYS_TO_LOOK = 'Page or video (V)';

describe.each(STORES)('a report with video, on its way into %s over a network that cuts and stalls', (store) => {
  let all: ProductOverStore;
  let capturing: Browser;
  beforeAll(async () => {
    all = await startOver(store);
    capturing = await launchCapturing(chromiumPath());
  });
  afterAll(async () => {
    await capturing.close();
    await all.close();
  });

  it('can be reviewed when its first part is there, and shows the rest when that has come', async () => {
    const { product, wayOfBytes, wayToDesk } = all;
    const page = await product.openFluxion(
      await capturing.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' }),
    );
    await recordNoise(page);

    const endTrouble = troubleNetwork(wayOfBytes, SEED);
    const secondAsked = wayToDesk.holdAt('"number":1');
    const panel = await openPanel(page);
    await panel.getByLabel('What happened?').fill('Sync now does not work.');
    const code = await pressSend(page);
    await secondAsked;

    // The customer's network stands still now. The technician has the first part.
    const desk = await product.openDesk();
    await openReport(desk, code);
    await desk.getByRole('button', { name: 'Next error' }).click();
    await replayedBody(desk).getByText('Sync now').first().waitFor();
    expect(await desk.getByLabel(WAYS_TO_LOOK).count()).toBe(0);
    await desk.getByRole('tab', { name: 'Details' }).click();
    expect(await desk.getByRole('link', { name: /Download/ }).count()).toBe(1);
    expect(await panelOf(page).getByText('Delivered. Support can open it now.').isVisible()).toBe(false);

    wayToDesk.stall(false);
    await waitUntilDelivered(page);
    expect(endTrouble(), 'the network was never in trouble').toBeGreaterThan(1);
    await desk.getByRole('button', { name: 'Show it' }).click({ timeout: 60_000 });
    await desk.getByLabel(WAYS_TO_LOOK).selectOption({ label: 'Page and video' }, { timeout: 60_000 });
    await desk.getByRole('region', { name: 'Video of the screen' }).waitFor();
    await desk.getByRole('tab', { name: 'Details' }).click();
    await desk.getByText('signed it, and nothing was changed since.').waitFor();
    expect(await desk.getByRole('link', { name: /Download/ }).count()).toBe(PARTS);
    await expectWhole(desk, code);
  });
});

/** Works while the screen is recorded, with something in view that no codec makes small: the video is the larger part then. */
async function recordNoise(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Help' }).click();
  await page.getByRole('menuitem', { name: 'Record Screen', exact: true }).click();
  await page.getByText('● The screen is being recorded').waitFor();
  await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 640, height: 400 });
    canvas.style.cssText = 'position:fixed;right:0;bottom:60px;pointer-events:none';
    document.body.append(canvas);
    const context = canvas.getContext('2d');
    setInterval(() => {
      const picture = new ImageData(canvas.width, canvas.height);
      for (let at = 0; at < picture.data.length; at += 65_536) {
        crypto.getRandomValues(picture.data.subarray(at, at + 65_536));
      }
      context?.putImageData(picture, 0, 0);
    }, 200);
  });
  await work(page, 12);
  await syncFails(page);
}

/** Two parts, each good as it stands there, of one session, and nothing in both. */
async function expectWhole(desk: Page, code: string): Promise<void> {
  const { reports } = await get<InboxAnswer>(desk, '/api/reports?limit=10');
  const id = reports.find(({ receiptCode }) => receiptCode === code)?.id ?? '';
  const { report, conversation } = await get<ReportAnswer>(desk, `/api/reports/${id}`);
  expect(report.parts.map(({ number }) => number)).toEqual([0, 1]);
  expect(conversation.filter(({ type }) => type === 'part')).toHaveLength(PARTS);
  const paths: string[] = [];
  const lanes: Set<string>[] = [];
  for (const { number } of report.parts) {
    const response = await desk.request.get(new URL(`/api/reports/${id}/parts/${number}`, desk.url()).href);
    const bytes = new Uint8Array(await response.body());
    expect(await verifyBundle(bytesSource(bytes))).toEqual([]);
    const { manifest } = await openBundle(bytesSource(bytes));
    paths.push(...manifest.entries.map(({ path }) => path));
    lanes.push(new Set(manifest.entries.map(({ lane }) => lane)));
  }
  expect(new Set(paths).size).toBe(paths.length);
  expect(lanes.map((found) => [found.has('error'), found.has('screen')])).toEqual([
    [true, false],
    [false, true],
  ]);
}

async function get<T>(desk: Page, path: string): Promise<T> {
  return (await (await desk.request.get(new URL(path, desk.url()).href)).json()) as T;
}
