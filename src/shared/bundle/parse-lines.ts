import * as v from 'valibot';
import { MAX_LINE_BYTES } from '../constants.js';
import { domEventSchema, isLineLane, laneEventSchema, type DomEvent, type LaneEvent } from '../session/lane.js';

/** The events of an entry. A line that cannot be read costs that line and is counted. */
export interface ParsedLines<T> {
  readonly events: T[];
  /** Lines that are no JSON, or not what an event of their type must be. */
  readonly badLines: number;
  /** Lines of a type that this version does not know: a newer recorder's, not damage. */
  readonly unknownEvents: number;
}

const LINE_FEED = 0x0a;

/** rrweb events, one a line. Their inner shape is rrweb's and is checked where it is replayed. */
export function parseDomLines(plain: Uint8Array): ParsedLines<DomEvent> {
  return parseLines(plain, (value) => (v.is(domEventSchema, value) ? value : 'bad'));
}

/** Our own events, one a line; `lane` is the lane that the entry claims to be of. */
export function parseLaneLines(plain: Uint8Array, lane: string): ParsedLines<LaneEvent> {
  return parseLines(plain, (value) => {
    if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string')
      return 'bad';
    if (value.type !== 'thumbnail' && !isLineLane(value.type)) return 'unknown';
    if (value.type !== lane) return 'bad';
    const result = v.safeParse(laneEventSchema, value);
    return result.success ? result.output : 'bad';
  });
}

function parseLines<T extends object>(
  plain: Uint8Array,
  check: (value: unknown) => T | 'bad' | 'unknown',
): ParsedLines<T> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const events: T[] = [];
  let badLines = 0;
  let unknownEvents = 0;
  for (const line of linesOf(plain)) {
    const event = line.length > MAX_LINE_BYTES ? 'bad' : parseLine(line, decoder, check);
    if (event === 'bad') badLines++;
    else if (event === 'unknown') unknownEvents++;
    else events.push(event);
  }
  return { events, badLines, unknownEvents };
}

function parseLine<T>(
  line: Uint8Array,
  decoder: InstanceType<typeof TextDecoder>,
  check: (value: unknown) => T | 'bad' | 'unknown',
): T | 'bad' | 'unknown' {
  try {
    return check(JSON.parse(decoder.decode(line)));
  } catch {
    return 'bad'; // Not UTF-8 or not JSON. The caller counts it.
  }
}

/** Lines without their ends; empty lines (also of a stray CR) are none. The last one needs no end. */
function* linesOf(plain: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < plain.length;) {
    const found = plain.indexOf(LINE_FEED, start);
    const end = found === -1 ? plain.length : found;
    if (end > start) yield plain.subarray(start, end);
    start = end + 1;
  }
}
