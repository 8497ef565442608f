import type { SegmentRef } from '../sources/session-source.js';
import type { Stretch } from './activity.js';

/** How many items fall into each of `buckets` equal slices of a range. Items outside are not counted; its end is inside. */
export function density(items: Iterable<{ readonly ms: number }>, range: Stretch, buckets: number): Uint32Array {
  const counts = new Uint32Array(Math.max(1, buckets));
  const lengthMs = range.endMs - range.startMs;
  for (const { ms } of items) {
    if (ms < range.startMs || ms > range.endMs) continue;
    const bucket = lengthMs === 0 ? 0 : Math.floor(((ms - range.startMs) / lengthMs) * counts.length);
    const index = Math.min(bucket, counts.length - 1);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

/**
 * The same before anything is loaded: each segment's number of events, spread evenly over the time that it covers. What
 * lies outside the range is left out.
 */
export function segmentDensity(
  segments: Iterable<Pick<SegmentRef, 'startMs' | 'endMs' | 'events'>>,
  range: Stretch,
  buckets: number,
): Float64Array {
  const counts = new Float64Array(Math.max(1, buckets));
  const bucketMs = (range.endMs - range.startMs) / counts.length;
  const bucketOf = (ms: number): number =>
    bucketMs === 0 ? 0 : Math.min(Math.max(Math.floor((ms - range.startMs) / bucketMs), 0), counts.length - 1);
  for (const { startMs, endMs, events } of segments) {
    if (endMs < range.startMs || startMs > range.endMs) continue;
    const lengthMs = endMs - startMs;
    const first = bucketOf(startMs);
    const last = bucketOf(endMs);
    if (lengthMs <= 0 || bucketMs === 0) {
      counts[first] = (counts[first] ?? 0) + events;
      continue;
    }
    for (let index = first; index <= last; index += 1) {
      const fromMs = Math.max(startMs, range.startMs + index * bucketMs);
      const toMs = Math.min(endMs, range.startMs + (index + 1) * bucketMs);
      counts[index] = (counts[index] ?? 0) + (events * Math.max(0, toMs - fromMs)) / lengthMs;
    }
  }
  return counts;
}
