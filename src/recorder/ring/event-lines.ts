import { MAX_LINE_BYTES } from '../../shared/constants.js';
import { MaskedValues, type MaskedValue } from '../../shared/privacy/masked-values.js';
import { createScrubber, type Scrubber } from '../../shared/privacy/scrubber.js';
import type { DomEvent, LaneEvent } from '../../shared/session/lane.js';
import type { Line } from './open-segment.js';
import { isWritten, type TextEvent } from './ring-event.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes events as lines, without anything that a masked field holds or held. */
export class EventLines {
  readonly #values = new MaskedValues();
  readonly #scrubber = createScrubber(this.#values);

  /** From now on these values are taken out. Answers a scrubber of the new ones alone, for lines that stand already. */
  mask(values: readonly MaskedValue[]): Scrubber | undefined {
    if (values.length === 0) return undefined;
    const fresh = new MaskedValues();
    for (const { value, kind, follows } of values) {
      this.#values.add(value, kind, follows);
      fresh.add(value, kind);
    }
    return createScrubber(fresh, 'values-only');
  }

  /** One line for each event; undefined for one that cannot be written or is too large. */
  write(events: readonly TextEvent[]): (Line | undefined)[] {
    const texts = events.map((event) => (isWritten(event) ? event.json : toJson(event)));
    // One look at the whole batch: nearly none holds a masked value.
    const isSuspect = this.#scrubber.mayHold(texts.join('\n'));
    return events.map((event, index) => {
      let json = texts[index];
      if (isSuspect && json !== undefined && this.#scrubber.mayHold(json)) {
        json = toJson(this.#scrubber.event(isWritten(event) ? (JSON.parse(json) as DomEvent) : event));
      }
      return json === undefined ? undefined : toLine(json);
    });
  }
}

/** Takes values out of a line that was written before the values were known. */
export function scrubLine(scrubber: Scrubber, line: Line): Line {
  const json = decoder.decode(line);
  if (!scrubber.mayHold(json)) return line;
  const event = JSON.parse(json) as DomEvent | LaneEvent;
  return encoder.encode(JSON.stringify(scrubber.event(event)) + '\n');
}

function toJson(event: DomEvent | LaneEvent): string | undefined {
  try {
    return JSON.stringify(event);
  } catch {
    return undefined; // A BigInt, or nested deeper than the stack: the caller counts it as dropped.
  }
}

function toLine(json: string): Line | undefined {
  // A character takes at least one byte: what is too long needs no encoding to be known as too large.
  if (json.length >= MAX_LINE_BYTES) return undefined;
  const line = encoder.encode(json + '\n');
  return line.byteLength > MAX_LINE_BYTES ? undefined : line;
}
