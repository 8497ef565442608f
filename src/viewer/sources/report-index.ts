import type { Bundle } from '../../shared/bundle/bundle.js';
import type { BundleProblem } from '../../shared/bundle/errors.js';
import type { Manifest, ManifestEntry } from '../../shared/bundle/manifest.js';
import { sharpened, type Anchor } from '../../shared/session/clock.js';
import type { ReportIndex, ReportPart, ReportProblem, ReportSource, SegmentRef } from './session-source.js';

/** A part as it was found: its bundle, or why there is none. */
export interface FoundPart {
  readonly number: number;
  readonly bytes: number;
  readonly bundle?: Pick<Bundle, 'manifest' | 'problems' | 'problemOf'>;
  readonly problems: readonly BundleProblem[];
}

type ReadablePart = FoundPart & Required<Pick<FoundPart, 'bundle'>>;

/** Where a session lies in the report: its clock's place, and what makes its ids unique. */
interface Placement {
  readonly offsetMs: number;
  /** Wall clock (Unix ms) at its time 0. */
  readonly startedMs: number;
  readonly prefix: string;
}

function isReadable(part: FoundPart): part is ReadablePart {
  return part.bundle !== undefined;
}

/** Lays the parts on one timeline. `parts` has at least one that can be read, and ascends in number. */
export function buildReportIndex(parts: readonly FoundPart[]): ReportIndex {
  const readable = parts.filter(isReadable);
  const first = readable[0];
  if (first === undefined) throw new TypeError('a report index needs a readable part');
  const primary = first.bundle.manifest.session;
  const placementOf = ({ session: { id, startedMs } }: Manifest): Placement =>
    id === primary.id
      ? { offsetMs: 0, startedMs, prefix: '' }
      : { offsetMs: startedMs - primary.startedMs, startedMs, prefix: `${id}/` };

  const sources = new Map<string, ReportSource>();
  const segments = new Map<string, SegmentRef>();
  const lanes = new Map<string, SegmentRef[]>();
  const sound = new Set<string>();
  let ordinal = 0;
  for (const part of readable) {
    const { manifest } = part.bundle;
    const placement = placementOf(manifest);
    for (const source of manifest.sources) addSource(sources, source, placement);
    for (const lane of manifest.lanes) if (!lanes.has(lane)) lanes.set(lane, []);
    for (const entry of manifest.entries) {
      const segment = toSegment(entry, part.number, placement, ordinal);
      ordinal += 1;
      const identity = `${segment.lane} ${segment.source} ${segment.chain} ${entry.startMs} ${entry.sha256}`;
      const isSound = part.bundle.problemOf(entry) === undefined;
      // The same segment in a later part: once, and where it can be read.
      if (segments.has(identity) && (sound.has(identity) || !isSound)) continue;
      if (isSound) sound.add(identity);
      segments.set(identity, segment);
    }
  }
  for (const segment of segments.values()) {
    const lane = lanes.get(segment.lane);
    if (lane === undefined) lanes.set(segment.lane, [segment]);
    else lane.push(segment);
  }
  for (const lane of lanes.values()) lane.sort(byStart);
  const { startMs, endMs } = extent(segments.values(), first.bundle.manifest.range);
  return {
    startMs,
    endMs,
    wallStartMs: primary.startedMs,
    parts: parts.map((part) => toReportPart(part, placementOf)),
    sources: [...sources.values()],
    lanes,
    problems: parts.flatMap(problemsOf),
  };
}

function byStart(a: SegmentRef, b: SegmentRef): number {
  return a.startMs - b.startMs || a.endMs - b.endMs || a.ordinal - b.ordinal;
}

function extent(segments: Iterable<SegmentRef>, range: Manifest['range']): { startMs: number; endMs: number } {
  let [startMs, endMs] = [Infinity, -Infinity];
  for (const segment of segments) {
    startMs = Math.min(startMs, segment.startMs);
    endMs = Math.max(endMs, segment.endMs);
  }
  if (startMs <= endMs) return { startMs, endMs };
  return { startMs: range.startMs, endMs: Math.max(range.startMs, range.endMs) };
}

function addSource(
  sources: Map<string, ReportSource>,
  source: Manifest['sources'][number],
  { offsetMs, startedMs, prefix }: Placement,
): void {
  const key = `${prefix}${source.id}`;
  const before = sources.get(key);
  const title = source.title ?? before?.title;
  const window = source.window === undefined ? before?.window : `${prefix}${source.window}`;
  sources.set(key, {
    key,
    kind: source.kind,
    originMs: source.originMs,
    anchors: sharpened(before === undefined ? source.anchors : mergeAnchors(before.anchors, source.anchors), startedMs),
    offsetMs,
    ...(window === undefined ? {} : { window }),
    ...(title === undefined ? {} : { title }),
  });
}

function mergeAnchors(a: readonly Anchor[], b: readonly Anchor[]): Anchor[] {
  const byMono = new Map([...a, ...b].map((anchor) => [anchor.monoMs, anchor]));
  return [...byMono.values()].sort((one, other) => one.monoMs - other.monoMs);
}

function toSegment(entry: ManifestEntry, part: number, { offsetMs, prefix }: Placement, ordinal: number): SegmentRef {
  return {
    ordinal,
    part,
    path: entry.path,
    lane: entry.lane,
    source: `${prefix}${entry.source}`,
    chain: entry.chain,
    startMs: entry.startMs + offsetMs,
    endMs: Math.max(entry.startMs, entry.endMs) + offsetMs,
    events: entry.events,
    bytes: entry.bytes,
    storedBytes: entry.storedBytes,
    checkout: entry.checkout === true,
  };
}

function toReportPart(part: FoundPart, placementOf: (manifest: Manifest) => Placement): ReportPart {
  const problems = problemsOf(part);
  if (!isReadable(part)) return { number: part.number, bytes: part.bytes, problems };
  const { session, createdMs, range, description, commands, lanes } = part.bundle.manifest;
  const { offsetMs } = placementOf(part.bundle.manifest);
  const summary = {
    session,
    createdMs,
    range,
    lanes,
    offsetMs,
    ...(description === undefined ? {} : { description }),
    ...(commands === undefined ? {} : { commands }),
  };
  return { number: part.number, bytes: part.bytes, summary, problems };
}

function problemsOf(part: FoundPart): ReportProblem[] {
  return [...part.problems, ...(part.bundle?.problems ?? [])].map((problem) => ({ ...problem, part: part.number }));
}
