import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../../src/shared/bundle/byte-source.js';
import { Timeline } from '../../../src/viewer/model/timeline.js';
import { ReportSource } from '../../../src/viewer/sources/report-source.js';
import type { ReportIndex } from '../../../src/viewer/sources/session-source.js';
import { startProduct, type Product } from '../product.js';
import { newestBundle, sendReport, waitUntilDelivered } from '../steps.js';

// When something happened is when the timeline says that it did. No speed is asserted: the page notes its own clock at the call.

/** So far may the timeline be from the clock of the page. */
const MOST_MS = 50;
const ROUNDS = 6;

/** What was said or done, by a word that stands in it, and the page's clock (Unix ms) right before. */
type Called = Readonly<Record<string, number>>;

let product: Product;
let timeline: Timeline;
let index: ReportIndex;
/** In the order in which it was done, one after the other was over. */
const order: string[] = [];
const called = new Map<string, number>();

/** In the page: everything that has a lane, each noted by the page's clock at the call. */
async function doAll(page: Page, round: string): Promise<Called> {
  return await page.evaluate(async (round) => {
    const at: Record<string, number> = {};
    const note = (name: string): string => {
      const word = `${round}-${name}`;
      at[word] = performance.timeOrigin + performance.now();
      return word;
    };
    const turn = (): Promise<void> => new Promise((done) => setTimeout(done));
    console.info(note('line'));
    console.error(note('complaint'));
    await fetch(`/api/rates?${note('fetch')}`);
    await new Promise((done) => {
      const request = new XMLHttpRequest();
      request.onloadend = done;
      request.open('GET', '/api/rates?' + round + '-xhr');
      note('xhr');
      request.send();
    });
    await fetch(`/nowhere?${note('missing')}`);
    setTimeout(() => {
      throw new Error(note('uncaught'));
    });
    await turn();
    // A browser tells of a rejection when it has the time: not while the page is busy.
    const told = new Promise((done) => {
      addEventListener('unhandledrejection', done, { once: true });
    });
    void Promise.reject(new Error(note('rejected')));
    await told;
    // The page is busy: what is said then is said then, and not when the recorder finds the time.
    const untilMs = performance.now() + 300;
    while (performance.now() < untilMs);
    console.warn(note('after a long task'));
    return at;
  }, round);
}

/** Wall clocks tell whole milliseconds, one in each of two windows: what is closer than both together has no order. */
const APART_MS = 3;

async function say(page: Page, words: string): Promise<void> {
  order.push(words);
  await page.waitForTimeout(APART_MS);
  await page.evaluate((text) => {
    console.info(text);
  }, words);
}

/** The page asks, and the host process says so in its own log. */
async function askHost(page: Page, words: string): Promise<void> {
  order.push(words);
  await page.waitForTimeout(APART_MS);
  await page.evaluate(async (text) => {
    await fetch(`/api/customers?q=${encodeURIComponent(text)}`);
  }, words);
}

beforeAll(async () => {
  product = await startProduct();
  const first = await product.openFluxion();
  const second = await product.openFluxion(first.context());
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [page, window] of [
      [first, 'first'],
      [second, 'second'],
    ] as const) {
      const name = `${window}${String(round)}`;
      for (const [word, atMs] of Object.entries(await doAll(page, name))) called.set(word, atMs);
    }
    await say(first, `turn ${String(round)} of the first`);
    await say(second, `turn ${String(round)} of the second`);
    await askHost(first, `turn ${String(round)} of the host`);
    await say(first, `turn ${String(round)} of the first again`);
  }
  // Its button acts in a window that is seen.
  await first.bringToFront();
  await sendReport(first, 'When was it?');
  await waitUntilDelivered(first);
  const bytes = await newestBundle(product);
  const source = new ReportSource([{ number: 0, open: () => Promise.resolve(bytesSource(bytes)) }]);
  index = await source.open();
  timeline = new Timeline(source, index);
  await timeline.load({ aroundMs: 0 });
}, 240_000);
afterAll(() => product.close());

describe('the timeline', () => {
  it('has every line, request and error where the page’s own clock had it', () => {
    const wallMs = (ms: number): number => index.wallStartMs + ms;
    const placed = [
      ...timeline.items('log').map(({ ms, event }) => ({ text: event.message, ms: wallMs(ms) })),
      ...timeline.items('network').map(({ ms, event }) => ({ text: event.url, ms: wallMs(ms) })),
      ...timeline.items('error').map(({ ms, event }) => ({ text: event.message, ms: wallMs(ms) })),
    ];
    const off: string[] = [];
    let worstMs = 0;
    for (const [word, atMs] of called) {
      const found = placed.filter(({ text }) => text.includes(word)).map(({ ms }) => ms - atMs);
      const nearest = found.sort((a, b) => Math.abs(a) - Math.abs(b))[0];
      worstMs = Math.max(worstMs, Math.abs(nearest ?? 0));
      if (nearest === undefined || Math.abs(nearest) > MOST_MS) off.push(`${word}: ${String(nearest)} ms`);
    }
    console.log(`${String(called.size)} calls, the farthest ${worstMs.toFixed(1)} ms away`);
    expect(called.size).toBe(2 * ROUNDS * 8);
    expect(off).toEqual([]);
  });

  it('keeps the order in which two windows and the host process spoke', () => {
    const said = timeline
      .items('log')
      .map(({ event }) =>
        order.find((words) => event.message === words || event.message === `Customer search ${words}`),
      )
      .filter((words) => words !== undefined);
    expect(said).toEqual(order);
  });
});
