import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { findChromium } from '../lab/chromium.js';
import { launchCapturing } from '../integration/screen/screen-site.js';
import { chromiumPath, panelOf, startProduct, type Product } from './product.js';
import { closePanel, enrol } from './support-steps.js';

// A file of video cannot be cut: what stood on the screen before a live session was recorded, and after it, is in none that leaves.

const BEFORE = [255, 0, 0] as const;
const MEANWHILE = [0, 255, 0] as const;
const AFTER = [0, 0, 255] as const;
const SAMPLE_SECONDS = 0.1;
/** The app has a little red and blue of its own; what is shown here covers more than a hundred thousand. */
const OWN_PX = 500;
const SHOWN_PX = 50_000;

/** The most pixels of each colour that any frame of a video has. */
async function mostOf(page: Page, video: Uint8Array, colours: readonly (readonly number[])[]): Promise<number[]> {
  return await page.evaluate(
    async ({ base64, wanted, step }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const element = document.createElement('video');
      element.muted = true;
      const loaded = new Promise((resolve, reject) => {
        element.onloadeddata = resolve;
        element.onerror = () => {
          reject(new Error(element.error?.message ?? 'no video'));
        };
      });
      element.src = URL.createObjectURL(new Blob([bytes], { type: 'video/webm' }));
      await loaded;
      const canvas = new OffscreenCanvas(element.videoWidth, element.videoHeight);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      const most = wanted.map(() => 0);
      for (let at = 0; at <= element.duration; at += step) {
        const sought = new Promise((resolve) => {
          element.onseeked = resolve;
        });
        element.currentTime = at;
        await sought;
        context?.drawImage(element, 0, 0);
        const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: new Uint8ClampedArray() };
        const counts = wanted.map(() => 0);
        for (let pixel = 0; pixel < data.length; pixel += 4) {
          wanted.forEach((colour, index) => {
            const isIt = colour.every((value, channel) => Math.abs((data[pixel + channel] ?? 0) - value) < 80);
            if (isIt) counts[index] = (counts[index] ?? 0) + 1;
          });
        }
        counts.forEach((count, index) => {
          most[index] = Math.max(most[index] ?? 0, count);
        });
      }
      return most;
    },
    { base64: Buffer.from(video).toString('base64'), wanted: colours, step: SAMPLE_SECONDS },
  );
}

describe.skipIf(findChromium() === undefined)('a live session that is recorded while a video of the screen is', () => {
  let product: Product;
  let capturing: Browser;
  let fluxion: Page;
  let desk: Page;
  let panel: ReturnType<typeof panelOf>;

  beforeAll(async () => {
    product = await startProduct();
    // A browser that is let to capture its own tab without asking a person.
    capturing = await launchCapturing(chromiumPath());
    fluxion = await product.openFluxion(
      await capturing.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' }),
    );
    desk = await product.openDesk();
    await enrol(product, desk);
    await fluxion.getByRole('button', { name: 'Help' }).click();
    await fluxion.getByRole('menuitem', { name: 'Record Screen', exact: true }).click();
    await fluxion.getByText('● The screen is being recorded').waitFor();
  }, 180_000);
  afterAll(async () => {
    await capturing.close();
    await product.close();
  });

  /** Guarded buttons act only when they have been in full view for half a second. */
  async function press(name: string): Promise<void> {
    const button = panel.getByRole('button', { name }).first();
    await button.scrollIntoViewIfNeeded();
    await fluxion.waitForTimeout(900);
    await button.click();
  }

  async function openPanel(): Promise<void> {
    await fluxion.getByRole('button', { name: 'Send Diagnostics' }).click();
    panel = panelOf(fluxion);
    await panel.getByRole('link', { name: /^Live/ }).click();
  }

  /** For two seconds a large part of the window has a colour; it blinks, so that frames are taken of it. */
  async function show([red, green, blue]: readonly [number, number, number]): Promise<void> {
    await fluxion.evaluate(async (colour) => {
      const box = document.createElement('div');
      box.style.cssText = `position:fixed;inset:120px auto auto 200px;width:400px;height:300px;background:${colour};pointer-events:none`;
      document.body.append(box);
      for (let turn = 0; turn < 10; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        box.style.width = turn % 2 === 0 ? '380px' : '400px';
      }
      box.remove();
      // Nothing of it is on the screen any more when the next frame has been drawn.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }, `rgb(${red} ${green} ${blue})`);
  }

  /** What has left until now. */
  async function sentVideos(): Promise<Uint8Array[]> {
    const names = (await readdir(product.dir, { recursive: true })).filter((name) =>
      /desk.*parts[/\\]\d+\.fluxrec$/.test(name),
    );
    const videos: Uint8Array[] = [];
    for (const name of names) {
      const bundle = await openBundle(bytesSource(new Uint8Array(await readFile(join(product.dir, name)))));
      for (const entry of bundle.manifest.entries)
        if (entry.lane === 'screen') videos.push(await bundle.readStored(entry));
    }
    return videos;
  }

  it('is allowed by the customer of somebody whom they have met', async () => {
    await openPanel();
    await panel.getByRole('button', { name: 'Show a code to read out' }).click();
    const code = (await panel.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).textContent()) ?? '';
    await desk.getByRole('button', { name: 'Live session' }).click();
    await desk.getByLabel('The code that the customer reads out').fill(code);
    await desk.keyboard.press('Enter');
    await desk.getByText('Do you both see these words?').waitFor();
    await desk.getByRole('button', { name: 'They are the same' }).click();
    await press('They are the same');
    await desk.getByRole('button', { name: /^Record this session/ }).click();
    await desk.getByPlaceholder('Why? The customer reads it.').fill('so that the developers see it');
    await desk.getByRole('button', { name: 'Ask', exact: true }).click();
    await closePanel(fluxion);
    await show(BEFORE);
    await openPanel();
    const asked = panel.getByRole('article').filter({ hasText: 'Record this session' });
    await asked.getByRole('button', { name: 'Allow' }).scrollIntoViewIfNeeded();
    await fluxion.waitForTimeout(900);
    await asked.getByRole('button', { name: 'Allow' }).click();
    await panel.getByRole('region', { name: 'Recording for support' }).waitFor();
    await closePanel(fluxion);
  });

  it('sends the video of that time, and no frame of before or after', { timeout: 180_000 }, async () => {
    await show(MEANWHILE);
    await openPanel();
    await panel.getByRole('button', { name: 'Stop recording' }).click();
    await panel.getByText('The recording of this session has ended.', { exact: false }).waitFor();
    await closePanel(fluxion);
    await show(AFTER);
    const decoder = await product.browser.newPage();
    const look = async (): Promise<number[][]> => {
      const videos = await sentVideos();
      return await Promise.all(videos.map((video) => mostOf(decoder, video, [BEFORE, MEANWHILE, AFTER])));
    };
    await expect
      .poll(async () => (await look()).some(([, meanwhile = 0]) => meanwhile > SHOWN_PX), {
        timeout: 90_000,
        interval: 1000,
      })
      .toBe(true);
    // All that was on its way.
    await openPanel();
    await panel.getByText(/parts? (is|are) on (its|their) way or there/).waitFor();
    for (const [before, , after] of await look()) expect(Math.max(before ?? 0, after ?? 0)).toBeLessThan(OWN_PX);
  });
});
