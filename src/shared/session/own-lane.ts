import * as v from 'valibot';

// Lanes of the app's own: what an embedder records beside what the recorder sees by itself.

/** The prefix keeps them apart from every lane that a later version may have. */
const PREFIX = 'app-';
/** A lane's name in a bundle has at most 32 characters. */
const MAX_LANE_LENGTH = 32;
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** How many an app can have at a time. Each is a line in the customer's form, and people read all of it. */
export const MAX_OWN_LANES = 16;
/** Of all windows together, in one draft: the manifest of a bundle lists 64 lanes, and the host process has its own. */
export const MAX_OWN_LANES_OF_WINDOWS = 2 * MAX_OWN_LANES;
/** A text is a line in a list; what is longer belongs into the data. */
export const MAX_OWN_TEXT_LENGTH = 1000;

/** The lane's name in rings and bundles: `app-orders` of the app's `orders`. */
export type OwnLane = `app-${string}`;

export function isOwnLane(lane: string): lane is OwnLane {
  return lane.length <= MAX_LANE_LENGTH && lane.startsWith(PREFIX) && NAME.test(lane.slice(PREFIX.length));
}

/** By the name that the app gives it: lower-case words of letters and digits with `-` between, 28 characters at most. Undefined: no such name. */
export function ownLane(name: string): OwnLane | undefined {
  const lane = `${PREFIX}${name}`;
  return isOwnLane(lane) ? lane : undefined;
}

/** As people read it: `app-print-queue` is “Print queue”. */
export function ownLaneWords(lane: OwnLane): string {
  const words = lane.slice(PREFIX.length).replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const ownLaneSchema = v.custom<OwnLane>((value) => typeof value === 'string' && isOwnLane(value));

export const OWN_LEVELS = ['info', 'warn', 'error'] as const;
export type OwnLevel = (typeof OWN_LEVELS)[number];

export const ownEventSchema = v.object({
  type: ownLaneSchema,
  /** Milliseconds on the source's monotonic clock, as in every lane. */
  t: v.pipe(v.number(), v.finite(), v.minValue(0)),
  /** Absent: `info`. */
  level: v.optional(v.picklist(OWN_LEVELS)),
  text: v.pipe(v.string(), v.maxLength(1_000_000)),
  /** What the app gave with it, bounded and made JSON. */
  data: v.optional(v.unknown()),
});
export type OwnEvent = v.InferOutput<typeof ownEventSchema>;
