import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import * as v from 'valibot';
import { toSessionMs, type Source } from '../../shared/session/clock.js';
import type { SealedSegment, Segment } from '../../shared/session/segment.js';
import { placeRow, type DraftRow } from './draft-selection.js';
import type { Stretch } from './recorded-stretches.js';
import { sealedFacts } from './seal-plain.js';

export interface CutOptions {
  readonly read: (segment: Segment) => Promise<Uint8Array<ArrayBuffer>>;
  readonly sourceOf: (id: string) => Source | undefined;
}

export interface CutRows {
  readonly rows: DraftRow[];
  readonly read: CutOptions['read'];
}

/** A file of video ends where its window hears of the end: this much later at most, or it does not leave. */
const VIDEO_END_MS = 250;
/** Clocks that were compared worse than this are not believed to it; and between two comparisons they drift. */
const MAX_SLACK_MS = 100;
const DRIFT_MS = 20;

const timed = v.union([
  v.object({ t: v.pipe(v.number(), v.finite()) }),
  v.object({ timestamp: v.pipe(v.number(), v.finite()) }),
]);

const inflate = promisify(inflateRaw);
const deflate = promisify(deflateRaw);

/**
 * The rows without what was recorded before or after a stretch. Lines outside of it are taken out, and the segment is sealed
 * anew; what cannot be taken apart (a dom chain that begins before it, a file of video that reaches over it) is left out.
 */
export async function cutRows(rows: readonly DraftRow[], within: Stretch, options: CutOptions): Promise<CutRows> {
  const cut: DraftRow[] = [];
  const sealed = new Map<Segment, Uint8Array<ArrayBuffer>>();
  const tooEarly = earlyChains(rows, within, options);
  for (const row of rows) {
    const source = options.sourceOf(row.source);
    if (source === undefined || tooEarly.has(chainOf(row))) continue;
    const { startMs, endMs } = row;
    const isInside = startMs >= within.startMs && endMs <= within.endMs;
    // The first segment of a dom chain that is not too early is whole in front, within what the clocks can say.
    if (isInside || (row.lane === 'dom' && endMs <= within.endMs)) cut.push(row);
    else if (row.lane === 'screen') {
      if (startMs >= within.startMs - slackOf(source) && endMs <= within.endMs + VIDEO_END_MS) cut.push(row);
    } else if (startMs <= within.endMs && endMs >= within.startMs) {
      const kept = await cutLines(row, within, source, options);
      if (kept === undefined) continue;
      sealed.set(kept.segment, kept.stored);
      cut.push(placeRow(kept.segment, source));
    }
  }
  return { rows: cut, read: async (segment) => sealed.get(segment) ?? (await options.read(segment)) };
}

/** Dom chains whose full snapshot was taken before the stretch. */
function earlyChains(rows: readonly DraftRow[], within: Stretch, { sourceOf }: CutOptions): ReadonlySet<string> {
  const early = new Set<string>();
  for (const row of rows) {
    const source = sourceOf(row.source);
    if (row.lane === 'dom' && source !== undefined && row.startMs < within.startMs - slackOf(source)) {
      early.add(chainOf(row));
    }
  }
  return early;
}

async function cutLines(
  { segment }: DraftRow,
  { startMs, endMs }: Stretch,
  source: Source,
  { read }: CutOptions,
): Promise<SealedSegment | undefined> {
  const stored = await read(segment);
  const plain = await inflate(stored, { maxOutputLength: Math.max(1, segment.bytes) });
  const lines: string[] = [];
  let [startMonoMs, endMonoMs] = [Infinity, -Infinity];
  const isDom = segment.lane === 'dom';
  for (const line of plain.toString('utf8').split('\n')) {
    const monoMs = monoOf(line, source);
    if (monoMs === undefined) continue;
    const atMs = toSessionMs(source, monoMs);
    if (atMs > endMs || (!isDom && atMs < startMs)) continue;
    lines.push(line);
    startMonoMs = Math.min(startMonoMs, monoMs);
    endMonoMs = Math.max(endMonoMs, monoMs);
  }
  // A full snapshot is two events: with one of them nothing can be shown.
  if (lines.length < (segment.checkout === true ? 2 : 1)) return undefined;
  const kept = Buffer.from(`${lines.join('\n')}\n`);
  const packed = new Uint8Array(await deflate(kept));
  return {
    segment: {
      ...segment,
      startMonoMs,
      endMonoMs,
      startWallMs: source.originMs + startMonoMs,
      endWallMs: source.originMs + endMonoMs,
      events: lines.length,
      ...sealedFacts(kept, packed),
    },
    stored: packed,
  };
}

/** Undefined for what is no event. */
function monoOf(line: string, { originMs }: Source): number | undefined {
  if (line === '') return undefined;
  try {
    const parsed = v.safeParse(timed, JSON.parse(line));
    if (!parsed.success) return undefined;
    return 't' in parsed.output ? parsed.output.t : parsed.output.timestamp - originMs;
  } catch {
    return undefined;
  }
}

/** How well this source's clock is known: by the worst of the last comparisons, as a moment may lie behind any of them. */
function slackOf({ anchors }: Source): number {
  const worstMs = Math.max(0, ...anchors.slice(-3).map(({ uncertaintyMs }) => uncertaintyMs));
  return Math.min(MAX_SLACK_MS, worstMs + DRIFT_MS);
}

function chainOf({ source, lane, chain }: DraftRow): string {
  return `${source}/${lane}/${chain}`;
}
