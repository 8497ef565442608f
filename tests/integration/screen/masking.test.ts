import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../lab/chromium.js';
import type { RecordedVideo } from './recorded-video.js';
import { launchCapturing, openScreenPage, recordScreen, startScreenSite, type ScreenSite } from './screen-site.js';

// Everything masked in the page is magenta: in no decoded frame of its video may more than a rounding error be so.

const executablePath = findChromium();
const NOISE_PX = 20;

function leaking({ files }: RecordedVideo): string[] {
  return files.flatMap(({ frames }) =>
    frames
      .filter(({ masked }) => masked > NOISE_PX)
      .map(({ atMs, masked }) => `${masked} px at ${Math.round(atMs)} ms`),
  );
}

function frameCount({ files }: RecordedVideo): number {
  return files.reduce((sum, { frames }) => sum + frames.length, 0);
}

describe.skipIf(executablePath === undefined)('in the video of the screen nothing masked is to be seen', () => {
  let site: ScreenSite;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    site = await startScreenSite();
    browser = await launchCapturing(executablePath ?? '');
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    site.close();
  });
  beforeEach(async () => {
    page = await openScreenPage(browser, site);
    await recordScreen(page);
    await page.waitForTimeout(1500);
  });
  afterEach(async () => {
    await page.context().close();
  });

  it('at rest, and what is not masked is', async () => {
    await page.waitForTimeout(1500);
    const video = await page.evaluate(() => screenPage.recorded());
    expect(frameCount(video)).toBeGreaterThan(0);
    expect(leaking(video)).toEqual([]);
    for (const { shown } of video.files.flatMap(({ frames }) => frames)) expect(shown).toBeGreaterThan(2000);
  });

  it('while a script scrolls it fast', async () => {
    await page.evaluate(() => screenPage.scroll(6000, 45));
    const video = await page.evaluate(() => screenPage.recorded());
    expect(frameCount(video)).toBeGreaterThan(8);
    expect(leaking(video)).toEqual([]);
  });

  it('while the compositor scrolls it', async () => {
    await page.mouse.move(500, 400);
    for (let turn = 0; turn < 40; turn++) {
      await page.mouse.wheel(0, turn % 20 < 10 ? 400 : -400);
      await page.waitForTimeout(120);
    }
    const video = await page.evaluate(() => screenPage.recorded());
    expect(frameCount(video)).toBeGreaterThan(5);
    expect(leaking(video)).toEqual([]);
  });

  it('while it is animated', async () => {
    await page.evaluate(() => {
      screenPage.animate(true);
    });
    await page.waitForTimeout(6000);
    const video = await page.evaluate(() => screenPage.recorded());
    expect(frameCount(video)).toBeGreaterThan(8);
    expect(leaking(video)).toEqual([]);
  });

  it('where the page shows again what was typed', async () => {
    await page.evaluate(() => {
      screenPage.tick(true);
      return screenPage.echo(6000);
    });
    const video = await page.evaluate(() => screenPage.recorded());
    expect(frameCount(video)).toBeGreaterThan(4);
    expect(leaking(video)).toEqual([]);
    for (const { shown } of video.files.flatMap(({ frames }) => frames)) expect(shown).toBeGreaterThan(1000);
  });

  it('while its thread is blocked and the compositor goes on', async () => {
    await page.evaluate(() => {
      screenPage.animate(true);
    });
    await page.mouse.move(500, 400);
    const blocked = page.evaluate(() => screenPage.block(7000, 450));
    for (let turn = 0; turn < 12; turn++) {
      await page.mouse.wheel(0, turn % 6 < 3 ? 500 : -500);
      await page.waitForTimeout(150);
    }
    await blocked;
    await page.evaluate(() => {
      screenPage.animate(false);
    });
    await page.waitForTimeout(2500);
    const video = await page.evaluate(() => screenPage.recorded());
    expect(frameCount(video)).toBeGreaterThan(0);
    expect(leaking(video)).toEqual([]);
  });
});
