import { afterEach, expect, test } from 'vitest';
import { bytesSource } from '../../../src/shared/bundle/byte-source.js';
import type { DomEvent } from '../../../src/shared/session/lane.js';
import { replayWindows } from '../../../src/viewer/model/chains.js';
import { PlaybackClock, driveClock } from '../../../src/viewer/model/playback-clock.js';
import { ReplayDirector } from '../../../src/viewer/replay/director.js';
import { ReplaySurface } from '../../../src/viewer/replay/surface.js';
import { ReportSource } from '../../../src/viewer/sources/report-source.js';
import type { SessionSource } from '../../../src/viewer/sources/session-source.js';
import { STARTED_MS, makeBundle, testSource, type TestSegment } from '../../unit/viewer/make-bundle.js';
import { comparable, recordPage, type Recording } from './recording.js';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

/** Each chain in segments of a few events, as the ring seals them. */
function segmentsOf(recording: Recording, source = 'w1-1', shiftMs = 0, perSegment = 3): TestSegment[] {
  const shifted = (event: DomEvent): DomEvent => ({ ...event, timestamp: event.timestamp + shiftMs });
  return recording.chains.flatMap((events, chain) => {
    // Meta and full snapshot are never parted.
    const cuts = Array.from({ length: Math.ceil(events.length / perSegment) }, (_, index) => index * perSegment);
    return cuts.map((cut, sequence) => ({
      lane: 'dom' as const,
      source,
      chain,
      sequence,
      events: events.slice(cut, cut + perSegment).map(shifted),
    }));
  });
}

async function open(segments: readonly TestSegment[], more: { delayMs?: number; sources?: string[] } = {}) {
  const sources = (more.sources ?? ['w1-1']).map((id) => testSource(id, { originMs: STARTED_MS }));
  const bytes = await makeBundle({ sources, segments });
  const report = new ReportSource([{ number: 0, open: () => Promise.resolve(bytesSource(bytes)) }]);
  const index = await report.open();
  const reads: string[][] = [];
  const source: Pick<SessionSource, 'readChain'> = {
    async readChain(refs, signal) {
      reads.push(refs.map(({ path }) => path));
      await new Promise((resolve) => setTimeout(resolve, more.delayMs ?? 0));
      signal?.throwIfAborted();
      return report.readChain(refs, signal);
    },
  };
  const target = document.body.appendChild(document.createElement('div'));
  target.style.cssText = 'width:640px;height:400px';
  const surface = new ReplaySurface({ target, documentUrl: '/src/viewer/replay.html' });
  const clock = new PlaybackClock({ ...index, now: () => performance.now() });
  const director = new ReplayDirector({ surface, source, windows: replayWindows(index), clock });
  const stopClock = driveClock(clock, window);
  cleanUps.push(() => {
    stopClock();
    director.dispose();
    surface.dispose();
    target.remove();
  });
  const frame = () => surface.element.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
  const main = () => frame()?.contentDocument?.querySelector('main');
  const html = () => {
    const element = main();
    return element == null ? undefined : comparable(element);
  };
  const sentence = () => surface.element.contentDocument?.getElementById('sentence')?.textContent;
  const settled = (kind: string) => expect.poll(() => director.state.kind, { timeout: 10_000 }).toBe(kind);
  return { clock, director, surface, index, reads, html, main, sentence, settled };
}

function list(steps = 9, checkoutEvery = 3): Promise<Recording> {
  const start = '<h1>Orders</h1><ul></ul><input value="one">';
  return recordPage(
    start,
    steps,
    (body, index) => {
      const item = document.createElement('li');
      item.textContent = `Order ${index}`;
      body.querySelector('ul')?.append(item);
      if (index % 4 === 3) body.querySelector('li')?.remove();
    },
    checkoutEvery,
  );
}

function seenAt(recording: Recording, index: number) {
  const seen = recording.seen[index];
  if (seen === undefined) throw new Error(`nothing was recorded at step ${index}`);
  return seen;
}

test('any order of moments over several chains shows each as it was', async () => {
  const recording = await list();
  const { clock, html, settled } = await open(segmentsOf(recording));
  await settled('shown');
  for (const index of [8, 0, 4, 5, 2, 7, 1, 1, 6, 3]) {
    const { ms, html: was } = seenAt(recording, index);
    clock.seek(ms);
    await expect.poll(html, { timeout: 10_000, message: `step ${index}` }).toBe(was);
  }
});

test('the first frame waits for no more of the recording than it needs', async () => {
  const recording = await list(9, 100);
  const segments = segmentsOf(recording);
  const { reads, settled } = await open(segments, { delayMs: 50 });
  await settled('shown');
  expect(reads[0]).toHaveLength(1);
  await expect.poll(() => reads.flat().length).toBe(segments.length);
  expect(reads).toHaveLength(2);
});

test('dragging through the whole report ends at the last moment', async () => {
  const recording = await list();
  const { clock, html, settled } = await open(segmentsOf(recording), { delayMs: 30 });
  await settled('shown');
  for (let step = 0; step < 60; step += 1) {
    clock.seek(clock.startMs + Math.abs(Math.sin(step)) * (clock.endMs - clock.startMs));
    await new Promise((resolve) => setTimeout(resolve, 7));
  }
  const { ms, html: was } = seenAt(recording, 4);
  clock.seek(ms);
  await expect.poll(html, { timeout: 10_000 }).toBe(was);
  await settled('shown');
});

test('playing goes over the ends of chains without an empty frame, in step with the clock', async () => {
  const recording = await list(12, 4);
  const { clock, surface, html, main, settled } = await open(segmentsOf(recording));
  await settled('shown');
  const drifts: number[] = [];
  surface.onFrame((atMs) => drifts.push(Math.abs(atMs - clock.ms)));
  let empty = 0;
  clock.play();
  while (clock.playing) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    if (main()?.querySelector('h1') == null) empty += 1;
  }
  expect(empty).toBe(0);
  await expect.poll(html, { timeout: 10_000 }).toBe(seenAt(recording, 11).html);
  drifts.sort((a, b) => a - b);
  expect(drifts.length).toBeGreaterThan(10);
  expect(drifts[Math.floor(drifts.length / 2)]).toBeLessThan(34);
});

test('playing at eight times the speed and pausing shows the moment of the clock', async () => {
  const recording = await list(12, 4);
  const { clock, html, settled } = await open(segmentsOf(recording));
  await settled('shown');
  clock.setSpeed(8);
  clock.play();
  await expect.poll(() => clock.ms).toBeGreaterThan((clock.startMs + clock.endMs) / 3);
  clock.pause();
  clock.seek(clock.ms);
  const was = recording.seen.findLast(({ ms }) => ms <= clock.ms);
  const next = recording.seen.find(({ ms }) => ms > clock.ms);
  await expect.poll(() => [was?.html, next?.html].includes(html()), { timeout: 10_000 }).toBe(true);
});

test('the clock waits while a chain is fetched', async () => {
  const recording = await list();
  const { clock, settled } = await open(segmentsOf(recording), { delayMs: 300 });
  clock.play();
  expect(clock.waiting).toBe(true);
  expect(clock.ms).toBeLessThan(clock.startMs + 50);
  await settled('shown');
  await expect.poll(() => clock.running || clock.ms === clock.endMs).toBe(true);
});

test('a moment without recording says so, and the recording comes back after it', async () => {
  const first = await list(3, 100);
  const second = await list(3, 100);
  const later = segmentsOf(second, 'w1-2', 60_000);
  const opened = await open([...segmentsOf(first), ...later], { sources: ['w1-1', 'w1-2'] });
  const { clock, director, html, sentence, settled } = opened;
  await settled('shown');
  clock.seek(30_000);
  await settled('gap');
  await expect.poll(sentence).toContain('Nothing was recorded at this moment');
  const { state } = director;
  expect(state.kind === 'gap' && state.nextMs).toBeGreaterThanOrEqual(60_000);
  clock.seek(60_000 + seenAt(second, 2).ms);
  await expect.poll(html, { timeout: 10_000 }).toBe(seenAt(second, 2).html);
  await expect.poll(sentence).toBe('');
});

test('one of several windows can be chosen, and by itself it is the one that changed last', async () => {
  const orders = await list(3, 100);
  const chart = await recordPage('<h2>Chart</h2>', 3, (body, index) => {
    body.append(`bar ${index}`);
  });
  const segments = [...segmentsOf(orders), ...segmentsOf(chart, 'w2-1', 1_000)];
  const { clock, director, html, settled } = await open(segments, { sources: ['w1-1', 'w2-1'] });
  await settled('shown');
  clock.seek(1_000 + seenAt(chart, 2).ms);
  await expect.poll(html, { timeout: 10_000 }).toBe(seenAt(chart, 2).html);
  expect(director.window?.key).toBe('w2');
  director.selectWindow('w1');
  await expect.poll(html, { timeout: 10_000 }).toBe(seenAt(orders, 2).html);
  director.selectWindow(undefined);
  await expect.poll(html, { timeout: 10_000 }).toBe(seenAt(chart, 2).html);
});

test('a chain that cannot be built says so, and the next one is shown all the same', async () => {
  const recording = await list(6, 3);
  const segments = segmentsOf(recording).map((segment) =>
    segment.chain === 0 && segment.sequence === 0 ? { ...segment, text: '{"type":4}\nno json\n' } : segment,
  );
  const { clock, director, html, settled } = await open(segments);
  await settled('failed');
  expect(director.state).toMatchObject({ error: { code: 'no-snapshot' } });
  clock.seek(seenAt(recording, 5).ms);
  await expect.poll(html, { timeout: 10_000 }).toBe(seenAt(recording, 5).html);
});

test('a report without any recorded page says so', async () => {
  const event = { type: 'log', t: 1, level: 'info', logger: 'console', message: 'x' } as const;
  const { director, sentence } = await open([{ lane: 'log', source: 'w1-1', events: [event] }]);
  expect(director.state).toEqual({ kind: 'empty' });
  await expect.poll(sentence).toContain('No recorded page');
});
