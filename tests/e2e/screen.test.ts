import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBundle } from '../../src/shared/bundle/read.js';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { panelOpened } from './customer.js';
import { startProduct, type Product } from './product.js';
import { newestBundle, openReport, pressSend, sendReport, waitUntilDelivered, work } from './steps.js';
import { closePanel } from './support-steps.js';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  await product.close();
});

async function help(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Help' }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

const videoSeconds = (desk: Page): Promise<number> =>
  desk.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime);

test('the customer has the screen recorded, stops it and sends; the technician sees it in step with the page', async () => {
  const page = await product.openCapturing();
  await help(page, 'Record Screen');
  await page.getByText('● The screen is being recorded').waitFor();
  await work(page, 6);

  // The panel says it plainly, and stops it.
  await help(page, 'Recording…');
  const panel = await panelOpened(page);
  await panel.getByText('A video of the app’s window is being recorded.').waitFor();
  await panel.getByRole('button', { name: 'Stop the video' }).click();
  await page.getByText('● The screen is being recorded').waitFor({ state: 'detached' });
  await panel.getByText('A video of the app’s window is being recorded.').waitFor({ state: 'detached' });
  await closePanel(page);

  const code = await sendReport(page, 'with a video');
  await waitUntilDelivered(page);
  await closePanel(page);

  const bundle = await openBundle(bytesSource(await newestBundle(product)));
  const files = bundle.manifest.entries.filter(({ lane }) => lane === 'screen');
  expect(files.length).toBeGreaterThan(0);
  for (const { path, encoding } of files) expect([path.endsWith('.webm'), encoding]).toEqual([true, 'store']);

  const desk = await product.openDesk();
  await openReport(desk, code);
  await desk.getByLabel('Page or video (V)').selectOption({ label: 'Page and video' });
  const timeline = desk.getByRole('slider', { name: 'Timeline' });
  await expect.poll(() => timeline.locator('img').count()).toBeGreaterThan(0);
  await desk.getByRole('region', { name: 'Video of the screen' }).waitFor();

  // On a moment of the video: what is shown is that moment of its file.
  const [file] = files;
  const startMs = Math.min(...bundle.manifest.entries.map((entry) => entry.startMs));
  const aimMs = (file?.startMs ?? 0) + 2000;
  await timeline.focus();
  await timeline.press('Home');
  const box = await timeline.boundingBox();
  const endMs = Math.max(...bundle.manifest.entries.map((entry) => entry.endMs));
  await desk.mouse.click(
    (box?.x ?? 0) + ((aimMs - startMs) / (endMs - startMs)) * (box?.width ?? 0),
    (box?.y ?? 0) + (box?.height ?? 0) - 8,
  );
  await expect.poll(() => videoSeconds(desk)).toBeGreaterThan(1.5);
  expect(await videoSeconds(desk)).toBeLessThan(2.5);
  const before = await videoSeconds(desk);
  await desk.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(() => videoSeconds(desk)).toBeGreaterThan(before + 0.5);

  // V turns through the ways to look at it.
  await desk.getByRole('button', { name: 'Pause', exact: true }).click();
  await desk.keyboard.press('v');
  await desk.getByRole('slider', { name: 'How much of the video is seen' }).waitFor();
});

test('what the customer leaves out of the report is not in it', async () => {
  const page = await product.openCapturing();
  await help(page, 'Record Screen');
  await page.getByText('● The screen is being recorded').waitFor();
  await work(page, 3);
  await page.getByRole('button', { name: 'Send Diagnostics' }).click();
  const panel = await panelOpened(page);
  await panel.getByText('The video that you had recorded').waitFor();
  // They can watch it first.
  await panel.getByRole('button', { name: 'Show what will be sent' }).click();
  await panel.getByRole('combobox', { name: 'Show' }).selectOption('The video');
  const video = panel.locator('video');
  await video.waitFor();
  await expect.poll(() => video.evaluate(({ readyState }: HTMLVideoElement) => readyState)).toBeGreaterThan(1);
  await panel.getByRole('checkbox', { name: 'Video of the screen' }).uncheck();
  await panel.getByRole('checkbox', { name: 'Small pictures of that video' }).uncheck();
  await panel.getByText('The video that you had recorded').waitFor({ state: 'detached' });
  await pressSend(page);
  await waitUntilDelivered(page);
  const bundle = await openBundle(bytesSource(await newestBundle(product)));
  expect(bundle.manifest.lanes).toContain('dom');
  expect(bundle.manifest.lanes).not.toContain('screen');
  expect(bundle.manifest.lanes).not.toContain('thumbnail');
});
