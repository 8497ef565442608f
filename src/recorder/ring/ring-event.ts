import type { DomEvent, LaneEvent } from '../../shared/session/lane.js';

/**
 * A dom event as its line, with what the ring must know without reading it. Posting a text costs the page half of what
 * posting the event costs, and the worker needs the text.
 */
export interface WrittenEvent {
  readonly type: number;
  readonly timestamp: number;
  readonly json: string;
}

export type DomItem = WrittenEvent | DomEvent;
/** What the ring takes. */
export type RingEvent = DomItem | LaneEvent;

export function isWritten(event: RingEvent): event is WrittenEvent {
  return 'json' in event;
}

// Taken before the page can replace it.
const stringify = JSON.stringify;

/** Old libraries give built-in prototypes a `toJSON`, which changes what JSON becomes of an event in this page. */
function isJsonChanged(): boolean {
  return 'toJSON' in Object.prototype || 'toJSON' in Array.prototype || 'toJSON' in String.prototype;
}

/** Writes an event in the page; one that cannot be written here is left to the worker, whose JSON nobody has changed. */
export function writtenInPage(event: DomEvent): DomItem {
  if (isJsonChanged()) return event;
  try {
    return { type: event.type, timestamp: event.timestamp, json: stringify(event) };
  } catch {
    return event;
  }
}
