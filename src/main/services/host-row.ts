import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import * as v from 'valibot';
import { decodeFrame, encodeFrame } from '../../shared/protocol/frame.js';
import { isLineLane, laneEventSchema, type LaneEvent, type LineLane } from '../../shared/session/lane.js';
import { segmentSchema, type SealedSegment, type Segment } from '../../shared/session/segment.js';
import { sealedFacts } from './seal-plain.js';

// A row of the host's ring is one file: `host-3.log.12.row` holds the segment and its stored bytes as one frame;
// `host-3.log.12.open` the lines of the segment that is still open. All of it is synchronous on purpose: it is a few
// kilobytes twice a second, and what a process says in its last moment must be on its way before the moment is over.

export interface RowName {
  readonly source: string;
  readonly lane: LineLane;
  readonly chain: number;
  readonly isOpen: boolean;
}

const NAME = /^(host-\d{1,9})\.([a-z][a-z0-9-]*)\.(\d{1,9})\.(row|open)$/;

export function rowFile(source: string, lane: LineLane, chain: number, end: 'row' | 'open'): string {
  return `${source}.${lane}.${chain}.${end}`;
}

/** The rows in a folder. What is none of ours, or a temporary file that a crash left, is erased. */
export function listRows(folder: string): RowName[] {
  const rows: RowName[] = [];
  for (const file of readdirSync(folder)) {
    const [, source, lane, chain, end] = NAME.exec(file) ?? [];
    if (source === undefined || lane === undefined || !isLineLane(lane))
      rmSync(join(folder, file), { force: true, recursive: true });
    else rows.push({ source, lane, chain: Number(chain), isOpen: end === 'open' });
  }
  return rows;
}

export interface Placed {
  readonly session: string;
  /** Wall clock (Unix ms) of the source's monotonic 0. */
  readonly originMs: number;
}

/** Lines (NDJSON) to a sealed segment. Undefined where there is no whole line. */
export function sealLines(name: Omit<RowName, 'isOpen'>, text: string, placed: Placed): SealedSegment | undefined {
  const lines: string[] = [];
  let [startMonoMs, endMonoMs] = [Infinity, -Infinity];
  for (const line of text.split('\n')) {
    const event = parseLine(line);
    if (event === undefined) continue; // The last line of a process that was killed while it wrote.
    lines.push(line);
    startMonoMs = Math.min(startMonoMs, event.t);
    endMonoMs = Math.max(endMonoMs, event.type === 'log' ? (event.lastT ?? event.t) : event.t);
  }
  if (lines.length === 0) return undefined;
  const plain = Buffer.from(`${lines.join('\n')}\n`);
  const stored = new Uint8Array(deflateRawSync(plain));
  return {
    segment: {
      session: placed.session,
      source: name.source,
      lane: name.lane,
      chain: name.chain,
      sequence: 0,
      startMonoMs,
      endMonoMs,
      startWallMs: placed.originMs + startMonoMs,
      endWallMs: placed.originMs + endMonoMs,
      events: lines.length,
      ...sealedFacts(plain, stored),
    },
    stored,
  };
}

function parseLine(line: string): LaneEvent | undefined {
  if (line === '') return undefined;
  try {
    const parsed = v.safeParse(laneEventSchema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // Not JSON: cut short.
  }
}

export function writeRow(folder: string, { segment, stored }: SealedSegment): void {
  const file = join(folder, rowFile(segment.source, segment.lane as LineLane, segment.chain, 'row'));
  writeFileSync(`${file}.part`, encodeFrame(segment, stored), { mode: 0o600 });
  renameSync(`${file}.part`, file);
}

/** Undefined where the file is damaged: it costs itself only. */
export function readRow(folder: string, name: Pick<RowName, 'source' | 'lane' | 'chain'>): SealedSegment | undefined {
  try {
    const frame = decodeFrame(
      new Uint8Array(readFileSync(join(folder, rowFile(name.source, name.lane, name.chain, 'row')))),
    );
    const segment: Segment = v.parse(segmentSchema, frame.json);
    return segment.storedBytes === frame.bytes.length ? { segment, stored: frame.bytes } : undefined;
  } catch {
    return undefined;
  }
}
