import { crc32 } from '../../../src/shared/bundle/crc32.js';
import { segmentEntries } from '../../../src/shared/bundle/segment-entries.js';
import { sha256Hex } from '../../../src/shared/bundle/sha256.js';
import type { CommandDescription } from '../../../src/shared/commands/command.js';
import type { Signer } from '../../../src/shared/crypto/sign.js';
import { planBundle } from '../../../src/shared/bundle/write.js';
import { domEventMonoMs, type Source } from '../../../src/shared/session/clock.js';
import type { DomEvent, Lane, LaneEvent } from '../../../src/shared/session/lane.js';
import type { Segment } from '../../../src/shared/session/segment.js';

// Real bundles, by the product's own writer, from events that a test names.

export const STARTED_MS = 1_790_000_000_000;

export function testSource(id: string, more: Partial<Source> = {}): Source {
  return {
    id,
    kind: 'window',
    window: id.split('-')[0] ?? id,
    originMs: STARTED_MS,
    anchors: [{ monoMs: 0, sessionMs: 0, wallMs: STARTED_MS, uncertaintyMs: 1 }],
    ...more,
  };
}

export interface TestSegment {
  readonly lane: Lane;
  readonly source: string;
  readonly chain?: number;
  readonly sequence?: number;
  readonly events: readonly (DomEvent | LaneEvent)[];
  /** In place of `events` as NDJSON. */
  readonly text?: string;
  /** In place of both: a file of the screen lane, from the source's time on (monotonic ms). */
  readonly video?: { readonly webm: Uint8Array<ArrayBuffer>; readonly startMs: number; readonly endMs: number };
}

export interface TestBundle {
  readonly session?: string;
  readonly startedMs?: number;
  readonly sources: readonly Source[];
  readonly segments: readonly TestSegment[];
  /** Who signs it. */
  readonly install?: { readonly signer: Signer; readonly recipient: string };
  /** What its app offers support. */
  readonly commands?: readonly CommandDescription[];
}

export async function deflateRaw(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function monoOf(source: Source, event: DomEvent | LaneEvent): number {
  return 't' in event && typeof event.t === 'number' ? event.t : domEventMonoMs(source, event as DomEvent);
}

export async function makeBundle(bundle: TestBundle): Promise<Uint8Array<ArrayBuffer>> {
  const { install } = bundle;
  const session = bundle.session ?? 's1';
  const startedMs = bundle.startedMs ?? STARTED_MS;
  const stored = new Map<Segment, Uint8Array<ArrayBuffer>>();
  for (const one of bundle.segments) {
    const source = bundle.sources.find(({ id }) => id === one.source);
    if (source === undefined) throw new Error(`no source ${one.source}`);
    const plain =
      one.video?.webm ??
      new TextEncoder().encode(one.text ?? one.events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    const bytes = one.video === undefined ? await deflateRaw(plain) : plain;
    const times =
      one.video === undefined ? one.events.map((event) => monoOf(source, event)) : [one.video.startMs, one.video.endMs];
    const segment: Segment = {
      session,
      source: one.source,
      lane: one.lane,
      chain: one.chain ?? 0,
      sequence: one.sequence ?? 0,
      startMonoMs: Math.min(...times),
      endMonoMs: Math.max(...times),
      startWallMs: source.originMs + Math.min(...times),
      endWallMs: source.originMs + Math.max(...times),
      events: one.events.length,
      bytes: plain.length,
      storedBytes: bytes.length,
      crc32: crc32(plain),
      sha256: await sha256Hex(plain),
      storedSha256: await sha256Hex(bytes),
      ...(one.lane === 'dom' && (one.sequence ?? 0) === 0 ? { checkout: true as const } : {}),
    };
    stored.set(segment, bytes);
  }
  const entries = segmentEntries([...stored.keys()], bundle.sources);
  const plan = await planBundle(
    {
      session: {
        id: session,
        app: { name: 'Fluxion', version: '4.2.0' },
        platform: { os: 'linux' },
        startedMs,
      },
      createdMs: startedMs + 600_000,
      range: { startMs: 0, endMs: 600_000 },
      sources: [...bundle.sources],
      ...(bundle.commands === undefined ? {} : { commands: [...bundle.commands] }),
      ...(install === undefined
        ? {}
        : { install: { signingKey: install.signer.signingKey, recipient: install.recipient } }),
    },
    entries,
    install?.signer,
  );
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const read = ({ segment }: { segment: Segment }) => stored.get(segment) ?? new Uint8Array(0);
  for await (const piece of plan.write(read)) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
