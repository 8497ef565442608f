// One small recorded session, the content of all vectors: a window that loads, a click on "Sync now", a request that
// answers 500, an error logged and a rejection that nobody handles.
import { createHash } from 'node:crypto';
import { deflateSync } from 'fflate';
import { crc32 } from '../../src/shared/bundle/crc32.js';
import { entryPath } from '../../src/shared/bundle/entry-path.js';
import type { Manifest, ManifestEntry } from '../../src/shared/bundle/manifest.js';
import type { ManifestHead } from '../../src/shared/bundle/write.js';
import type { Source } from '../../src/shared/session/clock.js';
import type { Lane } from '../../src/shared/session/lane.js';
import type { SealedSegment } from '../../src/shared/session/segment.js';

const STARTED_MS = Date.UTC(2026, 10, 23, 9, 0, 0);

export const sources: Source[] = [
  {
    id: 'w1-1',
    kind: 'window',
    window: 'w1',
    title: 'Fluxion',
    originMs: STARTED_MS + 1500,
    anchors: [{ monoMs: 200, sessionMs: 1700, wallMs: STARTED_MS + 1700, uncertaintyMs: 2 }],
  },
  {
    id: 'host-1',
    kind: 'host',
    originMs: STARTED_MS,
    anchors: [{ monoMs: 0, sessionMs: 0, wallMs: STARTED_MS, uncertaintyMs: 0 }],
  },
];

export const head: ManifestHead = {
  session: {
    id: 's-4h7k2m',
    app: { name: 'Fluxion', version: '3.4.1' },
    platform: { os: 'Linux', arch: 'x64', runtime: 'Chromium 156' },
    startedMs: STARTED_MS,
  },
  createdMs: STARTED_MS + 60_000,
  range: { startMs: 1500, endMs: 12_000 },
  description: 'I pressed Sync now and nothing happened.',
  sources,
};

const origin = STARTED_MS + 1500;
const document = { type: 0, id: 1, childNodes: [{ type: 2, tagName: 'html', attributes: {}, childNodes: [], id: 2 }] };
const url = 'https://fluxion.example/api/sync';

const lines: readonly { lane: Lane; source: string; chain: number; sequence: number; events: readonly object[] }[] = [
  {
    lane: 'dom',
    source: 'w1-1',
    chain: 0,
    sequence: 0,
    events: [
      { type: 4, data: { href: 'https://fluxion.example/', width: 1280, height: 800 }, timestamp: origin + 100 },
      { type: 2, data: { node: document, initialOffset: { top: 0, left: 0 } }, timestamp: origin + 110 },
      { type: 3, data: { source: 2, type: 2, id: 2, x: 640, y: 400 }, timestamp: origin + 4200 },
    ],
  },
  {
    lane: 'dom',
    source: 'w1-1',
    chain: 0,
    sequence: 1,
    events: [{ type: 3, data: { source: 3, id: 2, x: 0, y: 120 }, timestamp: origin + 6100 }],
  },
  {
    lane: 'log',
    source: 'w1-1',
    chain: 0,
    sequence: 0,
    events: [
      { type: 'log', t: 120, level: 'info', logger: 'console', message: 'Fluxion is ready' },
      {
        type: 'log',
        t: 4900,
        level: 'error',
        logger: 'console',
        message: 'Sync failed: HTTP 500',
        args: [{ status: 500 }],
      },
    ],
  },
  {
    lane: 'network',
    source: 'w1-1',
    chain: 0,
    sequence: 0,
    events: [
      {
        type: 'network',
        t: 4250,
        id: 'n1',
        kind: 'fetch',
        phase: 'request',
        method: 'POST',
        url,
        status: 500,
        outcome: 'ok',
        durationMs: 610,
      },
    ],
  },
  {
    lane: 'error',
    source: 'w1-1',
    chain: 0,
    sequence: 0,
    events: [
      { type: 'error', t: 4910, kind: 'unhandled-rejection', name: 'SyncError', message: 'The server answered 500' },
    ],
  },
  {
    lane: 'action',
    source: 'w1-1',
    chain: 0,
    sequence: 0,
    events: [{ type: 'action', t: 4200, kind: 'click', text: 'clicked button "Sync now"', nodeId: 2 }],
  },
  {
    lane: 'log',
    source: 'host-1',
    chain: 0,
    sequence: 0,
    events: [{ type: 'log', t: 3, level: 'info', logger: 'host', message: 'listening' }],
  },
];

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function ndjson(events: readonly object[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

function monoOf(event: object): number {
  if ('t' in event && typeof event.t === 'number') return event.t;
  return 'timestamp' in event && typeof event.timestamp === 'number' ? event.timestamp - origin : 0;
}

/** The sealed segments, as a ring would keep them. */
export const segments: SealedSegment[] = lines.map(({ events, ...place }) => {
  const plain = ndjson(events);
  const stored = deflateSync(plain);
  const times = events.map(monoOf);
  const originMs = sources.find(({ id }) => id === place.source)?.originMs ?? 0;
  const startMonoMs = Math.min(...times);
  const endMonoMs = Math.max(...times);
  return {
    segment: {
      session: head.session.id,
      ...place,
      startMonoMs,
      endMonoMs,
      startWallMs: originMs + startMonoMs,
      endWallMs: originMs + endMonoMs,
      events: events.length,
      bytes: plain.length,
      storedBytes: stored.length,
      crc32: crc32(plain),
      sha256: sha256(plain),
      storedSha256: sha256(stored),
      ...(place.lane === 'dom' && place.sequence === 0 ? { checkout: true as const } : {}),
    },
    stored,
  };
});

export function storedOf(path: string): Uint8Array<ArrayBuffer> {
  const found = segments.find(({ segment }) => entryPath(segment) === path);
  if (found === undefined) throw new Error(`no segment ${path}`);
  return found.stored;
}

/** A manifest around entries that are made by hand. */
export function manifestAround(entries: readonly object[], more: object = {}): object {
  return { format: 1, ...head, lanes: ['log'], entries, ...more } satisfies Record<keyof Manifest, unknown>;
}

/** The manifest entry of a log that is made by hand. */
export function logEntry(
  path: string,
  plain: Uint8Array,
  stored: Uint8Array,
  more: Partial<ManifestEntry> = {},
): ManifestEntry {
  return {
    path,
    lane: 'log',
    source: 'w1-1',
    chain: 0,
    startMs: 1620,
    endMs: 6400,
    events: 2,
    bytes: plain.length,
    sha256: sha256(plain),
    storedBytes: stored.length,
    storedSha256: sha256(stored),
    encoding: 'deflate',
    ...more,
  };
}
