import { DOM_SEGMENT_MS, LINE_SEGMENT_BYTES, LINE_SEGMENT_MS, SCREEN_SEGMENT_MS } from '../constants.js';
import type { Lane } from './lane.js';

/**
 * A dom segment is also sealed at this plain size, so that a storm of mutations cannot grow one without bound in memory.
 * It is larger than the full snapshot of a 50,000-node page (3 MB) with its five seconds of mutations.
 */
export const DOM_SEGMENT_MAX_BYTES = 8 * 1024 * 1024;

/** A screen segment is also sealed at this size. 30 s of text are 1 MB; a film that fills the screen reaches it sooner. */
export const SCREEN_SEGMENT_MAX_BYTES = 8 * 1024 * 1024;
/** Its recorder cuts it; a segment that is this much older lost its recorder. */
const SCREEN_CUT_SLACK_MS = 5000;

interface Limits {
  readonly ageMs: number;
  readonly bytes: number;
}

const LINES: Limits = { ageMs: LINE_SEGMENT_MS, bytes: LINE_SEGMENT_BYTES };
const OTHERS: Partial<Record<Lane, Limits>> = {
  dom: { ageMs: DOM_SEGMENT_MS, bytes: DOM_SEGMENT_MAX_BYTES },
  // Twice: what goes over it is the file's own business, and never worth half a file.
  screen: { ageMs: SCREEN_SEGMENT_MS + SCREEN_CUT_SLACK_MS, bytes: 2 * SCREEN_SEGMENT_MAX_BYTES },
};

function limitsOf(lane: Lane): Limits {
  return OTHERS[lane] ?? LINES;
}

/** What is in a segment that is still open. */
export interface OpenExtent {
  /** Monotonic ms of its first event. */
  readonly startMonoMs: number;
  /** Plain size of its lines, line ends included. */
  readonly bytes: number;
}

/** Is it time to seal, by age? Both rings ask on every event and every second, so that a lane that fell silent is sealed too. */
export function isSegmentOld(lane: Lane, open: OpenExtent, nowMonoMs: number): boolean {
  return nowMonoMs - open.startMonoMs >= limitsOf(lane).ageMs;
}

/** Would one more line make it too large? A single line may be larger than the limit: it is a segment of its own. */
export function isSegmentFull(lane: Lane, open: OpenExtent, nextBytes: number): boolean {
  return open.bytes > 0 && open.bytes + nextBytes > limitsOf(lane).bytes;
}
