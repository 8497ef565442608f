import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { deflateRawSync, crc32 } from 'node:zlib';
import { segmentEntries } from '../../../src/shared/bundle/segment-entries.js';
import { planBundle } from '../../../src/shared/bundle/write.js';
import type { TicketRequest } from '../../../src/shared/protocol/desk.js';
import { mintReceiptCode } from '../../../src/shared/report/receipt-code.js';
import type { Source } from '../../../src/shared/session/clock.js';
import type { Lane } from '../../../src/shared/session/lane.js';
import type { SealedSegment } from '../../../src/shared/session/segment.js';

// Real parts, written by the bundle's own writer, and the requests that announce them.

const STARTED_MS = Date.UTC(2026, 10, 23, 9);
const source: Source = {
  id: 'w1-1',
  kind: 'window',
  window: 'w1',
  originMs: STARTED_MS,
  anchors: [{ monoMs: 0, sessionMs: 0, wallMs: STARTED_MS, uncertaintyMs: 1 }],
};

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function segment(lane: Lane, chain: number, events: readonly object[]): SealedSegment {
  return seal(lane, chain, Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')), events.length);
}

function seal(lane: Lane, chain: number, plain: Buffer, events: number, atMs = 1000): SealedSegment {
  const stored = new Uint8Array(deflateRawSync(plain));
  return {
    stored,
    segment: {
      session: 's-1',
      source: source.id,
      lane,
      chain,
      sequence: 0,
      startMonoMs: atMs,
      endMonoMs: atMs + 1000,
      startWallMs: STARTED_MS + atMs,
      endWallMs: STARTED_MS + atMs + 1000,
      events,
      bytes: plain.length,
      storedBytes: stored.length,
      crc32: crc32(plain),
      sha256: sha256(plain),
      storedSha256: sha256(stored),
    },
  };
}

export interface PartContent {
  /** Errors in the error lane, each in a segment of its own, by name: the same name is the same segment. */
  readonly errors?: readonly string[];
  /** About how large the part is: a log of random text, which does not deflate. */
  readonly bytes?: number;
  /** How many chains of the dom lane, one a minute, each of 1 MB. */
  readonly domChains?: number;
  readonly range?: { readonly startMs: number; readonly endMs: number };
}

export async function makePart({ errors = [], bytes = 0, domChains = 0, ...content }: PartContent = {}) {
  const range = content.range ?? { startMs: 0, endMs: Math.max(60_000, domChains * 60_000) };
  const log = Array.from({ length: Math.ceil(bytes / 48_000) + 1 }, () => ({
    type: 'log',
    t: 1000,
    level: 'info',
    logger: 'console',
    message: randomBytes(bytes === 0 ? 8 : 48_000).toString('base64'),
  }));
  const sealed = [
    segment('log', 0, log),
    ...errors.map((message, chain) =>
      segment('error', chain, [{ type: 'error', t: 1000, kind: 'uncaught', name: 'Error', message }]),
    ),
    ...Array.from({ length: domChains }, (_, chain) => domChain(chain)),
  ];
  return writePart(sealed, range);
}

function domChain(chain: number): SealedSegment {
  const node = {
    id: 1,
    type: 0,
    childNodes: [{ id: 2, type: 3, textContent: randomBytes(750_000).toString('base64') }],
  };
  const timestamp = STARTED_MS + chain * 60_000;
  const events = [
    { type: 4, timestamp, data: { href: 'https://fluxion.example', width: 1280, height: 800 } },
    { type: 2, timestamp, data: { node, initialOffset: { left: 0, top: 0 } } },
  ];
  const plain = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const { segment: sealed, stored } = seal('dom', chain, plain, events.length, chain * 60_000);
  return { segment: { ...sealed, checkout: true }, stored };
}

/** A good part of 65 KB for every 64 MiB of blanks that it unpacks to: reading one keeps a core busy for a second or two. */
export function slowPart(entries: number): Promise<Buffer> {
  const { segment: blank, stored } = seal('log', 0, Buffer.alloc(64 * 1024 * 1024, ' '), 1);
  return writePart(Array.from({ length: entries }, (_, chain) => ({ segment: { ...blank, chain }, stored })));
}

async function writePart(sealed: readonly SealedSegment[], range = { startMs: 0, endMs: 60_000 }): Promise<Buffer> {
  const plan = await planBundle(
    {
      session: {
        id: 's-1',
        app: { name: 'Fluxion', version: '3.4.1' },
        platform: { os: 'Linux' },
        startedMs: STARTED_MS,
      },
      createdMs: STARTED_MS + 60_000,
      range,
      sources: [source],
    },
    segmentEntries(
      sealed.map((one) => one.segment),
      [source],
    ),
  );
  const pieces = [];
  for await (const piece of plan.write((entry) => {
    const found = sealed.find((one) => one.segment === entry.segment);
    if (found === undefined) throw new Error('no such segment');
    return found.stored;
  })) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

export type Head = TicketRequest['report'];

export function makeHead(head: Partial<Head> = {}): Head {
  return {
    id: randomUUID(),
    receiptCode: mintReceiptCode(randomBytes(10)),
    createdMs: STARTED_MS + 60_000,
    session: 's-1',
    app: { name: 'Fluxion', version: '3.4.1' },
    description: 'I pressed Sync now and nothing happened.',
    ...head,
  };
}

export function ticketRequest(head: Head, bytes: Uint8Array, number = 0): TicketRequest {
  return { report: head, part: { number, bytes: bytes.length, sha256: sha256(bytes) } };
}
