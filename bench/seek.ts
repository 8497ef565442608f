// How soon another moment of a report is shown, once all is loaded.
import type { Page } from 'playwright-core';
import { seededRandom } from '../tests/lab/seeded-random.js';
import { median, round, type Bench } from './figures.js';
import { withReportLab } from './report-lab.js';

const SEED = 40_2026;
/** Two moments next to one another could not be told apart by the clock on the page, which goes four times a second. */
const APART_MS = 5000;
/** The clock's own step, and what a pixel of the longest bar is worth. */
const SLACK_MS = 3000;

/** A seek that has not come to its frame by then never will. */
const SEEK_WITHIN_MS = 30_000;

/**
 * Runs in the page: after `expectSeek(ms)`, `seekTook()` resolves with the time from the next press of the pointer to the painted
 * frame of the moment `ms` (within `slackMs`), by the clock that stands in the recorded page.
 */
function watchSeeks(): void {
  if (window.top !== window) return;
  let pressedMs = Number.NaN;
  window.addEventListener(
    'pointerdown',
    () => {
      pressedMs = performance.now();
    },
    { capture: true },
  );
  const clockIn = (inside: Document): number => {
    for (const frame of inside.querySelectorAll('iframe')) {
      const deeper = frame.contentDocument;
      if (deeper === null || !frame.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
      const clock = deeper.querySelector('#clock')?.textContent ?? '';
      const found = clock === '' ? clockIn(deeper) : Number(clock);
      if (!Number.isNaN(found)) return found;
    }
    return Number.NaN;
  };
  let taken: Promise<number> | undefined;
  const expectSeek = (ms: number, slackMs: number): void => {
    pressedMs = Number.NaN;
    taken = new Promise((resolve) => {
      const look = (): void => {
        if (Number.isNaN(pressedMs) || !(Math.abs(clockIn(document) - ms) < slackMs)) {
          requestAnimationFrame(look);
          return;
        }
        // Painted after this frame's work.
        requestAnimationFrame(() => {
          setTimeout(() => {
            resolve(performance.now() - pressedMs);
          });
        });
      };
      requestAnimationFrame(look);
    });
  };
  Object.assign(window, { expectSeek, seekTook: () => taken, clockNow: () => clockIn(document) });
}

interface Watch {
  expectSeek(ms: number, slackMs: number): void;
  seekTook(): Promise<number>;
  clockNow(): number;
}

interface Bar {
  readonly page: Page;
  readonly selector: string;
  /** The recorded page's time at its two ends. */
  readonly startMs: number;
  readonly endMs: number;
}

/** A press on the bar of moments, as a person does. */
async function seekMs({ page, selector, startMs, endMs }: Bar, ms: number): Promise<number> {
  await page.bringToFront();
  const box = await page.locator(selector).first().boundingBox();
  if (box === null) throw new Error(`There is no ${selector}.`);
  // Answered before the press: what is asked and what is pressed come to the page on ways of their own.
  await page.evaluate(
    ([at, slackMs]) => {
      (window as unknown as Watch).expectSeek(at, slackMs);
    },
    [ms, SLACK_MS] as const,
  );
  const x = box.x + (box.width * (ms - startMs)) / (endMs - startMs);
  await page.mouse.click(x, box.y + box.height / 2);
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => {
      reject(new Error(`The moment ${String(ms)} was not shown in time.`));
    }, SEEK_WITHIN_MS).unref();
  });
  return await Promise.race([page.evaluate(() => (window as unknown as Watch).seekTook()), late]);
}

/** Press to painted frame of another moment, both warm: ours in the report's page, rrweb-player's given the same events. */
export const viewerSeek: Bench = {
  prefix: 'viewer.seekRatio',
  run: (options) =>
    withReportLab(options, async (lab) => {
      const { segments } = lab.long;
      const dom = segments.filter(({ lane }) => lane === 'dom');
      const extent = (all: typeof segments): Pick<Bar, 'startMs' | 'endMs'> => ({
        startMs: Math.min(...all.map(({ startMonoMs }) => startMonoMs)),
        endMs: Math.max(...all.map(({ endMonoMs }) => endMonoMs)),
      });
      const ours = await lab.open('ours', watchSeeks);
      const peer = await lab.open('peer', watchSeeks);
      await ours.page.goto(lab.reportUrl());
      await peer.page.goto(lab.peerUrl());
      const isShown = (): boolean => (window as unknown as Watch).clockNow() >= 0;
      const bars: readonly [Bar, Bar] = [
        { page: ours.page, selector: '[role=slider][aria-label=Timeline]', ...extent(segments) },
        { page: peer.page, selector: '.rr-progress', ...extent(dom) },
      ];
      for (const { page } of bars) {
        await page.bringToFront();
        await page.waitForFunction(isShown, undefined, { timeout: 120_000 });
      }
      const { startMs, endMs } = extent(dom);
      const random = seededRandom(SEED);
      const taken: [number[], number[]] = [[], []];
      const [warmUp, seeks] = options.short ? [1, 4] : [4, 40];
      let lastMs = startMs;
      for (let turn = 0; turn < warmUp + seeks; turn += 1) {
        let ms: number;
        do ms = startMs + APART_MS + random() * (endMs - startMs - 2 * APART_MS);
        while (Math.abs(ms - lastMs) < 2 * APART_MS);
        lastMs = ms;
        for (const [side, bar] of bars.entries()) {
          const tookMs = await seekMs(bar, ms);
          if (turn >= warmUp) taken[side]?.push(tookMs);
        }
      }
      const [oursMs, peerMs] = [median(taken[0]), median(taken[1])];
      options.log(`ours ${String(round(oursMs, 0))} ms, peer ${String(round(peerMs, 0))} ms`);
      const worst = (values: readonly number[]): string => String(round(Math.max(...values), 0));
      return [
        {
          key: 'viewer.seekRatio',
          value: oursMs / peerMs,
          atMost: 1,
          unit: '',
          ours: `${String(round(oursMs, 0))} ms from press to frame, at most ${worst(taken[0])}, of ${String(seeks)}`,
          peer: `rrweb-player ${String(round(peerMs, 0))} ms, at most ${worst(taken[1])}`,
        },
      ];
    }),
};
