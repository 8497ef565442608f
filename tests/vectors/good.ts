import { deflateSync } from 'fflate';
import { segmentEntries } from '../../src/shared/bundle/segment-entries.js';
import { planBundle } from '../../src/shared/bundle/write.js';
import { head, logEntry, manifestAround, ndjson, sha256, sources, segments, storedOf } from './session.js';
import type { Vector } from './vector.js';
import { rawZip, type RawEntry } from './zip.js';

export interface MadeVector {
  readonly vector: Vector;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function manifestFile(manifest: object): RawEntry {
  return { name: 'manifest.json', plain: new TextEncoder().encode(JSON.stringify(manifest)) };
}

/** As the writer writes it. */
export async function goodBundle(): Promise<Uint8Array<ArrayBuffer>> {
  const entries = segmentEntries(
    segments.map(({ segment }) => segment),
    sources,
  );
  const plan = await planBundle(head, entries);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of plan.write((entry) => storedOf(entry.manifest.path))) parts.push(part);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

export const LOG_PATH = 'log/w1-1/00000-0000.ndjson';
export const LOG = ndjson([
  { type: 'log', t: 120, level: 'info', logger: 'console', message: 'Fluxion is ready' },
  { type: 'log', t: 4900, level: 'error', logger: 'console', message: 'Sync failed: HTTP 500' },
]);
export const LOG_ENTRY = logEntry(LOG_PATH, LOG, deflateSync(LOG));
export const LOG_FILE: RawEntry = { name: LOG_PATH, plain: LOG };

export async function goodVectors(): Promise<MadeVector[]> {
  const text = new TextEncoder();
  const newer = ndjson([
    { type: 'thermal', t: 1, celsius: 71 },
    { type: 'log', t: 5, level: 'info', logger: 'console', message: 'a' },
  ]);
  const video = Uint8Array.from({ length: 400 }, (_, i) => (i * 7919) & 0xff);
  const screen = {
    ...logEntry('screen/w1-1/00000-0000.webm', video, video, { lane: 'screen', encoding: 'store', events: 12 }),
    codec: 'av01',
  };
  const lines = text.encode(
    [
      '{"type":"log","t":1,"level":"info","logger":"console","message":"good"}',
      '{"type":"log","t":2,"level":"info","logger":"console","mess',
      '',
      '{"type":"log","t":-3,"level":"info","logger":"console","message":"before time"}',
      '{"type":"network","t":4,"id":"n","kind":"fetch","phase":"request","url":"/in/the/wrong/lane"}',
      '[1,2,3]',
      '{"type":"hologram","t":5}',
      '{"type":"log","t":6,"level":"warn","logger":"console","message":"good, and the last line has no end"}',
    ].join('\n'),
  );
  const badDom = text.encode(
    '{"type":4,"data":{"href":"a"},"timestamp":1}\n{"type":"four","data":{},"timestamp":2}\n\u0000\n',
  );
  return [
    {
      vector: {
        file: 'good.fluxrec',
        scenario: 'A bundle as the writer writes it: two sources, a dom chain of two segments, five lanes.',
        lines: {
          'dom/w1-1/00000-0000.ndjson': { events: 3, badLines: 0, unknownEvents: 0 },
          [LOG_PATH]: { events: 2, badLines: 0, unknownEvents: 0 },
        },
      },
      bytes: await goodBundle(),
    },
    {
      vector: {
        file: 'good-empty.fluxrec',
        scenario: 'A bundle without entries: the customer chose a range in which nothing was recorded.',
      },
      bytes: rawZip([manifestFile(manifestAround([]))]),
    },
    {
      vector: {
        file: 'good-newer.fluxrec',
        scenario: 'Format 1 by a newer recorder: fields, lanes, events and entries that this version does not know.',
        unknown: ['notes/readme.txt'],
        lines: { 'thermal/w1-1/00000-0000.ndjson': { events: 0, badLines: 1, unknownEvents: 1 } },
      },
      bytes: rawZip([
        manifestFile(
          manifestAround(
            [logEntry('thermal/w1-1/00000-0000.ndjson', newer, deflateSync(newer), { lane: 'thermal' }), screen],
            { lanes: ['thermal', 'screen'], mood: 'sunny' },
          ),
        ),
        { name: 'signature', plain: text.encode('kept for later') },
        { name: 'thermal/w1-1/00000-0000.ndjson', plain: newer },
        { name: 'screen/w1-1/00000-0000.webm', plain: video, isStored: true },
        { name: 'notes/readme.txt', plain: text.encode('nobody reads this') },
      ]),
    },
    {
      vector: {
        file: 'good-packed-again.fluxrec',
        scenario:
          'Unpacked and packed again by a zip tool: manifest last, folders, a comment, extra fields, gaps, sizes after the data.',
        unknown: ['.DS_Store'],
      },
      bytes: rawZip(
        [
          { name: 'log/', plain: new Uint8Array(0), isStored: true },
          { ...LOG_FILE, flags: 0x0808, local: { crc32: 0, plainBytes: 0, storedBytes: 0 }, gapAfter: 16 },
          { name: '.DS_Store', plain: text.encode('x'), localExtra: new Uint8Array(28) },
          { ...manifestFile(manifestAround([LOG_ENTRY])), isStored: true, flags: 0, localExtra: new Uint8Array(9) },
        ],
        { comment: text.encode('sent by mail, PK\u0005\u0006 and all that looks like the end of a zip and is none') },
      ),
    },
    {
      vector: { file: 'good-zip64.fluxrec', scenario: 'Every size, offset and count is in its zip64 field.' },
      bytes: rawZip(
        [
          { ...manifestFile(manifestAround([LOG_ENTRY])), isZip64: true },
          { ...LOG_FILE, isZip64: true },
        ],
        { isZip64: true },
      ),
    },
    {
      vector: {
        file: 'bad-lines.fluxrec',
        scenario: 'Lines that are cut, are no event, or are of another lane: each costs itself and is counted.',
        lines: {
          'log/w1-1/00000-0000.ndjson': { events: 2, badLines: 4, unknownEvents: 1 },
          'dom/w1-1/00000-0000.ndjson': { events: 1, badLines: 2, unknownEvents: 0 },
        },
      },
      bytes: rawZip([
        manifestFile(
          manifestAround([
            logEntry('log/w1-1/00000-0000.ndjson', lines, deflateSync(lines)),
            logEntry('dom/w1-1/00000-0000.ndjson', badDom, deflateSync(badDom), { lane: 'dom' }),
          ]),
        ),
        { name: 'log/w1-1/00000-0000.ndjson', plain: lines },
        { name: 'dom/w1-1/00000-0000.ndjson', plain: badDom },
      ]),
    },
    {
      vector: {
        file: 'sealed-entry-damaged.fluxrec',
        scenario: 'An entry is sealed in a way that this version does not know, and is not what was sealed.',
        problems: [{ code: 'unsupported-encoding', path: LOG_PATH }],
        found: [{ code: 'wrong-hash', path: LOG_PATH }],
        isFoundByVerifyingOnly: true,
      },
      bytes: rawZip([
        manifestFile(manifestAround([{ ...LOG_ENTRY, encoding: 'deflate+aes-256-gcm', storedBytes: video.length }])),
        { ...LOG_FILE, plain: video, isStored: true },
      ]),
    },
    {
      vector: {
        file: 'sealed-entry.fluxrec',
        scenario: 'One entry is sealed in a way that this version does not know; the other is read.',
        problems: [{ code: 'unsupported-encoding', path: 'log/w1-1/00001-0000.ndjson' }],
      },
      bytes: rawZip([
        manifestFile(
          manifestAround([
            LOG_ENTRY,
            logEntry('log/w1-1/00001-0000.ndjson', LOG, video, {
              encoding: 'deflate+aes-256-gcm',
              sha256: sha256(LOG),
            }),
          ]),
        ),
        LOG_FILE,
        { name: 'log/w1-1/00001-0000.ndjson', plain: video, isStored: true },
      ]),
    },
  ];
}
