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
/** What becomes a line. */
export type TextEvent = DomItem | LaneEvent;

/**
 * A piece of a video file of the screen lane. A file is written as it grows, so that what a killed window leaves can be
 * played; when it is done, `whole` takes the place of all its pieces, with what only a finished file has (length, index).
 */
export interface ScreenChunk {
  readonly type: 'screen';
  /** Counts up with each file that this document records. */
  readonly file: number;
  readonly place: 'first' | 'next' | 'whole';
  /** Monotonic ms of the file's time 0. */
  readonly startMonoMs: number;
  /** Frames in this piece. */
  readonly frames: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the ring takes. */
export type RingEvent = TextEvent | ScreenChunk;

export function isWritten(event: TextEvent): event is WrittenEvent {
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
