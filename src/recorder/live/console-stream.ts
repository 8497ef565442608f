import type { ConsoleMessage } from '../../shared/protocol/live-streams.js';
import type { LaneEvent } from '../../shared/session/lane.js';
import type { SendingChannel } from '../../live/publisher/framed-sender.js';
import type { PastSegment } from './messages.js';
import type { Streams } from './streams.js';

export interface ConsoleStreamDeps {
  readonly streams: Pick<Streams, 'lines' | 'past'>;
  readonly channel: SendingChannel;
  readonly source: string;
  /** Session time of a monotonic time of this page. */
  readonly toSessionMs: (monoMs: number) => number;
  readonly nowMs: () => number;
  /** Sealed segments of the log, network and error lanes that overlap the stretch. */
  readonly readPast: (fromMs: number, toMs: number) => Promise<readonly PastSegment[]>;
}

/** Of the ring, on joining: what led to the call is in it. */
export const PAST_MS = 5 * 60_000;
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
    const { channel, source, streams, toSessionMs } = this.#deps;
    if (this.#waiting + events.length > MAX_WAITING || channel.backlogBytes > MAX_BACKLOG_BYTES) {
      this.#dropped += events.length;
      return;
    }
    this.#waiting += events.length;
    const written = streams.lines(events.map((event) => ({ source, at: toSessionMs(event.t), event })));
    this.#sending = this.#sending.then(async () => {
      const texts = await written;
      this.#waiting -= events.length;
      if (this.#dropped > 0) {
        const lines = this.#dropped;
        this.#dropped = 0;
        await this.#send(JSON.stringify({ kind: 'dropped', lines } satisfies ConsoleMessage));
      }
      for (const text of texts) await this.#send(text);
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #catchUp(): Promise<void> {
    const { nowMs, readPast, streams } = this.#deps;
    const toMs = nowMs();
    const fromMs = Math.max(0, toMs - PAST_MS);
    const segments = await readPast(fromMs, toMs).catch(() => []);
    for (const text of await streams.past(segments, fromMs)) await this.#send(text);
    await this.#send(JSON.stringify({ kind: 'caught-up', fromMs } satisfies ConsoleMessage));
  }

  async #send(text: string): Promise<void> {
    // A channel that is gone ends the whole session, which is told elsewhere.
    if (!this.#isStopped) await this.#deps.channel.send(text).catch(() => undefined);
  }
}
