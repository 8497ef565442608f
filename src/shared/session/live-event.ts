import * as v from 'valibot';

// The events of the `live` lane: what happened in a live session while the customer had granted that it is recorded. The host process
// writes them. Words that a later version may add to (grants, reasons, commands) are names here, not lists: a reader shows what it does
// not know as it is.

/** Milliseconds on the source's monotonic clock, as in every other lane. */
const mono = v.pipe(v.number(), v.finite(), v.minValue(0));
const instant = v.pipe(v.number(), v.finite());
const text = v.pipe(v.string(), v.maxLength(10_000));
const line = v.pipe(v.string(), v.maxLength(500));
const name = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/));

const head = {
  type: v.literal('live'),
  t: mono,
  /** Which live session: a report may have several. */
  session: v.pipe(v.string(), v.uuid()),
  /** The same for people, in a sentence; of a message, the message. */
  text,
};

export const liveEventSchema = v.variant('kind', [
  /** Recording began, or ended: between the two lies the granted stretch. `reason`: why it ended, a withdrawal's word. */
  v.object({
    ...head,
    kind: v.literal('recording'),
    state: v.picklist(['on', 'off']),
    way: v.optional(name),
    reason: v.optional(name),
  }),
  /** Who is connected. `signingKey` where they are known by it, and then `isVerified`. */
  v.object({
    ...head,
    kind: v.literal('with'),
    name: v.optional(line),
    organisation: v.optional(line),
    signingKey: v.optional(line),
    isVerified: v.boolean(),
  }),
  v.object({
    ...head,
    kind: v.literal('grant'),
    /** One id for all that happens to one ask. */
    grant: v.pipe(v.string(), v.uuid()),
    what: name,
    state: v.picklist(['asked', 'given', 'refused', 'ended']),
    /** The technician's words. */
    why: v.optional(line),
    /** A withdrawal's word. */
    reason: v.optional(name),
    /** Unix ms. */
    untilMs: v.optional(instant),
  }),
  v.object({ ...head, kind: v.literal('chat'), from: v.picklist(['customer', 'technician']) }),
  v.object({ ...head, kind: v.literal('doing'), what: name }),
  /** Of the connection, as the customer's side measures it. */
  v.object({
    ...head,
    kind: v.literal('quality'),
    isUnstable: v.boolean(),
    roundTripMs: v.optional(v.pipe(v.number(), v.minValue(0))),
    lossRatio: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    route: v.optional(name),
  }),
  v.object({ ...head, kind: v.literal('video'), state: name, surface: v.optional(name) }),
  /** A command of this technician's: proposed, approved, denied, ended … */
  v.object({
    ...head,
    kind: v.literal('command'),
    proposal: v.pipe(v.string(), v.uuid()),
    command: v.optional(line),
    state: name,
  }),
]);
export type LiveEvent = v.InferOutput<typeof liveEventSchema>;
