// A long recording made by the real recorder, in a page whose clocks run faster than time.
import type { Page } from 'playwright-core';
import type { SegmentEntry } from '../src/shared/bundle/segment-entries.js';
import { segmentEntries } from '../src/shared/bundle/segment-entries.js';
import { planBundle } from '../src/shared/bundle/write.js';
import type { Source } from '../src/shared/session/clock.js';
import type { Segment } from '../src/shared/session/segment.js';
import { launchChromium } from '../tests/e2e/product.js';
import { pageServer } from './bench-pages.js';
import type { BenchOptions } from './figures.js';

/** How much faster than time the page's clocks run. */
const SPEED = 12;

export interface LongRecording {
  readonly minutes: number;
  /** Unix ms of the page's monotonic 0: what dom timestamps count from. */
  readonly originMs: number;
  /** When the view with the grid was shown, in the page's own time. */
  readonly gridShown: readonly { readonly startMs: number; readonly endMs: number }[];
  readonly segments: readonly Segment[];
  readonly stored: ReadonlyMap<Segment, Uint8Array<ArrayBuffer>>;
  /** The bundle's bytes. */
  readonly bundle: Uint8Array<ArrayBuffer>;
}

/**
 * Runs in the page before anything else: timers fire, and clocks go, SPEED times as fast; but not while a timer's work is done, which takes
 * as long as it takes. What a snapshot costs decides how often the recorder takes one.
 */
function speedUp(speed: number): void {
  const mono = performance.now.bind(performance);
  const [mono0, wall0] = [mono(), Date.now()];
  /** The page's time, and the real one, when its last timer fired. */
  let [fastMs, realMs] = [mono0, mono0];
  performance.now = () => fastMs + (mono() - realMs);
  const now = (): number => Math.round(wall0 + (performance.now() - mono0));
  const RealDate = Date;
  const FastDate = function (...args: [] | [number]) {
    return args.length === 0 ? new RealDate(now()) : new RealDate(...args);
  } as unknown as DateConstructor;
  Object.defineProperties(FastDate, Object.getOwnPropertyDescriptors(RealDate));
  FastDate.now = now;
  globalThis.Date = FastDate;
  type Handler = (...args: unknown[]) => void;
  type Timer = (handler: Handler, ms?: number, ...rest: unknown[]) => number;
  const faster =
    (timer: Timer): Timer =>
    (handler: Handler, ms = 0, ...rest: unknown[]) =>
      timer(
        (...args) => {
          realMs = mono();
          fastMs = mono0 + (realMs - mono0) * speed;
          handler(...args);
        },
        ms / speed,
        ...rest,
      );
  Object.assign(globalThis, {
    setTimeout: faster(setTimeout as unknown as Timer),
    setInterval: faster(setInterval as unknown as Timer),
  });
}

/** What a person does meanwhile: looks at other views, scrolls, points. */
async function work(
  page: Page,
  untilMs: number,
  log: (text: string) => void,
): Promise<{ startMs: number; endMs: number }[]> {
  const gridShown: { startMs: number; endMs: number }[] = [];
  const pageNow = (): Promise<number> => page.evaluate(() => performance.now());
  const views = ['Orders', 'Board', 'Orders', 'Activity'];
  for (let step = 0; ; step += 1) {
    const now = await pageNow();
    if (now >= untilMs) return gridShown;
    if (step % 10 === 0) log(`${(now / 60_000).toFixed(1)} of ${(untilMs / 60_000).toFixed(0)} minutes`);
    await page.getByRole('button', { name: views[step % views.length] ?? 'Orders', exact: true }).click();
    await page.mouse.move(300 + ((step * 97) % 600), 200 + ((step * 61) % 400), { steps: 4 });
    await page.mouse.wheel(0, step % 2 === 0 ? 900 : -500);
    const startMs = await pageNow();
    // Orders, the heavy view, is what people look at most: half a minute of the page's time, then a glance elsewhere.
    await page.waitForTimeout(step % 2 === 0 ? 1500 : 200);
    if (step % 2 === 0) gridShown.push({ startMs, endMs: await pageNow() });
  }
}

let recording: Promise<LongRecording> | undefined;

/** Half an hour, recorded once for all figures; two minutes in the short form. */
export function longRecording({ short, log }: BenchOptions): Promise<LongRecording> {
  recording ??= recordLong(short ? 2 : 30, log);
  return recording;
}

async function recordLong(minutes: number, log: (text: string) => void): Promise<LongRecording> {
  const stored = new Map<Segment, Uint8Array<ArrayBuffer>>();
  const server = await pageServer();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  server.post('/collect', (request) => {
    const body = new Uint8Array(request.body as Buffer);
    const metaBytes = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
    let at = 4 + metaBytes;
    for (const segment of JSON.parse(new TextDecoder().decode(body.subarray(4, at))) as Segment[]) {
      stored.set(segment, body.slice(at, at + segment.storedBytes));
      at += segment.storedBytes;
    }
    return {};
  });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(speedUp, SPEED);
    await page.goto(`${url}/ours/bench/pages/grid.html?mode=collect`);
    const gridShown = await work(page, minutes * 60_000, log);
    await page.evaluate(() => (window as unknown as { collect(): Promise<void> }).collect());
    const originMs = await page.evaluate(() => Date.now() - performance.now());
    return { minutes, gridShown, ...(await bundleOf(stored, originMs)), stored };
  } finally {
    await browser.close();
    await server.close();
  }
}

async function bundleOf(
  stored: ReadonlyMap<Segment, Uint8Array<ArrayBuffer>>,
  wallOriginMs: number,
): Promise<Pick<LongRecording, 'segments' | 'bundle' | 'originMs'>> {
  const segments = [...stored.keys()];
  // In this page session time is the page's own time: one anchor at zero. What dom timestamps count from is the first one's.
  const first = segments.find(({ lane }) => lane === 'dom');
  const originMs = first === undefined ? wallOriginMs : first.startWallMs - first.startMonoMs;
  const source: Source = {
    id: 'w1',
    kind: 'window',
    window: 'w1',
    title: 'Grid',
    originMs,
    anchors: [{ monoMs: 0, sessionMs: 0, wallMs: originMs, uncertaintyMs: 0 }],
  };
  const entries = segmentEntries(segments, [source]);
  const plan = await planBundle<SegmentEntry>(
    {
      session: { id: 'bench', app: { name: 'Bench', version: '1' }, platform: { os: 'bench' }, startedMs: originMs },
      createdMs: Date.now(),
      range: { startMs: 0, endMs: Math.max(...segments.map(({ endMonoMs }) => endMonoMs)) },
      sources: [source],
    },
    entries,
  );
  const bundle = new Uint8Array(plan.size);
  let at = 0;
  for await (const piece of plan.write(({ segment }) => stored.get(segment) ?? new Uint8Array())) {
    bundle.set(piece, at);
    at += piece.byteLength;
  }
  return { segments, bundle, originMs };
}
