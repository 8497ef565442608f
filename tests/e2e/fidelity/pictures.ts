import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Frame, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { DIFFERENCES_FOLDER } from './differences.js';

/** How different a pixel must be, 0 to 1: pixelmatch's own measure of what an eye sees, and its default. */
const THRESHOLD = 0.1;

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Picture {
  readonly png: PNG;
  /** Where the two differ on purpose: fields that are masked, and pictures in canvases, which are not recorded. */
  readonly leftOut: readonly Rectangle[];
}

/** A page as it is painted. By the browser's own protocol: Playwright would put a style sheet into the page, which is recorded. */
export async function takePicture(page: Page): Promise<Picture> {
  const leftOut = await page.evaluate(() =>
    [...document.querySelectorAll('canvas, input, textarea, img, [data-fluxrec-own]')].map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    }),
  );
  return { png: await capture(page), leftOut };
}

/** The replayed page as it is painted in the viewer, at its own size. */
export async function takeReplayedPicture(desk: Page, size: { width: number; height: number }): Promise<PNG> {
  const replay = desk.frames().find((frame) => frame.url().includes('replay.html'));
  if (replay === undefined) throw new Error('Nothing is replayed.');
  await atOwnSize(replay);
  const box = await replay.locator('.screen.shown iframe').boundingBox();
  if (box === null) throw new Error('Nothing is shown.');
  const { x, y, width, height } = box;
  if (Math.round(width) !== size.width || Math.round(height) !== size.height || !Number.isInteger(x + y))
    throw new Error(`The replay is shown at ${JSON.stringify(box)}: not at its own size.`);
  return await capture(desk, { x, y, width, height });
}

/** The window is wide enough, and yet a replay is centred, on half a pixel maybe; the pointer is the replay's own. */
async function atOwnSize(replay: Frame): Promise<void> {
  await replay.evaluate(() => {
    const wrapper = document.querySelector<HTMLElement>('.screen.shown .replayer-wrapper');
    if (wrapper === null) return;
    Object.assign(wrapper.style, { transform: 'none', left: '0', top: '0', float: 'none' });
    for (const own of wrapper.querySelectorAll<HTMLElement>('.replayer-mouse, .replayer-mouse-tail'))
      own.style.visibility = 'hidden';
  });
}

async function capture(page: Page, clip?: Rectangle): Promise<PNG> {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', {
    format: 'png',
    ...(clip === undefined ? {} : { clip: { ...clip, scale: 1 } }),
  });
  await devtools.detach();
  return PNG.sync.read(Buffer.from(data, 'base64'));
}

/** The share of pixels that differ, in percent; where any do, pictures of both and of the difference are written under out/fidelity. */
export function differingPercent(name: string, { png: live, leftOut }: Picture, replayed: PNG): number {
  const { width, height } = live;
  if (replayed.width !== width || replayed.height !== height) throw new Error(`${name}: the sizes differ.`);
  for (const rectangle of leftOut) for (const png of [live, replayed]) paintOver(png, rectangle);
  const difference = new PNG({ width, height });
  const pixels = pixelmatch(live.data, replayed.data, difference.data, width, height, { threshold: THRESHOLD });
  if (pixels > 0) {
    mkdirSync(DIFFERENCES_FOLDER, { recursive: true });
    const file = name.replace(/[^\w-]+/g, '-');
    for (const [what, png] of Object.entries({ live, replayed, difference }))
      writeFileSync(join(DIFFERENCES_FOLDER, `${file}-${what}.png`), PNG.sync.write(png));
  }
  return (100 * pixels) / (width * height);
}

function paintOver({ data, width, height }: PNG, { x, y, width: wide, height: high }: Rectangle): void {
  // A caret and a ring lie outside of what they are of.
  const margin = 4;
  const [left, right] = [Math.max(0, Math.floor(x - margin)), Math.min(width, Math.ceil(x + wide + margin))];
  const [top, bottom] = [Math.max(0, Math.floor(y - margin)), Math.min(height, Math.ceil(y + high + margin))];
  for (let row = top; row < bottom; row += 1) {
    if (right > left) data.fill(0, 4 * (row * width + left), 4 * (row * width + right));
  }
}
