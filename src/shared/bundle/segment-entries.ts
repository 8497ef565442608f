import { toSessionMs, type Source } from '../session/clock.js';
import type { Segment } from '../session/segment.js';
import { ENCODING_DEFLATE, ENCODING_STORE } from './encoding.js';
import { entryPath } from './entry-path.js';
import { BundleError } from './errors.js';
import type { ManifestEntry } from './manifest.js';
import type { SealedEntry } from './write.js';

export interface SegmentEntry extends SealedEntry {
  readonly segment: Segment;
}

/**
 * The manifest entry of a sealed segment. Its times are the source's, moved to session time by its anchors. An anchor between
 * its first and last event may put the clock back by more than lies between them: it does not end before it begins.
 */
export function manifestEntry(segment: Segment, source: Pick<Source, 'anchors'>): ManifestEntry {
  const startMs = toSessionMs(source, segment.startMonoMs);
  return {
    path: entryPath(segment),
    lane: segment.lane,
    source: segment.source,
    chain: segment.chain,
    sequence: segment.sequence,
    startMs,
    endMs: Math.max(startMs, toSessionMs(source, segment.endMonoMs)),
    events: segment.events,
    bytes: segment.bytes,
    sha256: segment.sha256,
    storedBytes: segment.storedBytes,
    storedSha256: segment.storedSha256,
    encoding: segment.lane === 'screen' ? ENCODING_STORE : ENCODING_DEFLATE,
    ...(segment.checkout === true ? { checkout: true as const } : {}),
  };
}

/**
 * The entries of a bundle in their order: those of a chain side by side, so that one read gets a chain; chains by when they
 * begin. A segment that came twice is taken once. Throws a BundleError for a segment of a source that is not given.
 */
export function segmentEntries(segments: readonly Segment[], sources: readonly Source[]): SegmentEntry[] {
  const byId = new Map(sources.map((source) => [source.id, source]));
  const chains = new Map<string, SegmentEntry[]>();
  const seen = new Set<string>();
  for (const segment of segments) {
    const source = byId.get(segment.source);
    if (source === undefined) throw new BundleError('manifest-invalid', { path: entryPath(segment), detail: 'source' });
    const entry: SegmentEntry = { manifest: manifestEntry(segment, source), crc32: segment.crc32, segment };
    const copy = `${entry.manifest.path} ${segment.storedSha256}`;
    if (seen.has(copy)) continue;
    seen.add(copy);
    const key = `${segment.lane}/${segment.source}/${segment.chain}`;
    const chain = chains.get(key);
    if (chain === undefined) chains.set(key, [entry]);
    else chain.push(entry);
  }
  const ordered = [...chains].map(([key, chain]) => ({
    key,
    startMs: Math.min(...chain.map(({ manifest }) => manifest.startMs)),
    chain: chain.sort((a, b) => a.segment.sequence - b.segment.sequence),
  }));
  ordered.sort((a, b) => a.startMs - b.startMs || (a.key < b.key ? -1 : 1));
  return ordered.flatMap(({ chain }) => chain);
}
