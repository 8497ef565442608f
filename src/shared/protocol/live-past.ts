import * as v from 'valibot';
import { inflateEntry } from '../bundle/inflate.js';
import { MAX_DEFLATE_RATIO } from '../constants.js';
import { LiveError } from './live-errors.js';

// What the app showed before, out of the customer's ring, on `bulk`. See docs/live-protocol.md, "Going back".

/** So much of what was before the grant `view-dom` is within it: what led to the call. */
export const PAST_BEFORE_MS = 5 * 60_000;
/** One chain, deflated and plain: a full snapshot of a very large page and two minutes of a busy one. */
export const MAX_PAST_BYTES = 16 * 1024 * 1024;
export const MAX_PAST_PLAIN_BYTES = 48 * 1024 * 1024;

const instant = v.pipe(v.number(), v.finite());
const uuid = v.pipe(v.string(), v.uuid());

/** The bytes beside it are a dom chain from its full snapshot on, as a bundle has it: NDJSON, deflated raw. */
export const pastHeadSchema = v.object({
  kind: v.literal('past'),
  request: uuid,
  source: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  /** Session time: from where to where it shows the page. */
  startMs: instant,
  endMs: instant,
  /** Nothing earlier can be asked for. */
  fromMs: instant,
  /** Of its source: `timestamp − originMs + offsetMs` is the session time of an event. */
  originMs: instant,
  offsetMs: instant,
  /** Plain bytes. */
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_PAST_PLAIN_BYTES)),
});
export type PastHead = v.InferOutput<typeof pastHeadSchema>;

export const PAST_FAILURES = {
  'past-gap': 'Nothing was recorded at that moment.',
  'past-too-large': 'What the app showed then is too large to be sent.',
  'past-unreadable': 'The customer’s computer could not read what it has kept.',
} as const;
export type PastFailure = keyof typeof PAST_FAILURES;

export const pastMessageSchemas = [
  /** With the grant `view-dom`: what was shown at this session time. A newer one takes the place of one that waits. */
  v.object({ type: v.literal('past-asked'), request: uuid, atMs: instant }),
  v.object({
    type: v.literal('past-failed'),
    request: uuid,
    code: v.pipe(v.string(), v.maxLength(200)),
    message: v.pipe(v.string(), v.maxLength(500)),
  }),
] as const;

/** The plain lines. Rejects with `live-malformed`; never holds more than the head said it would be. */
export async function inflatePast(
  { size }: Pick<PastHead, 'size'>,
  bytes: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  if (size > bytes.length * MAX_DEFLATE_RATIO) throw new LiveError('live-malformed');
  try {
    return await inflateEntry(bytes, size, 'past');
  } catch (cause) {
    throw new LiveError('live-malformed', { cause });
  }
}
