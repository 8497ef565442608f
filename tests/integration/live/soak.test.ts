import { afterEach, describe, expect, test } from 'vitest';
import { findChromium } from '../../lab/chromium.js';
import { confirmAndTalk, LiveBrowser } from '../../lab/live-browser.js';

// An open session under the load of a busy app: neither side may hold on to more and more. `npm run test:soak` takes ten minutes;
// otherwise it is tried whether it works.

const SECONDS = Number(process.env['FLUXREC_SOAK_SECONDS'] ?? '20');
/** The first measurements find what is made once. */
const WARM_UP = 0.25;
/** Noise of a heap after its collection. */
const FLAT_BYTES = 512 * 1024;
const MEASUREMENTS = 12;

const browsers: LiveBrowser[] = [];
afterEach(async () => {
  await Promise.all(browsers.splice(0).map((browser) => browser.close()));
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

describe.skipIf(findChromium() === undefined)('an open session', { timeout: (SECONDS + 120) * 1000 }, () => {
  test(`holds on to no more after ${SECONDS} seconds than at its beginning, on both sides`, async () => {
    const [publisher, subscriber] = await Promise.all([LiveBrowser.open(), LiveBrowser.open()]);
    const sides = [publisher, subscriber];
    browsers.push(...sides);
    await publisher.begin({ role: 'publisher', servers: [], pairing: { by: 'text' } });
    await subscriber.begin({ role: 'subscriber', servers: [], pairing: { by: 'text' } });
    await subscriber.paste(await publisher.text());
    await publisher.paste(await subscriber.text());
    await Promise.all(sides.map((side) => side.reach('comparing')));
    await confirmAndTalk(publisher, subscriber);
    // A grid that changes ten times a second, its log, a screenshot now and then; and a pointer the other way.
    await publisher.page.evaluate(() => {
      liveStream('dom', 4000, 10);
      liveStream('console', 500, 10);
      liveStream('bulk', 60_000, 4);
    });
    await subscriber.page.evaluate(() => {
      liveStream('input', 100, 60);
    });
    const heaps: number[][] = [[], []];
    for (let at = 0; at < MEASUREMENTS; at += 1) {
      await publisher.page.waitForTimeout((SECONDS * 1000) / MEASUREMENTS);
      for (const [index, side] of sides.entries()) heaps[index]?.push(await side.heapBytes());
    }
    const received = await Promise.all(sides.map(({ page }) => page.evaluate(() => liveReceivedBytes())));
    // Less than half of what is sent: a slow machine's timers are late.
    expect(received[0]).toBeGreaterThan(SECONDS * 2000);
    expect(received[1]).toBeGreaterThan(SECONDS * 100_000);
    for (const all of heaps) {
      const warm = all.slice(Math.ceil(all.length * WARM_UP));
      const third = Math.floor(warm.length / 3);
      const growth = median(warm.slice(-third)) - median(warm.slice(0, third));
      console.info(`heap after collection, KiB: ${all.map((bytes) => Math.round(bytes / 1024)).join(' ')}`);
      expect(growth).toBeLessThan(FLAT_BYTES);
    }
    const seen = await Promise.all(sides.map((side) => side.seen()));
    expect(seen.map(({ phase }) => phase)).toEqual(['open', 'open']);
  });
});
