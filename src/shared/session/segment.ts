import * as v from 'valibot';
import { laneSchema } from './lane.js';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const instant = v.pipe(v.number(), v.finite());

/**
 * A sealed segment without its payload: what the ring keeps beside the bytes, what a window hands over and what the
 * host needs to write a manifest entry. It holds nothing that the customer typed or saw.
 */
export const segmentSchema = v.object({
  session: v.pipe(v.string(), v.maxLength(64)),
  source: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  lane: laneSchema,
  /** Segments of one lane and source that must be read from the first one on. For dom it starts at a full snapshot. */
  chain: count,
  /** Position within the chain, from 0. */
  sequence: count,
  /** First and last event on the source's monotonic clock. */
  startMonoMs: instant,
  endMonoMs: instant,
  startWallMs: instant,
  endWallMs: instant,
  /** Lines (events) in it; of screen, frames. */
  events: count,
  /** Size of the plain content, and of the stored bytes: raw deflate; of screen, the same. */
  bytes: count,
  storedBytes: count,
  /** CRC-32 and SHA-256 (hex) of the plain bytes, SHA-256 of the stored ones. */
  crc32: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  storedSha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** dom: this segment begins with a full snapshot. */
  checkout: v.optional(v.literal(true)),
});
export type Segment = v.InferOutput<typeof segmentSchema>;

/** A sealed segment with its stored bytes. */
export interface SealedSegment {
  readonly segment: Segment;
  readonly stored: Uint8Array<ArrayBuffer>;
}
