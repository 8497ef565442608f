import type { Browser, Page } from 'playwright-core';
import type { RecordedVideo } from '../tests/integration/screen/recorded-video.js';
import {
  launchCapturing,
  openScreenPage,
  recordScreen,
  startScreenSite,
  type ScreenSite,
} from '../tests/integration/screen/screen-site.js';
import { chromiumPath, launchChromium } from '../tests/e2e/product.js';
import { pageServer } from './bench-pages.js';
import { median, round, type Bench, type Figure } from './figures.js';
import type { TextFigures } from './pages/text-figures.js';

const MB = 1024 * 1024;
/** More than this many pixels of what is masked are no rounding errors of an encoder. */
const NOISE_PX = 20;

/** One minute of text at 1080p against JPEG, quality 75, of each frame at 5 fps. */
const bytes = async (seconds: number): Promise<readonly Figure[]> => {
  const server = await pageServer();
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${url}/ours/bench/pages/screen.html`);
    await page.waitForFunction(() => 'measureText' in globalThis);
    const text = await page.evaluate(
      (length) => (globalThis as unknown as { measureText(s: number): Promise<TextFigures> }).measureText(length),
      seconds,
    );
    const ours = `${String(round(text.oursBytes / MB, 2))} MB, ${String(text.oursFrames)} frames, PSNR ${String(round(text.oursPsnr, 1))} dB`;
    const peer = (size: number): string =>
      `JPEG ${String(round(size / MB, 1))} MB, PSNR ${String(round(text.jpegPsnr, 1))} dB`;
    return [
      {
        key: 'screen.bytesRatio',
        value: text.oursBytes / text.jpegBytes,
        atMost: 0.03,
        unit: '',
        ours,
        peer: peer(text.jpegBytes),
      },
      {
        key: 'screen.bytesRatioOfChanged',
        value: text.oursBytes / text.jpegSkippingBytes,
        unit: '',
        ours,
        peer: `${peer(text.jpegSkippingBytes)}, unchanged frames skipped`,
      },
      {
        key: 'screen.psnrLossDb',
        value: text.jpegPsnr - text.oursPsnr,
        atMost: 0,
        unit: 'dB',
        ours,
        peer: peer(text.jpegBytes),
      },
    ];
  } finally {
    await browser.close();
    await server.close();
  }
};

/** What the page does while it is recorded, each for some seconds. */
const SCENES: readonly { readonly name: string; readonly play: (page: Page, ms: number) => Promise<void> }[] = [
  { name: 'at rest', play: (page, ms) => page.waitForTimeout(ms) },
  { name: 'scrolled by script', play: (page, ms) => page.evaluate((length) => screenPage.scroll(length, 45), ms) },
  {
    name: 'scrolled by the compositor',
    play: async (page, ms) => {
      await page.mouse.move(500, 400);
      for (let turn = 0; turn < ms / 150; turn++) {
        await page.mouse.wheel(0, turn % 20 < 10 ? 400 : -400);
        await page.waitForTimeout(120);
      }
    },
  },
  {
    name: 'animated',
    play: async (page, ms) => {
      await page.evaluate(() => {
        screenPage.animate(true);
      });
      await page.waitForTimeout(ms);
    },
  },
  {
    name: 'blocked',
    play: async (page, ms) => {
      await page.evaluate(() => {
        screenPage.animate(true);
      });
      await page.mouse.move(500, 400);
      const blocked = page.evaluate((length) => screenPage.block(length, 350), ms);
      for (let turn = 0; turn < ms / 600; turn++) await page.mouse.wheel(0, turn % 6 < 3 ? 500 : -500);
      await blocked;
    },
  },
];

const leaking = async (
  browser: Browser,
  site: ScreenSite,
  ms: number,
  log: (text: string) => void,
): Promise<Figure> => {
  let [frames, leaks] = [0, 0];
  for (const { name, play } of SCENES) {
    const page = await openScreenPage(browser, site);
    await recordScreen(page);
    await page.waitForTimeout(1000);
    await play(page, ms);
    const { files }: RecordedVideo = await page.evaluate(() => screenPage.recorded());
    const all = files.flatMap((file) => file.frames);
    const bad = all.filter(({ masked }) => masked > NOISE_PX).length;
    log(`${name}: ${String(bad)} of ${String(all.length)} frames leak`);
    frames += all.length;
    leaks += bad;
    await page.context().close();
  }
  return {
    key: 'screen.maskedFramesLeaking',
    value: leaks,
    atMost: 0,
    unit: '',
    ours: `${String(leaks)} of ${String(frames)} frames`,
    peer: 'rectangles as they are on arrival: 45 to 75 % of frames while scrolling',
  };
};

/** CPU time of all of the browser's processes, s. */
async function cpuSeconds(browser: Browser): Promise<number> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

const cpu = async (browser: Browser, site: ScreenSite, short: boolean): Promise<Figure[]> => {
  const ms = short ? 4000 : 12_000;
  const percent = async (isMoving: boolean, isRecorded: boolean): Promise<number> => {
    const page = await openScreenPage(browser, site);
    if (isRecorded) await recordScreen(page);
    await page.waitForTimeout(2000);
    const before = await cpuSeconds(browser);
    if (isMoving) await page.evaluate((length) => screenPage.scroll(length, 3), ms);
    else await page.waitForTimeout(ms);
    const used = (100 * 1000 * ((await cpuSeconds(browser)) - before)) / ms;
    await page.context().close();
    return used;
  };
  const figures: Figure[] = [];
  for (const [name, isMoving] of [
    ['idle', false],
    ['moving', true],
  ] as const) {
    const [alone, recorded]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < (short ? 1 : 2); turn++) {
      alone.push(await percent(isMoving, false));
      recorded.push(await percent(isMoving, true));
    }
    figures.push({
      key: `screen.cpuPercentOfCore.${name}`,
      value: median(recorded) - median(alone),
      unit: '%',
      ours: `${String(round(median(recorded), 1))} % of a core with the video, all processes`,
      peer: `${String(round(median(alone), 1))} % without`,
    });
  }
  return figures;
};

export const screen: Bench = {
  prefix: 'screen.',
  async run({ short, log }) {
    const figures = [...(await bytes(short ? 10 : 60))];
    const site = await startScreenSite();
    const browser = await launchCapturing(chromiumPath());
    try {
      figures.push(await leaking(browser, site, short ? 2500 : 10_000, log), ...(await cpu(browser, site, short)));
    } finally {
      await browser.close();
      site.close();
    }
    return figures;
  },
};
