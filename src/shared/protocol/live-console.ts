import * as v from 'valibot';
import {
  errorEventSchema,
  logEventSchema,
  networkEventSchema,
  type ErrorEvent,
  type LaneEvent,
  type LogEvent,
  type NetworkEvent,
} from '../session/lane.js';

// What flows on the channel `console`: JSON text, one message each, from the publisher. See docs/live-protocol.md, "Streams".

export const CONSOLE_LANES = ['log', 'network', 'error'] as const;
export type ConsoleLane = (typeof CONSOLE_LANES)[number];
export type ConsoleEvent = LogEvent | NetworkEvent | ErrorEvent;
/** Of the ring, on joining: what led to the call is in it. */
export const CONSOLE_PAST_MS = 5 * 60_000;
/** Lines in one message at most, and one line's JSON at most: a longer one is cut, and says so. */
export const MAX_CONSOLE_LINES = 200;
export const MAX_CONSOLE_LINE_LENGTH = 16_000;
/** What is kept of each text of a line that is too long. */
const CUT_LENGTH = 2000;

const instant = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const consoleLineSchema = v.object({
  source: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  /** Session time. */
  at: instant,
  event: v.variant('type', [logEventSchema, networkEventSchema, errorEventSchema]),
  /** Its texts were cut. */
  isCut: v.optional(v.literal(true)),
});
export type ConsoleLine = v.InferOutput<typeof consoleLineSchema>;

export const consoleMessageSchema = v.variant('kind', [
  v.object({
    kind: v.literal('lines'),
    lines: v.pipe(v.array(consoleLineSchema), v.minLength(1), v.maxLength(MAX_CONSOLE_LINES)),
  }),
  /** The last minutes of the ring have all been sent, from this session time on; what comes now is new. */
  v.object({ kind: v.literal('caught-up'), fromMs: instant }),
  /** So many lines were left out, as the connection was too slow for them. */
  v.object({ kind: v.literal('dropped'), lines: count }),
]);
export type ConsoleMessage = v.InferOutput<typeof consoleMessageSchema>;

export function isConsoleEvent(event: LaneEvent): event is ConsoleEvent {
  return (CONSOLE_LANES as readonly string[]).includes(event.type);
}

/** An event whose JSON is longer than a line may be: what is left of it. */
export function cutEvent<E extends LaneEvent>(event: E): E {
  const shorter = Object.entries(event)
    .filter(([name]) => name !== 'args')
    .map(([name, value]: [string, unknown]) => [name, typeof value === 'string' ? value.slice(0, CUT_LENGTH) : value]);
  return Object.fromEntries(shorter) as E;
}

/** Groups lines (or what stands for them) so that no group has more than a message may, by the length of each one's JSON. */
export function groupLines<T>(lines: readonly T[], lengthOf: (line: T) => number, maxLength: number): T[][] {
  const groups: T[][] = [];
  let [open, length]: [T[], number] = [[], 0];
  for (const line of lines) {
    const more = lengthOf(line) + 1;
    if (open.length >= MAX_CONSOLE_LINES || (open.length > 0 && length + more > maxLength)) {
      groups.push(open);
      [open, length] = [[], 0];
    }
    open.push(line);
    length += more;
  }
  return open.length === 0 ? groups : [...groups, open];
}
