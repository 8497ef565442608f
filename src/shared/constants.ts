// Limits and defaults, each with its unit and its reason. A limit that guards against a stranger's bytes is a MAX_*.

const KB = 1024;
const MB = 1024 * KB;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** How much of the past the ring keeps, at most, by time. */
export const RING_MAX_AGE_MS = 10 * MINUTE_MS;
/** How much of the past the ring keeps, at most, by stored (deflated) size. */
export const RING_MAX_BYTES = 200 * MB;

/** A dom segment: long enough that deflate finds its repeats (2.5 % over one stream), short enough to drop from a ring. */
export const DOM_SEGMENT_MS = 5 * SECOND_MS;
/** A screen segment, at most: a video file of its own that starts with a keyframe. A keyframe every 5 s doubles its bytes. */
export const SCREEN_SEGMENT_MS = 30 * SECOND_MS;
/** A segment of any other lane is sealed at this plain size or age, whichever comes first. */
export const LINE_SEGMENT_BYTES = 64 * KB;
export const LINE_SEGMENT_MS = 60 * SECOND_MS;
/** Time between two appends of the open segment: what a killed process loses at most. */
export const APPEND_INTERVAL_MS = 500;
/** A dom checkout (full snapshot taken again) comes after both of these: time and bytes since the last one. */
export const CHECKOUT_MIN_MS = 30 * SECOND_MS;
export const CHECKOUT_MIN_BYTES = 256 * KB;
/** ... and after this time at the latest if anything was recorded, so that a quiet page still leaves a bounded chain. */
export const CHECKOUT_MAX_MS = 2 * MINUTE_MS;

/** A window hands rows over to the host in requests of at most this many bytes. */
export const HAND_OVER_CHUNK_BYTES = 1 * MB;
/** A part is uploaded in chunks of at most this many bytes; at most one is sent again after a cut. */
export const UPLOAD_CHUNK_BYTES = 8 * MB;

// What a reader of a bundle accepts.
export const MAX_MANIFEST_BYTES = 32 * MB;
/** 24 hours of five windows is about 100,000 entries. */
export const MAX_ENTRIES = 200_000;
/** One entry, plain. A dom segment of a 50,000-node page is 3 MB; a screen segment of 30 s is 10 MB. */
export const MAX_ENTRY_BYTES = 256 * MB;
/** All entries of one bundle, plain. */
export const MAX_BUNDLE_PLAIN_BYTES = 16 * 1024 * MB;
/** Deflate cannot exceed 1,032 : 1; a log of one repeated line reaches 500. */
export const MAX_DEFLATE_RATIO = 1032;
/** One NDJSON line: a full snapshot of a very large page. */
export const MAX_LINE_BYTES = 64 * MB;
export const MAX_PATH_LENGTH = 512;

/** What a desk accepts as one part. */
export const MAX_PART_BYTES = 2 * 1024 * MB;
/** What the customer, and the technician, can write in one text. */
export const MAX_TEXT_LENGTH = 10_000;

/** A letter, plain: an output chunk of 32,768 characters, each at most 6 bytes when escaped, and the rest. */
export const MAX_LETTER_BYTES = 256 * KB;
/** ... and as it is sealed: age's header for one recipient, and 16 bytes for each 64 KiB. */
export const MAX_SEALED_LETTER_BYTES = MAX_LETTER_BYTES + KB;
/** What one letter may carry of a command's output, in UTF-16 units. */
export const MAX_OUTPUT_TEXT_LENGTH = 32_768;
/** How long a letter may be valid at most: somebody is back from a holiday. */
export const MAX_LETTER_LIFE_MS = 14 * 24 * 60 * MINUTE_MS;
/** How far a sender's clock may run ahead of the receiver's. */
export const LETTER_CLOCK_SLACK_MS = 10 * MINUTE_MS;
