import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../lab/chromium.js';
import { launchCapturing, openScreenPage, startScreenSite, type ScreenSite } from '../screen/screen-site.js';
import type { SeenLive } from './seen-live.js';

// Everything masked in the page is magenta, and its values are words that are nowhere else: a technician who sees the page live, as DOM
// and as video at once, sees neither.

const executablePath = findChromium();
/** An encoder's rounding errors. */
const NOISE_PX = 20;
const PLANTED = ['Thornberry', 'Quillfeather', '4711', 'Marrowgate', 'secret 0', 'in the shadow'];

function leaks({ frames }: SeenLive): string[] {
  return frames.flatMap(({ masked }, at) => (masked > NOISE_PX ? [`${masked} px in frame ${at}`] : []));
}

function planted({ dom }: SeenLive): string[] {
  return PLANTED.filter((word) => dom.toLowerCase().includes(word.toLowerCase()));
}

describe.skipIf(executablePath === undefined)('a technician who sees the app live', () => {
  let site: ScreenSite;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    site = await startScreenSite('live-video-page.ts');
    browser = await launchCapturing(executablePath ?? '');
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    site.close();
  });
  beforeEach(async () => {
    page = await openScreenPage(browser, site);
    await page.evaluate(() => liveVideoPage.open());
  });
  afterEach(async () => {
    await page.context().close();
  });

  async function seeWindow(): Promise<void> {
    await page.evaluate(() => {
      liveVideoPage.allow(['view-dom', 'view-video']);
    });
    await page.getByRole('button', { name: 'This window' }).click();
    await page.waitForFunction(() => liveVideoPage.isOn());
  }

  async function until(isSo: (seen: SeenLive) => boolean): Promise<SeenLive> {
    let seen = await page.evaluate(() => liveVideoPage.seen());
    await expect
      .poll(
        async () => {
          seen = await page.evaluate(() => liveVideoPage.seen());
          return isSo(seen);
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    return seen;
  }

  it('sees a page that rests from the beginning, and nothing of what it masks', async () => {
    await seeWindow();
    const seen = await until(({ frames }) => frames.length > 3);
    expect(leaks(seen)).toEqual([]);
    expect(planted(seen)).toEqual([]);
    for (const { shown } of seen.frames) expect(shown).toBeGreaterThan(2000);
    expect(seen.told.some((text) => text.includes('"state":"on","surface":"app"'))).toBe(true);
    await page.getByText('A video of this window is shown. What is masked is painted over.').waitFor();
  });

  it('sees nothing of what is typed, in a field and in one of a frame', async () => {
    await page.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.style.cssText = 'position:fixed;right:20px;top:120px;width:320px;height:60px;z-index:3';
      frame.srcdoc = '<input style="background:#f0f;color:#f0f;border:0;width:200px" aria-label="framed field">';
      document.body.append(frame);
    });
    await seeWindow();
    await page.locator('input.secret').first().pressSequentially(' Thornberry', { delay: 40 });
    await page
      .frameLocator('iframe >> nth=-1')
      .getByLabel('framed field')
      .pressSequentially('Marrowgate', { delay: 40 });
    const before = await page.evaluate(() => liveVideoPage.seen());
    const seen = await until(({ frames }) => frames.length > before.frames.length + 3);
    expect(leaks(seen)).toEqual([]);
    expect(planted(seen)).toEqual([]);
  });

  it('sees nothing of it where the page shows it again', async () => {
    await seeWindow();
    await page.evaluate(() => {
      screenPage.tick(true);
      return screenPage.echo(5000);
    });
    const seen = await until(({ frames }) => frames.length > 10);
    expect(leaks(seen)).toEqual([]);
    expect(planted(seen)).toEqual([]);
    expect(seen.dom).toContain('Nothing now');
  });

  it('sees nothing of it while the page is scrolled', async () => {
    await seeWindow();
    await page.evaluate(() => screenPage.scroll(4000, 45));
    const seen = await until(({ frames }) => frames.length > 10);
    expect(leaks(seen)).toEqual([]);
  });

  it('sees a screen that the customer has chosen as it is, and both are told so', async () => {
    await page.evaluate(() => {
      liveVideoPage.allow(['view-video']);
      // Headless Chromium has no screen to give: it gives this window, and does not say which one it is.
      screenPage.answerWith('another surface');
    });
    await page.getByRole('button', { name: 'A screen…' }).click();
    await page.getByText('Nothing is painted over there.').waitFor();
    await page.getByRole('button', { name: 'Choose a screen…' }).click();
    await page.waitForFunction(() => liveVideoPage.isOn());
    const { told, frames } = await until((seen) => seen.frames.some(({ masked }) => masked > 2000));
    expect(frames.every(({ shown }) => shown > 2000)).toBe(true);
    expect(told.some((text) => text.includes('"state":"on","surface":"screen"'))).toBe(true);
    await page.getByText('A screen is shown as it is: nothing on it is painted over.').waitFor();
  });
});
