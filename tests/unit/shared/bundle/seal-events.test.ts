import { describe, expect, it } from 'vitest';
import {
  bundleOf,
  bytesSource,
  openBundle,
  sealEvents,
  verifyBundle,
  type DomEvent,
  type LaneEvent,
  type ManifestHead,
  type Source,
} from '../../../../src/shared/bundle/index.js';

// What another tool does with `fluxion-recorder/bundle`: it makes a bundle of events that it has, and reads one.

const STARTED_MS = Date.UTC(2026, 10, 23, 9);
const source: Source = {
  id: 'w1-1',
  kind: 'window',
  originMs: STARTED_MS,
  anchors: [{ monoMs: 0, sessionMs: 500, wallMs: STARTED_MS, uncertaintyMs: 0 }],
};
const head: ManifestHead = {
  session: { id: 's-1', app: { name: 'Tool', version: '1' }, platform: { os: 'Linux' }, startedMs: STARTED_MS - 500 },
  createdMs: STARTED_MS + 9000,
  range: { startMs: 0, endMs: 9000 },
  sources: [source],
};
const log: LaneEvent[] = [
  { type: 'log', t: 30, level: 'info', logger: 'tool', message: 'first' },
  { type: 'log', t: 20, level: 'warn', logger: 'tool', message: 'second' },
];
const dom: DomEvent[] = [
  { type: 4, data: { href: 'https://tool.example/', width: 800, height: 600 }, timestamp: STARTED_MS + 40 },
  { type: 2, data: { node: { type: 0, id: 1, childNodes: [] } }, timestamp: STARTED_MS + 50 },
];

describe('a bundle made of events', () => {
  it('is sound, and gives them back with their times', async () => {
    const sealed = [
      await sealEvents('s-1', source, { lane: 'log', events: log }),
      await sealEvents('s-1', source, { lane: 'dom', events: dom }),
    ];
    const made = await bundleOf(head, sealed);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for await (const piece of made.write()) pieces.push(piece);
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    expect(bytes.length).toBe(made.size);
    expect(await verifyBundle(bytesSource(bytes))).toEqual([]);
    const bundle = await openBundle(bytesSource(bytes));
    const [logEntry, domEntry] = ['log', 'dom'].map((lane) =>
      bundle.manifest.entries.find((entry) => entry.lane === lane),
    );
    if (logEntry === undefined || domEntry === undefined) throw new Error('an entry is missing');
    expect((await bundle.readLaneEvents(logEntry)).events).toEqual(log);
    expect((await bundle.readDomEvents(domEntry)).events).toEqual(dom);
    expect(logEntry).toMatchObject({ startMs: 520, endMs: 530, events: 2 });
    expect(domEntry).toMatchObject({ startMs: 540, endMs: 550, checkout: true });
  });

  it.each([
    ['none', []],
    ['one of another lane', [{ type: 'error', t: 1, kind: 'uncaught', name: 'E', message: 'x' }]],
    ['one that lacks what it must have', [{ type: 'log', t: 1 }]],
  ])('is refused with %s', async (_what, events) => {
    const sealing = sealEvents('s-1', source, { lane: 'log', events: events as LaneEvent[] });
    await expect(sealing).rejects.toMatchObject({ code: 'event-invalid' });
  });
});
