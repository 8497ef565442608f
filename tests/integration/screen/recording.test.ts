import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SCREEN_SEGMENT_MS } from '../../../src/shared/constants.js';
import { findChromium } from '../../lab/chromium.js';
import type { RecordedVideo } from './recorded-video.js';
import {
  launchCapturing,
  openIn,
  openScreenPage,
  recordScreen,
  startScreenSite,
  type ScreenSite,
} from './screen-site.js';

const executablePath = findChromium();

const frameCount = ({ files }: RecordedVideo): number => files.reduce((sum, { frames }) => sum + frames.length, 0);
const kinds = ({ events }: RecordedVideo): string[] =>
  events.flatMap((event) => (event.type === 'recorder' && event.kind.startsWith('screen') ? [event.kind] : []));

describe.skipIf(executablePath === undefined)('a video of the screen', () => {
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
  });
  afterEach(async () => {
    await page.context().close();
  });

  it('is files of one codec that start with their first frame and touch, and costs nothing where nothing moves', async () => {
    await recordScreen(page);
    await page.waitForTimeout(4000);
    const before = await page.evaluate(() => screenPage.recorded());
    await page.waitForTimeout(2000);
    await page.evaluate(() => screenPage.stop());
    const { files, events } = await page.evaluate(() => screenPage.recorded());
    expect(files).toHaveLength(2);
    for (const { codec, durationMs, segment, frames } of files) {
      expect(['av1', 'vp9', 'vp8']).toContain(codec);
      expect(frames[0]?.atMs).toBe(0);
      expect(frames).toHaveLength(segment.events);
      expect(Math.abs(durationMs - (segment.endMonoMs - segment.startMonoMs))).toBeLessThan(5);
      expect(segment.storedBytes).toBe(segment.bytes);
    }
    // The page stands still, and so does its video: the pointer's last move and the button's colour are all there is.
    expect(frameCount(before)).toBeLessThan(6);
    expect(files.at(-1)?.frames.length).toBe(1);
    const [first, second] = files;
    expect((second?.segment.startMonoMs ?? 0) - (first?.segment.endMonoMs ?? 0)).toBeLessThan(1000);
    expect(kinds({ files, events })).toEqual(['screen-on', 'screen-off']);
    const thumbnails = events.filter(({ type }) => type === 'thumbnail');
    expect(thumbnails.length).toBeGreaterThan(0);
    expect(thumbnails[0]).toMatchObject({ width: 320, height: 205 });
  });

  it('has a frame a second of what ticks by itself, and more around what somebody does', async () => {
    await recordScreen(page);
    await page.evaluate(() => {
      screenPage.tick(true);
    });
    await page.waitForTimeout(3000);
    await page.evaluate(() => screenPage.recorded());
    await page.waitForTimeout(6000);
    const alone = (await page.evaluate(() => screenPage.recorded())).files.at(-1);
    await page.waitForTimeout(500);
    for (let turn = 0; turn < 12; turn++) {
      await page.keyboard.press('Shift');
      await page.waitForTimeout(400);
    }
    const watched = (await page.evaluate(() => screenPage.recorded())).files.at(-1);
    const rate = (file: RecordedVideo['files'][number] | undefined): number =>
      (1000 * (file?.frames.length ?? 0)) / (file?.durationMs ?? 1);
    expect(rate(alone)).toBeGreaterThan(0.5);
    expect(rate(alone)).toBeLessThan(1.6);
    expect(rate(watched)).toBeGreaterThan(1.4 * rate(alone));
    expect(rate(watched)).toBeLessThan(5.6);
  });

  it('is cut every 30 seconds', { timeout: 120_000 }, async () => {
    await recordScreen(page);
    await page.evaluate(() => {
      screenPage.tick(true);
    });
    const onMs = await page.evaluate(() => performance.now());
    await page.waitForFunction((untilMs) => performance.now() > untilMs, onMs + SCREEN_SEGMENT_MS + 4000, {
      timeout: 90_000,
    });
    const { files } = await page.evaluate(() => screenPage.recorded());
    expect(files.length).toBeGreaterThan(1);
    // By the times in the recording itself: a machine that is busy draws its frames late, and the files say so.
    const steps = files.flatMap(({ frames }) => frames.slice(1).map(({ atMs }, at) => atMs - (frames[at]?.atMs ?? 0)));
    const longestStepMs = Math.max(1000, ...steps);
    for (const [at, { durationMs, segment }] of files.entries()) {
      expect(durationMs).toBeLessThanOrEqual(SCREEN_SEGMENT_MS + 1);
      const next = files[at + 1];
      if (next === undefined) continue;
      expect(Math.abs(durationMs - SCREEN_SEGMENT_MS)).toBeLessThanOrEqual(1);
      const gapMs = next.segment.startMonoMs - segment.endMonoMs;
      expect(gapMs).toBeGreaterThanOrEqual(0);
      expect(gapMs).toBeLessThanOrEqual(longestStepMs);
    }
  });

  it('that was being written when its window was killed can be played to where it ends', async () => {
    const context = await browser.newContext({ viewport: { width: 1000, height: 640 } });
    try {
      const doomed = await openIn(context, site, 'one-session');
      await recordScreen(doomed);
      await doomed.evaluate(() => {
        screenPage.tick(true);
      });
      await doomed.waitForTimeout(4000);
      const devtools = await context.newCDPSession(doomed);
      await Promise.race([devtools.send('Page.crash').catch(() => undefined), doomed.waitForEvent('crash')]);
      await doomed.close();
      const next = await openIn(context, site, 'one-session');
      const { files } = await next.evaluate(() => screenPage.recorded());
      expect(files).toHaveLength(1);
      expect(files[0]?.frames.length).toBeGreaterThan(2);
      expect(files[0]?.frames.every(({ masked }) => masked < 20)).toBe(true);
    } finally {
      await context.close();
    }
  });

  it('is not begun when it is denied, and nobody is asked twice', async () => {
    await page.evaluate(() => {
      screenPage.answerWith('denial');
    });
    await page.click('#begin');
    await page.waitForFunction(() => screenPage.screen === 'denied');
    await page.waitForTimeout(1500);
    expect(await page.evaluate(() => screenPage.asked)).toBe(1);
    const video = await page.evaluate(() => screenPage.recorded());
    expect(kinds(video)).toEqual(['screen-denied']);
    expect(video.files).toEqual([]);
  });

  it('is not begun of anything else than this window', async () => {
    await page.evaluate(() => {
      screenPage.answerWith('another surface');
    });
    await page.click('#begin');
    await page.waitForFunction(() => screenPage.screen === 'denied');
    const video = await page.evaluate(() => screenPage.recorded());
    expect(JSON.stringify(video.events)).toContain('something else than this window was chosen');
    expect(video.files).toEqual([]);
  });

  it('of a screen begins only after it was said that nothing is masked there, and a script cannot agree', async () => {
    await page.click('#other');
    const dialog = page.getByRole('dialog', { name: 'Record a screen?' });
    await dialog.waitFor();
    expect(await dialog.textContent()).toContain('Fields are not covered there.');
    await page.evaluate(() => {
      const yes = document.querySelector('fluxrec-overlay')?.shadowRoot?.querySelector('button');
      yes?.click();
    });
    expect(await page.evaluate(() => screenPage.asked)).toBe(0);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForFunction(() => screenPage.screen === 'denied');
    expect(await page.evaluate(() => screenPage.asked)).toBe(0);
  });

  it('ends when the browser takes the capture away, and can be begun again', async () => {
    await recordScreen(page);
    await page.waitForTimeout(1500);
    await page.evaluate(() => {
      screenPage.endCapture();
    });
    await page.waitForFunction(() => screenPage.screen === 'off');
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => screenPage.asked)).toBe(1);
    await recordScreen(page);
    await page.waitForTimeout(1500);
    const video = await page.evaluate(() => screenPage.recorded());
    expect(kinds(video)).toEqual(['screen-on', 'screen-off', 'screen-on']);
    expect(video.files).toHaveLength(2);
  });

  it('has nothing of what was paused, and nothing of what was wiped', async () => {
    await recordScreen(page);
    await page.waitForTimeout(1500);
    await page.evaluate(() => {
      screenPage.setPaused(true);
      screenPage.tick(true);
    });
    await page.waitForTimeout(2000);
    await page.evaluate(() => {
      screenPage.setPaused(false);
    });
    const resumedMs = await page.evaluate(() => performance.now());
    await page.waitForTimeout(2000);
    const paused = await page.evaluate(() => screenPage.recorded());
    const spans = paused.files.map(({ segment }) => [segment.startMonoMs, segment.endMonoMs] as const);
    for (const [startMs, endMs] of spans) {
      expect(startMs > resumedMs - 20 || endMs < resumedMs - 1500).toBe(true);
    }
    await page.evaluate(() => screenPage.wipe());
    const wipedMs = await page.evaluate(() => performance.now());
    await page.waitForTimeout(2500);
    const wiped = await page.evaluate(() => screenPage.recorded());
    expect(wiped.files.length).toBeGreaterThan(0);
    for (const { segment } of wiped.files) expect(segment.startMonoMs).toBeGreaterThan(wipedMs - 700);
  });

  it('gives a screenshot, masked as its frames are, also when it is not on', async () => {
    await recordScreen(page);
    const during = await page.evaluate(() => screenPage.screenshot());
    expect(during?.width).toBe(1000);
    expect(during?.shown).toBeGreaterThan(2000);
    expect(during?.masked).toBeLessThan(20);
    await page.evaluate(() => screenPage.stop());
    // A click, as getDisplayMedia wants one.
    await page.mouse.click(900, 600);
    const alone = await page.evaluate(() => screenPage.screenshot());
    expect(alone?.shown).toBeGreaterThan(2000);
    expect(alone?.masked).toBeLessThan(20);
    expect(await page.evaluate(() => screenPage.screen)).toBe('off');
  });
});
