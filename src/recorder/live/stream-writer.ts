import { inflateEntry } from '../../shared/bundle/inflate.js';
import type { MaskedValue } from '../../shared/privacy/masked-values.js';
import type { LaneEvent } from '../../shared/session/lane.js';
import {
  CONSOLE_LANES,
  encodeDomText,
  MAX_CONSOLE_LINE_LENGTH,
  MAX_CONSOLE_LINES,
} from '../../shared/protocol/live-streams.js';
import { MAX_LIVE_MESSAGE_BYTES } from '../../shared/protocol/live.js';
import { EventLines } from '../ring/event-lines.js';
import type { DomItem } from '../ring/ring-event.js';
import type { PastSegment, WaitingLine } from './messages.js';

/** Of a message of JSON lines: room for its frame, and for characters that take three bytes. */
const MAX_TEXT_LENGTH = Math.floor(MAX_LIVE_MESSAGE_BYTES / 3) - 100;
/** What is kept of each text of a line that is too long. */
const CUT_LENGTH = 2000;

/** Writes what leaves through a live session, without anything that a masked field holds or held: by the same code as the ring. */
export class StreamWriter {
  readonly #lines = new EventLines();

  mask(values: readonly MaskedValue[]): void {
    this.#lines.mask(values);
  }

  /** One message for these events; undefined where one of them cannot be written, as the next ones build on it. */
  async dom(events: readonly DomItem[]): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const lines = this.#lines.write(events).map(textOf);
    if (lines.length === 0 || lines.includes(undefined)) return undefined;
    return await encodeDomText(`{"kind":"events","events":[${lines.join(',')}]}`);
  }

  lines(waiting: readonly WaitingLine[]): string[] {
    const written = this.#lines.write(waiting.map(({ event }) => event));
    return messagesOf(
      written.flatMap((line, index) => {
        const json = textOf(line);
        const { source = '', at = 0 } = waiting[index] ?? {};
        return json === undefined ? [] : [lineText(source, at, json)];
      }),
    );
  }

  /** Lines of the ring, from this session time on, oldest first. */
  async past(segments: readonly PastSegment[], fromMs: number): Promise<string[]> {
    const waiting: WaitingLine[] = [];
    for (const { source, stored, bytes, offsetMs } of segments) {
      const plain = await inflateEntry(stored, bytes, source);
      for (const text of new TextDecoder().decode(plain).split('\n')) {
        if (text === '') continue;
        // Our own ring's, written by this version or one before it; the other side parses it by its schema.
        const event = JSON.parse(text) as LaneEvent;
        const at = event.t + offsetMs;
        if (at >= fromMs && isConsole(event)) waiting.push({ source, at, event });
      }
    }
    return this.lines(waiting.sort((a, b) => a.at - b.at));
  }
}

export function isConsole({ type }: LaneEvent): boolean {
  return (CONSOLE_LANES as readonly string[]).includes(type);
}

function textOf(line: Uint8Array | undefined): string | undefined {
  return line === undefined ? undefined : new TextDecoder().decode(line).trimEnd();
}

function lineText(source: string, at: number, json: string): string {
  const head = `{"source":${JSON.stringify(source)},"at":${at}`;
  if (json.length <= MAX_CONSOLE_LINE_LENGTH) return `${head},"event":${json}}`;
  return `${head},"isCut":true,"event":${JSON.stringify(cut(JSON.parse(json) as LaneEvent))}}`;
}

function cut(event: LaneEvent): LaneEvent {
  const shorter = Object.entries(event)
    .filter(([name]) => name !== 'args')
    .map(([name, value]: [string, unknown]) => [name, typeof value === 'string' ? value.slice(0, CUT_LENGTH) : value]);
  return Object.fromEntries(shorter) as LaneEvent;
}

/** Whole lines, as many as a message takes. */
function messagesOf(lines: readonly string[]): string[] {
  const messages: string[] = [];
  let [open, length]: [string[], number] = [[], 0];
  const close = (): void => {
    if (open.length > 0) messages.push(`{"kind":"lines","lines":[${open.join(',')}]}`);
    [open, length] = [[], 0];
  };
  for (const line of lines) {
    if (open.length >= MAX_CONSOLE_LINES || length + line.length > MAX_TEXT_LENGTH) close();
    open.push(line);
    length += line.length + 1;
  }
  close();
  return messages;
}
