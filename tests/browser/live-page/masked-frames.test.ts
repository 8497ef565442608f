import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AreaReport } from '../../../src/recorder/lanes/screen/area-report.js';
import { MaskedFrames } from '../../../src/recorder/live/video/masked-frames.js';

// Real frames, at times that the test says.

const VIEWPORT = { width: 64, height: 48, left: 0, top: 0, scale: 1 };
const MAGENTA = [255, 0, 255];

let nowMs = 0;
let sent: VideoFrame[] = [];
let waiting = 0;
let stale = 0;
let masked: MaskedFrames;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [nowMs, waiting, stale] = [1000, 0, 0];
  // The pictures of the tests before go on being given.
  const mine: VideoFrame[] = [];
  sent = mine;
  masked = new MaskedFrames({
    now: () => nowMs,
    write: (frame) => {
      mine.push(frame);
      return Promise.resolve();
    },
    onFrame: () => waiting++,
    onStale: () => stale++,
    onBroken: (error) => {
      throw error;
    },
  });
});
afterEach(() => {
  vi.useRealTimers();
  for (const frame of sent.splice(0)) frame.close();
});

/** All of it magenta, captured and arrived now. */
function addFrame(): void {
  const data = new Uint8Array(VIEWPORT.width * VIEWPORT.height * 4);
  for (let at = 0; at < data.length; at++) data[at] = [...MAGENTA, 255][at % 4] ?? 0;
  const { width: codedWidth, height: codedHeight } = VIEWPORT;
  masked.addFrame(new VideoFrame(data, { format: 'RGBX', codedWidth, codedHeight, timestamp: nowMs * 1000 }));
}

/** `left`: of the one thing that is masked, 16 px wide. */
function addReport(left?: number): void {
  const areas = left === undefined ? [] : [1, left, 0, left + 16, 16];
  const report: AreaReport = { t: nowMs, mayHaveMoved: false, viewport: VIEWPORT, areas: Float64Array.from(areas) };
  masked.addReport(report);
}

/** A report every 50 ms, up to now. */
function rest(ms: number, left?: number): void {
  for (let passed = 0; passed < ms; passed += 50) {
    addReport(left);
    nowMs += 50;
  }
}

async function first(): Promise<VideoFrame> {
  await expect.poll(() => sent.length).toBe(1);
  return sent[0] as VideoFrame;
}

async function pixel(frame: VideoFrame, x: number, y: number): Promise<number[]> {
  const data = new Uint8Array(frame.allocationSize());
  const [plane] = await frame.copyTo(data);
  const at = (plane?.offset ?? 0) + y * (plane?.stride ?? 0) + x * 4;
  return [...data.subarray(at, at + 3)];
}

describe('a frame of the live video', () => {
  it('is painted over where something is masked, and nowhere else', async () => {
    rest(300, 8);
    addFrame();
    expect(waiting).toBe(1);
    nowMs += 5;
    addReport(8);
    vi.useRealTimers();
    const frame = await first();
    expect(await pixel(frame, 16, 8)).toEqual([128, 128, 128]);
    expect(await pixel(frame, 60, 40)).toEqual(MAGENTA);
  });

  it('waits for a word of the page that is younger than it, and says that it was captured when it was sent', async () => {
    rest(300);
    addFrame();
    nowMs += 40;
    await Promise.resolve();
    expect(sent).toEqual([]);
    addReport();
    vi.useRealTimers();
    expect((await first()).timestamp).toBe(nowMs * 1000);
  });

  it('is let go where it is not known what to paint over, and asked for again when no other comes', () => {
    addFrame();
    nowMs += 20;
    addReport(8); // Nothing is known of the time before.
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([]);
    expect(stale).toBe(1);
  });

  it('is not asked for again when another one comes by itself', () => {
    addFrame();
    nowMs += 20;
    addReport(8);
    vi.advanceTimersByTime(100);
    addFrame();
    vi.advanceTimersByTime(1000);
    expect(stale).toBe(0);
  });

  it('is given again, as it was painted over, while no other comes', async () => {
    vi.useRealTimers();
    rest(300, 8);
    addFrame();
    nowMs += 5;
    addReport(8);
    await first();
    nowMs += 200;
    await expect.poll(() => sent.length, { timeout: 3000 }).toBeGreaterThan(2);
    const again = sent.at(-1) as VideoFrame;
    expect(again.timestamp).toBe(nowMs * 1000);
    expect(await pixel(again, 16, 8)).toEqual([128, 128, 128]);
    const before = sent.length;
    masked.giveAgain();
    await expect.poll(() => sent.length).toBeGreaterThan(before);
  });
});
