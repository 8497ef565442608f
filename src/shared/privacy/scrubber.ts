import type { DomEvent, LaneEvent } from '../session/lane.js';
import { isOwnLane, type OwnEvent, type OwnLane } from '../session/own-lane.js';
import { scrubDomEvent, type ScrubText } from './dom-scrub.js';
import type { MaskedValues } from './masked-values.js';
import { Matcher } from './matcher.js';
import { fold } from './needles.js';
import { MASK } from './policy.js';
import { mayHaveCredentials, redactUrlsIn } from './redact-url.js';

/** Takes masked values, and credentials in URLs, out of what is about to be written. It follows later additions to its set of values. */
export interface Scrubber {
  /** Whether `json` (any serialised text) may hold either. A "no" is certain and is what nearly every batch gets. */
  mayHold(json: string): boolean;
  text: ScrubText;
  /** A copy of a JSON value with every string, key and number in it scrubbed. */
  value<T>(value: T): T;
  /** Scrubs an event in place, where an event of its kind holds text, and answers it. What it is structured by stays. */
  event<T extends DomEvent | LaneEvent>(event: T): T;
}

/** Encoded pictures and fonts: what is found in them is chance, and a hole in them breaks them. */
const BASE64_DATA = /(data:[\w/+.;=-]{0,100};base64,[A-Za-z0-9+/=]{64,})/;
/** JSON that reached us is no deeper than this; what is deeper goes. */
const MAX_DEPTH = 100;

function scrubDeep(value: unknown, text: ScrubText, depth: number): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') {
    const digits = String(value);
    const scrubbed = text(digits);
    return scrubbed === digits ? value : scrubbed;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return MASK;
  if (Array.isArray(value)) return value.map((item: unknown) => scrubDeep(item, text, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [text(key), scrubDeep(item, text, depth + 1)] as const),
  );
}

type BuiltInType = Exclude<LaneEvent['type'], OwnLane>;

// Which fields of our events hold text that an app or a person wrote. The rest is ours: numbers and words of a schema.
const TEXT_FIELDS: Readonly<Record<BuiltInType, readonly string[]>> = {
  log: ['message', 'stack'],
  network: ['url', 'method', 'statusText', 'error', 'contentType'],
  error: ['name', 'message', 'stack'],
  action: ['text'],
  recorder: ['text'],
  thumbnail: [],
  live: ['text', 'why', 'name', 'organisation'],
};

const OWN_TEXT_FIELDS = ['text'];

function isOwnEvent(event: LaneEvent): event is OwnEvent {
  return isOwnLane(event.type);
}

function scrubLaneEvent(event: LaneEvent, text: ScrubText): void {
  const fields = event as unknown as Record<string, unknown>;
  for (const name of isOwnEvent(event) ? OWN_TEXT_FIELDS : TEXT_FIELDS[event.type]) {
    const field = fields[name];
    if (typeof field === 'string') fields[name] = text(field);
  }
  if (isOwnEvent(event) && event.data !== undefined) event.data = scrubDeep(event.data, text, 0);
  if (event.type === 'log') {
    event.logger = text(event.logger, true);
    if (event.args !== undefined) event.args = event.args.map((item) => scrubDeep(item, text, 0));
  }
  if ((event.type === 'log' || event.type === 'error') && event.location !== undefined) {
    event.location.url = text(event.location.url, true);
  }
}

/** `values-only`: for what has been through a scrubber before, and has no credentials any more. */
export function createScrubber(values: MaskedValues, what: 'all' | 'values-only' = 'all'): Scrubber {
  const matcher = new Matcher(values);
  const isAll = what === 'all';
  const plain: ScrubText = (whole, inStyle = false) => {
    const text = matcher.replace(whole, MASK, inStyle);
    return isAll ? redactUrlsIn(text) : text;
  };
  const text: ScrubText = (whole, inStyle = false) => {
    if (!whole.includes(';base64,')) return plain(whole, inStyle);
    // split() with a group answers the text between at even places and the data at odd ones.
    return whole
      .split(BASE64_DATA)
      .map((part, index) => (index % 2 === 1 ? part : plain(part, inStyle)))
      .join('');
  };
  return {
    text,
    mayHold: (json) =>
      (isAll && mayHaveCredentials(json)) || (!matcher.isEmpty && matcher.find(fold(json), 0, false) !== undefined),
    value: <T>(value: T) => scrubDeep(value, text, 0) as T,
    event(event) {
      if (!isAll && matcher.isEmpty) return event;
      if (typeof event.type === 'string') scrubLaneEvent(event, text);
      else scrubDomEvent(event, text, (data) => scrubDeep(data, text, 0));
      return event;
    },
  };
}
