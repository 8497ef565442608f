import { inflateSync, strFromU8 } from 'fflate';
import type { DomEvent, LaneEvent } from '../../../src/shared/session/lane.js';
import type { Segment } from '../../../src/shared/session/segment.js';
import { openRing, type Ring, type RingSettings } from '../../../src/recorder/ring/ring.js';

// What the ring's tests share: rings of several "windows" in one page, each with a worker of its own as in real life, and
// a reader that undoes what sealing does by another library.

export interface TestWindow {
  readonly ring: Ring;
  readonly source: string;
  readonly session: string;
  readonly workers: Worker[];
  /** How often a full snapshot was asked for. */
  checkoutsWanted: number;
  readonly failures: string[];
  /** Ends the window as a crash would: the worker goes in the middle of what it does, its locks with it. */
  readonly kill: () => void;
}

export interface HandedRow {
  readonly segment: Segment;
  readonly plain: string;
  readonly stored: Uint8Array<ArrayBuffer>;
}

const DEFAULTS: RingSettings = { maxAgeMs: 600_000, maxBytes: 200_000_000 };
let windows: TestWindow[] = [];

export function newSession(): string {
  return `s-${crypto.randomUUID().slice(0, 8)}`;
}

export function openWindow(
  session: string,
  settings: Partial<RingSettings> = {},
  source = newSource(),
  createWorker = (url: URL): Worker => new Worker(url, { type: 'module' }),
): TestWindow {
  const workers: Worker[] = [];
  const ring = openRing(
    { session, source, originMs: performance.timeOrigin, settings: { ...DEFAULTS, ...settings } },
    () => {
      const url = new URL('../../../src/recorder/ring/ring-worker.ts', import.meta.url);
      const worker = createWorker(url);
      workers.push(worker);
      return worker;
    },
  );
  // As the recorder does: the page says that its source lives.
  let leave = (): void => undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));
  void navigator.locks.request(`fluxrec-source-${source}`, () => left);
  const opened: TestWindow = {
    ring,
    source,
    session,
    workers,
    checkoutsWanted: 0,
    failures: [],
    kill: () => {
      leave();
      for (const worker of workers) worker.terminate();
    },
  };
  ring.onCheckoutWanted(() => opened.checkoutsWanted++);
  ring.onFailure(({ code }) => opened.failures.push(code));
  ring.anchor({ monoMs: 0, sessionMs: 0, wallMs: performance.timeOrigin, uncertaintyMs: 1 });
  windows.push(opened);
  return opened;
}

function newSource(): string {
  return `w-${crypto.randomUUID().slice(0, 8)}`;
}

/** Closes all and wipes what they left: the next test begins with an empty ring. */
export async function closeWindows(): Promise<void> {
  for (const { kill } of windows) kill();
  windows = [];
  const last = openWindow(newSession());
  await last.ring.wipe();
  await last.ring.close();
  windows = [];
}

export function log(message: string, t = performance.now()): LaneEvent {
  return { type: 'log', t, level: 'log', logger: 'console', message };
}

export function appendLog(to: TestWindow, message: string, t = performance.now()): void {
  to.ring.append([{ lane: 'log', events: [log(message, t)], monoMs: [t] }], [], false);
}

export function meta(t: number): DomEvent {
  return {
    type: 4,
    timestamp: performance.timeOrigin + t,
    data: { href: 'http://app.test/', width: 800, height: 600 },
  };
}

export function snapshot(t: number, text = 'page'): DomEvent {
  return {
    type: 2,
    timestamp: performance.timeOrigin + t,
    data: {
      node: { type: 0, id: 1, childNodes: [{ type: 3, id: 2, textContent: text }] },
      initialOffset: { top: 0, left: 0 },
    },
  };
}

export function mutation(t: number, text: string): DomEvent {
  return {
    type: 3,
    timestamp: performance.timeOrigin + t,
    data: { source: 0, texts: [{ id: 2, value: text }], attributes: [], removes: [], adds: [] },
  };
}

export function appendDom(to: TestWindow, events: readonly DomEvent[]): void {
  const monoMs = events.map(({ timestamp }) => timestamp - performance.timeOrigin);
  to.ring.append([{ lane: 'dom', events, monoMs }], [], false);
}

/** Everything that a ring hands over, inflated. */
export async function handOver(
  from: TestWindow,
  range: { startMs?: number; endMs?: number; handOver?: string } = {},
): Promise<{ rows: HandedRow[]; dead: string[]; chunks: number[] }> {
  const rows: HandedRow[] = [];
  const chunks: number[] = [];
  const request = { handOver: crypto.randomUUID(), startMs: -1e12, endMs: 1e12, ...range };
  const { dead } = await from.ring.handOver(request, (segments, stored) => {
    chunks.push(stored.byteLength);
    let at = 0;
    for (const segment of segments) {
      const bytes = stored.slice(at, at + segment.storedBytes);
      rows.push({ segment, stored: bytes, plain: strFromU8(inflateSync(bytes)) });
      at += segment.storedBytes;
    }
    return Promise.resolve();
  });
  return { rows, dead, chunks };
}

export function linesOf(rows: readonly HandedRow[], lane: string): unknown[] {
  return rows
    .filter(({ segment }) => segment.lane === lane)
    .flatMap(({ plain }) => plain.trimEnd().split('\n'))
    .map((line): unknown => JSON.parse(line));
}

export async function eventually(check: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error('It did not happen in time.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Until everything appended is in the store: totals are answered after it. */
export async function settled(ring: Ring): Promise<void> {
  await ring.totals();
}
