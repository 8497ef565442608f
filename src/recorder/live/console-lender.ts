import type { ConsoleMessage } from '../../shared/protocol/live-console.js';
import type { LivePageNews } from '../../shared/protocol/live-host.js';
import type { LaneEvent } from '../../shared/session/lane.js';
import { isConsoleEvent } from '../../shared/protocol/live-console.js';
import { now } from '../page.js';
import { ConsoleStream } from './console-stream.js';
import type { StreamSource } from './stream-source.js';
import { readPast, sessionTime } from './past.js';
import { Streams, type MaskedSource } from './streams.js';

export interface ConsoleLenderDeps {
  readonly masked: MaskedSource;
  readonly source: StreamSource;
  /** Rejects where the host process cannot be reached, or wants no more. */
  readonly tell: (news: LivePageNews) => Promise<unknown>;
}

/** The lines of this window for a live session that another window of the app has, through the host process. */
export class ConsoleLender {
  readonly #deps: ConsoleLenderDeps;
  readonly #streams: Streams;
  readonly #console: ConsoleStream;
  /** Told, and not taken yet. */
  #backlogBytes = 0;

  constructor(deps: ConsoleLenderDeps) {
    this.#deps = deps;
    const { masked, source } = deps;
    this.#streams = new Streams(masked, () => {
      this.stop();
    });
    const backlog = (): number => this.#backlogBytes;
    this.#console = new ConsoleStream({
      streams: this.#streams,
      channel: {
        send: (text) => this.#send(text),
        get backlogBytes() {
          return backlog();
        },
      },
      source: source.id(),
      toSessionMs: (monoMs) => sessionTime(source.anchor(), monoMs),
      nowMs: () => sessionTime(source.anchor(), now()),
      readPast: async (startMs, endMs) => {
        const own = { source: source.id(), anchor: source.anchor() };
        const past = await readPast(source.ring(), own, { startMs, endMs });
        // Those of windows that are gone are read by the window that has the session.
        return past.filter((segment) => segment.source === own.source);
      },
    });
    source.setTap({
      dom: () => undefined,
      lines: (lane, events) => {
        // Lanes of lines hold nothing but events of lines.
        if (lane !== 'recorder') this.#console.take((events as readonly LaneEvent[]).filter(isConsoleEvent));
      },
    });
  }

  stop(): void {
    this.#deps.source.setTap(undefined);
    this.#console.stop();
    this.#streams.close();
  }

  async #send(text: string): Promise<void> {
    this.#backlogBytes += text.length;
    try {
      // Written by this window a moment ago; the host process parses it by its schema.
      await this.#deps.tell({ kind: 'console', message: JSON.parse(text) as ConsoleMessage });
    } finally {
      this.#backlogBytes -= text.length;
    }
  }
}
