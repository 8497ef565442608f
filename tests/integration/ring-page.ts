import type { DomEvent, Lane, LaneEvent } from '../../src/shared/session/lane.js';
import type { Segment } from '../../src/shared/session/segment.js';
import type { ScreenChunk } from '../../src/recorder/ring/ring-event.js';
import { openRing, type Ring } from '../../src/recorder/ring/ring.js';

// The page that ring-site.ts builds and serves: a ring within reach of a test.

interface GivenRow {
  readonly segment: Segment;
  /** Base 64: what page.evaluate carries fastest. */
  readonly stored: string;
}

declare global {
  var testRing: Ring;
  var testFailures: string[];
  function openTestRing(source: string): void;
  function recordText(lane: Lane, text: string): Promise<void>;
  function handOverAll(): Promise<GivenRow[]>;
}

globalThis.testFailures = [];

globalThis.openTestRing = (source) => {
  const settings = { maxAgeMs: 600_000, maxBytes: 200_000_000 };
  globalThis.testRing = openRing({ session: 'session', source, originMs: performance.timeOrigin, settings });
  testRing.onFailure(({ code }) => testFailures.push(code));
  testRing.anchor({ monoMs: 0, sessionMs: 0, wallMs: performance.timeOrigin, uncertaintyMs: 1 });
};

globalThis.recordText = async (lane, text) => {
  const t = performance.now();
  const timestamp = performance.timeOrigin + t;
  const events =
    lane === 'dom'
      ? domEvents(timestamp, text)
      : lane === 'screen'
        ? [screenFile(t, text)]
        : [{ type: lane, t, message: text } as LaneEvent];
  testRing.append([{ lane, events, monoMs: events.map(() => t) }], [], false);
  await testRing.totals();
};

let files = 0;

/** What is stored of a video is what was given: the ring does not look into it. */
function screenFile(startMonoMs: number, text: string): ScreenChunk {
  const bytes = new TextEncoder().encode(text);
  return { type: 'screen', file: files++, place: 'first', startMonoMs, frames: 1, bytes };
}

function domEvents(timestamp: number, text: string): DomEvent[] {
  return [
    { type: 4, timestamp, data: { href: 'http://app.test/', width: 800, height: 600 } },
    { type: 2, timestamp, data: { node: { type: 0, id: 1, childNodes: [] }, initialOffset: { top: 0, left: 0 } } },
    { type: 3, timestamp, data: { source: 0, texts: [{ id: 1, value: text }], attributes: [], removes: [], adds: [] } },
  ];
}

globalThis.handOverAll = async () => {
  const rows: GivenRow[] = [];
  const everything = { handOver: crypto.randomUUID(), startMs: -1e12, endMs: 1e12 };
  await testRing.handOver(everything, (segments, stored) => {
    let at = 0;
    for (const segment of segments) {
      const bytes = stored.subarray(at, at + segment.storedBytes);
      rows.push({ segment, stored: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) });
      at += segment.storedBytes;
    }
    return Promise.resolve();
  });
  return rows;
};
