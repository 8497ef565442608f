import { inflateEntry } from '../../shared/bundle/inflate.js';
import type { MaskedValue } from '../../shared/privacy/masked-values.js';
import type { LaneEvent } from '../../shared/session/lane.js';
import { cutEvent, groupLines, isConsoleEvent, MAX_CONSOLE_LINE_LENGTH } from '../../shared/protocol/live-console.js';
import { MAX_PAST_PLAIN_BYTES } from '../../shared/protocol/live-past.js';
import { encodeDomText } from '../../shared/protocol/live-streams.js';
import { MAX_LIVE_MESSAGE_BYTES } from '../../shared/protocol/live.js';
import { EventLines } from '../ring/event-lines.js';
import type { DomItem } from '../ring/ring-event.js';
import type { PastSegment, WaitingLine } from './messages.js';

/** Of a message of JSON lines: room for its frame, and for characters that take three bytes. */
const MAX_TEXT_LENGTH = Math.floor(MAX_LIVE_MESSAGE_BYTES / 3) - 100;

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
        const of = waiting[index];
        return json === undefined || of === undefined ? [] : [lineText(of, json)];
      }),
    );
  }

  /** Undefined where a line of it cannot be written, as the next ones build on it, or it is too large. */
  async chain(segments: readonly PastSegment[]): Promise<WrittenChain | undefined> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (const { source, stored, bytes } of segments) {
      const texts = new TextDecoder().decode(await inflateEntry(stored, bytes, source)).split('\n');
      // What is masked by now is taken out; whoever writes lines looks at nothing but their text.
      const events = texts.filter((text) => text !== '').map((json) => ({ type: 0, timestamp: 0, json }));
      for (const line of this.#lines.write(events)) {
        if (line === undefined) return undefined;
        size += line.length;
        pieces.push(line);
      }
      if (size > MAX_PAST_PLAIN_BYTES) return undefined;
    }
    if (size === 0) return undefined;
    const stream = new Blob(pieces).stream().pipeThrough(new CompressionStream('deflate-raw'));
    return { size, bytes: new Uint8Array(await new Response(stream).arrayBuffer()) };
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
        if (at >= fromMs && isConsoleEvent(event)) waiting.push({ source, at, event });
      }
    }
    return this.lines(waiting.sort((a, b) => a.at - b.at));
  }
}

/** A dom chain as it is sent: deflated raw, and how many bytes it is plain. */
export interface WrittenChain {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: number;
}

function textOf(line: Uint8Array | undefined): string | undefined {
  return line === undefined ? undefined : new TextDecoder().decode(line).trimEnd();
}

function lineText({ source, at, isCut }: WaitingLine, json: string): string {
  const isLong = json.length > MAX_CONSOLE_LINE_LENGTH;
  const head = `{"source":${JSON.stringify(source)},"at":${at}${isLong || isCut === true ? ',"isCut":true' : ''}`;
  return `${head},"event":${isLong ? JSON.stringify(cutEvent(JSON.parse(json) as LaneEvent)) : json}}`;
}

/** Whole lines, as many as a message takes. */
function messagesOf(lines: readonly string[]): string[] {
  return groupLines(lines, ({ length }) => length, MAX_TEXT_LENGTH).map(
    (group) => `{"kind":"lines","lines":[${group.join(',')}]}`,
  );
}
