import { openBundle } from '../../shared/bundle/read.js';
import type { ByteSource } from '../../shared/bundle/byte-source.js';
import { BundleError } from '../../shared/bundle/errors.js';
import * as v from 'valibot';
import { partSchema, type Part } from '../../shared/report/report.js';
import { MAX_DIGEST_ENTRY_BYTES, MAX_DIGEST_ERRORS } from '../limits.js';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const instant = v.pipe(v.number(), v.finite());

/**
 * What the inbox says of a part, read once when the part is accepted. Errors are kept per entry, because the parts of one
 * report may hold the same segments: what two of them have counts once.
 */
export const digestSchema = v.object({
  part: partSchema,
  /** The stretch that the customer sent, on the wall clock (Unix ms): parts of several sessions are laid side by side. */
  startMs: instant,
  endMs: instant,
  errors: v.pipe(v.array(v.object({ sha256: v.string(), count })), v.maxLength(MAX_DIGEST_ERRORS)),
});
export type Digest = v.InferOutput<typeof digestSchema>;

/** Reads the manifest and the error lane of a verified bundle. Rejects with a BundleError. */
export async function readDigest(source: ByteSource, part: Part, signal?: AbortSignal): Promise<Digest> {
  const bundle = await openBundle(source, { signal });
  const { session, range, entries } = bundle.manifest;
  const errors = [];
  for (const entry of entries) {
    if (entry.lane !== 'error' || entry.bytes > MAX_DIGEST_ENTRY_BYTES || errors.length === MAX_DIGEST_ERRORS) continue;
    try {
      const { events } = await bundle.readLaneEvents(entry, { signal });
      errors.push({ sha256: entry.sha256, count: events.filter((event) => event.type === 'error').length });
    } catch (error) {
      signal?.throwIfAborted();
      // An entry in an encoding of a later version: what is in it cannot be counted here.
      if (!(error instanceof BundleError)) throw error;
    }
  }
  const startMs = session.startedMs + range.startMs;
  return { part, startMs, endMs: Math.max(startMs, session.startedMs + range.endMs), errors };
}
