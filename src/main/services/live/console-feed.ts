import { inflateRawSync } from 'node:zlib';
import {
  CONSOLE_LANES,
  CONSOLE_PAST_MS,
  cutEvent,
  groupLines,
  isConsoleEvent,
  MAX_CONSOLE_LINE_LENGTH,
  type ConsoleLine,
  type ConsoleMessage,
} from '../../../shared/protocol/live-console.js';
import type { LiveHostNews } from '../../../shared/protocol/live-host.js';
import { toSessionMs, type Source } from '../../../shared/session/clock.js';
import type { LaneEvent } from '../../../shared/session/lane.js';
import type { Segment } from '../../../shared/session/segment.js';
import type { HostClock } from '../host-clock.js';
import type { HostLanes } from '../host-lanes.js';
import { LineBudget } from '../line-budget.js';
import type { Session } from '../session.js';
import { LiveServiceError } from './live-service-error.js';

export interface ConsoleFeedOptions {
  readonly clock: HostClock;
  readonly lanes: Pick<HostLanes, 'seal' | 'read' | 'onWritten' | 'maskEvent'>;
  readonly session: Pick<Session, 'hostSource' | 'nowMs'> & {
    source(id: string): Pick<Source, 'anchors' | 'window'> | undefined;
  };
  /** To the page of a window. */
  readonly tell: (source: string, session: string, news: LiveHostNews) => void;
  /** The pages that can be told something. */
  readonly windows: () => readonly string[];
}

/** The page that sends the console to a technician, and the live session that it has. */
export interface ConsoleReader {
  readonly session: string;
  readonly page: string;
}

/** Lines of the past: the newest of them, as many as somebody looks through. */
const MAX_PAST_LINES = 2000;
/** Plain bytes that are read for them. */
const MAX_PAST_BYTES = 4 * 1024 * 1024;
/** Of what is told to a page at once, in characters of JSON. */
const MAX_NEWS_LENGTH = 64 * 1024;

/**
 * What the page of a live session does not know by itself, while `console` is granted: the lines of the host process, and those
 * that the app's other windows lend.
 */
export class ConsoleFeed {
  readonly #options: ConsoleFeedOptions;
  readonly #budgets = new Map<string, LineBudget>();
  #reader: ConsoleReader | undefined;
  #stop: () => void = () => undefined;

  constructor(options: ConsoleFeedOptions) {
    this.#options = options;
  }

  /** Who reads it from now on, after the last minutes; undefined: nobody. The same one again changes nothing. */
  set(reader: ConsoleReader | undefined): void {
    if (reader?.page === this.#reader?.page && reader?.session === this.#reader?.session) return;
    this.#end();
    if (reader === undefined) return;
    this.#reader = reader;
    const past = this.#past();
    this.#stop = this.#options.lanes.onWritten((lines) => {
      const { session } = this.#options;
      this.#send(lines.flatMap((line) => this.#lineOf(session.hostSource, line) ?? []));
    });
    this.#send(past);
    for (const window of this.#options.windows()) this.join(window);
  }

  /** A window is there, perhaps again. */
  join(window: string): void {
    const reader = this.#reader;
    if (reader === undefined || window === reader.page) return;
    this.#options.tell(window, reader.session, { kind: 'lend-console', isWanted: true });
  }

  /** From a window that lends its lines. Throws `live-not-open` where nobody has asked for them. */
  lend(window: string, session: string, message: ConsoleMessage): void {
    const reader = this.#reader;
    if (reader?.session !== session || reader.page === window) throw new LiveServiceError('live-not-open');
    if (message.kind === 'caught-up') return; // Of that window; the one that has the session says when all is there.
    if (message.kind === 'dropped') {
      this.#tell(message);
      return;
    }
    const budget = this.#budgets.get(window) ?? new LineBudget(this.#options.clock);
    this.#budgets.set(window, budget);
    // Whatever a page says, the lines are its own.
    const lines = message.lines.map((line) => ({
      ...line,
      source: window,
      event: this.#options.lanes.maskEvent(line.event),
    }));
    if (budget.take(JSON.stringify(lines).length)) this.#send(lines);
    else this.#tell({ kind: 'dropped', lines: lines.length });
  }

  close(): void {
    this.#end();
  }

  #end(): void {
    const reader = this.#reader;
    this.#stop();
    this.#stop = () => undefined;
    this.#reader = undefined;
    this.#budgets.clear();
    if (reader === undefined) return;
    for (const window of this.#options.windows()) {
      if (window === reader.page) continue;
      this.#options.tell(window, reader.session, { kind: 'lend-console', isWanted: false });
    }
  }

  #send(lines: readonly ConsoleLine[]): void {
    for (const group of groupLines(lines, (line) => JSON.stringify(line).length, MAX_NEWS_LENGTH)) {
      this.#tell({ kind: 'lines', lines: group });
    }
  }

  #tell(message: ConsoleMessage): void {
    const reader = this.#reader;
    if (reader !== undefined) this.#options.tell(reader.page, reader.session, { kind: 'console', message });
  }

  /** Of all runs of the host process in this session, oldest first. */
  #past(): ConsoleLine[] {
    const { lanes, session } = this.#options;
    const fromMs = session.nowMs() - CONSOLE_PAST_MS;
    const segments = lanes
      .seal()
      .filter(({ lane }) => (CONSOLE_LANES as readonly string[]).includes(lane))
      .map((segment) => ({ segment, endMs: this.#sessionMs(segment.source, segment.endMonoMs) }))
      .filter(({ endMs }) => endMs >= fromMs)
      .sort((a, b) => b.endMs - a.endMs);
    const past: ConsoleLine[] = [];
    let bytes = 0;
    for (const { segment } of segments) {
      bytes += segment.bytes;
      if (bytes > MAX_PAST_BYTES) break;
      for (const text of this.#textOf(segment).split('\n')) {
        const line = text === '' ? undefined : this.#lineOf(segment.source, text);
        if (line !== undefined && line.at >= fromMs) past.push(line);
      }
    }
    return past.sort((a, b) => a.at - b.at).slice(-MAX_PAST_LINES);
  }

  #textOf(segment: Segment): string {
    const stored = this.#options.lanes.read(segment)?.stored;
    try {
      return stored === undefined ? '' : inflateRawSync(stored, { maxOutputLength: segment.bytes }).toString('utf8');
    } catch {
      return ''; // A file that was damaged on the disk: the rest is shown all the same.
    }
  }

  /** Undefined for what is not of the console. */
  #lineOf(source: string, json: string): ConsoleLine | undefined {
    // The host process has written it itself, in this version or one before it; the other side parses it by its schema.
    const event = JSON.parse(json) as LaneEvent;
    if (!isConsoleEvent(event)) return undefined;
    const at = this.#sessionMs(source, event.t);
    return json.length <= MAX_CONSOLE_LINE_LENGTH
      ? { source, at, event }
      : { source, at, isCut: true, event: cutEvent(event) };
  }

  #sessionMs(source: string, monoMs: number): number {
    return toSessionMs(this.#options.session.source(source) ?? { anchors: [] }, monoMs);
  }
}
