import { CONSOLE_PAST_MS, type ConsoleMessage } from '../../shared/protocol/live-console.js';
import type { LaneEvent } from '../../shared/session/lane.js';
import type { PastSegment, WaitingLine } from './messages.js';
import type { Streams } from './streams.js';

export interface ConsoleStreamDeps {
  readonly streams: Pick<Streams, 'lines' | 'past'>;
  readonly channel: { readonly backlogBytes: number; send(text: string): Promise<void> };
  readonly source: string;
  /** Session time of a monotonic time of this page. */
  readonly toSessionMs: (monoMs: number) => number;
  readonly nowMs: () => number;
  /** Sealed segments of the log, network and error lanes that overlap the stretch. */
  readonly readPast: (fromMs: number, toMs: number) => Promise<readonly PastSegment[]>;
}

/** Behind by so much, lines are left out and counted. */
const MAX_BACKLOG_BYTES = 2 * 1024 * 1024;
/** Lines that come while the past is being read. */
const MAX_WAITING = 5000;

/** The log, network and error lanes as they come, and before them those of the last minutes. */
export class ConsoleStream {
  readonly #deps: ConsoleStreamDeps;
  #sending: Promise<void>;
  #waiting = 0;
  #dropped = 0;
  #isStopped = false;

  constructor(deps: ConsoleStreamDeps) {
    this.#deps = deps;
    this.#sending = this.#catchUp().catch(() => undefined); // Without the past, as the ring cannot be read.
  }

  take(events: readonly LaneEvent[]): void {
    if (this.#isStopped || events.length === 0) return;
    const { source, toSessionMs } = this.#deps;
    this.#take(events.map((event) => ({ source, at: toSessionMs(event.t), event })));
  }

  /** What somebody else of this app has said: masked anew, by what is known here. */
  relay(message: ConsoleMessage): void {
    if (this.#isStopped) return;
    if (message.kind === 'dropped') this.#dropped += message.lines;
    else if (message.kind === 'lines') this.#take(message.lines);
  }

  stop(): void {
    this.#isStopped = true;
  }

  #take(lines: readonly WaitingLine[]): void {
    const { channel, streams } = this.#deps;
    if (this.#waiting + lines.length > MAX_WAITING || channel.backlogBytes > MAX_BACKLOG_BYTES) {
      this.#dropped += lines.length;
      return;
    }
    this.#waiting += lines.length;
    const written = streams.lines(lines);
    this.#sending = this.#sending.then(async () => {
      const texts = await written;
      this.#waiting -= lines.length;
      if (this.#dropped > 0) {
        const dropped = { kind: 'dropped', lines: this.#dropped } satisfies ConsoleMessage;
        this.#dropped = 0;
        await this.#send(JSON.stringify(dropped));
      }
      for (const text of texts) await this.#send(text);
    });
  }

  async #catchUp(): Promise<void> {
    const { nowMs, readPast, streams } = this.#deps;
    const toMs = nowMs();
    const fromMs = Math.max(0, toMs - CONSOLE_PAST_MS);
    const segments = await readPast(fromMs, toMs).catch(() => []);
    for (const text of await streams.past(segments, fromMs)) await this.#send(text);
    await this.#send(JSON.stringify({ kind: 'caught-up', fromMs } satisfies ConsoleMessage));
  }

  async #send(text: string): Promise<void> {
    // A channel that is gone ends the whole session, which is told elsewhere.
    if (!this.#isStopped) await this.#deps.channel.send(text).catch(() => undefined);
  }
}
