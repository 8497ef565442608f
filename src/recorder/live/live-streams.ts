import type { LiveSession } from '../../live/publisher/publish.js';
import { isConsoleEvent, type ConsoleMessage } from '../../shared/protocol/live-console.js';
import type { InputMessage } from '../../shared/protocol/live-streams.js';
import type { LaneEvent } from '../../shared/session/lane.js';
import { now, type Guard } from '../page.js';
import { ConsoleStream } from './console-stream.js';
import { DomStream } from './dom-stream.js';
import { FramedSender } from '../../live/publisher/framed-sender.js';
import { Laser } from './laser.js';
import { LivePast, type LivePastDeps } from './live-past.js';
import { readPast, sessionTime } from './past.js';
import type { LiveTap, StreamSource } from './stream-source.js';
import { Streams, type MaskedSource } from './streams.js';

export interface LiveStreamsDeps {
  readonly guard: Guard;
  readonly masked: MaskedSource;
  readonly source: StreamSource;
  /** What was shown before, on its way. */
  readonly past: Pick<LivePastDeps, 'send' | 'fail'>;
}

/** The dom and console streams of one connection, and the technician's pointer: each while it is granted. */
export class LiveStreams {
  readonly #session: LiveSession;
  readonly #deps: LiveStreamsDeps;
  readonly #laser = new Laser();
  /** One for the connection: another one would count its messages from 1 again. */
  readonly #sender: FramedSender;
  #streams: Streams | undefined;
  #dom: DomStream | undefined;
  #console: ConsoleStream | undefined;
  #past: LivePast | undefined;
  #canPoint = false;

  constructor(session: LiveSession, deps: LiveStreamsDeps) {
    this.#session = session;
    this.#deps = deps;
    this.#sender = new FramedSender(session.channel('dom'));
  }

  set(granted: { readonly dom: boolean; readonly console: boolean; readonly point: boolean }): void {
    this.#canPoint = granted.point;
    if (!granted.point) this.#laser.hide();
    if (!granted.dom) {
      this.#dom?.stop();
      this.#dom = undefined;
      this.#endPast();
    }
    if (!granted.console) {
      this.#console?.stop();
      this.#console = undefined;
    }
    const { source } = this.#deps;
    if (!granted.dom && !granted.console) {
      source.setTap(undefined);
      this.#closeWorker();
      return;
    }
    this.#streams ??= new Streams(this.#deps.masked, () => {
      this.#closeWorker();
    });
    source.setTap(this.#tap);
    if (granted.dom && this.#dom === undefined) {
      this.#dom = this.#openDom(this.#streams);
      this.#past = new LivePast({ source, streams: this.#streams, ...this.#deps.past });
      this.#dom.begin();
    }
    if (granted.console) this.#console ??= this.#openConsole(this.#streams);
  }

  point(message: InputMessage): void {
    if (!this.#canPoint) return;
    if (message.kind === 'point') this.#laser.point(message.x, message.y);
    else this.#laser.hide();
  }

  /** What the host process and the app's other windows have said. */
  relay(message: ConsoleMessage): void {
    this.#console?.relay(message);
  }

  /** What was shown at this session time. */
  lookBack(request: string, atMs: number): void {
    this.#past?.ask(request, atMs);
  }

  /** The picture begins anew. */
  begin(): void {
    this.#dom?.begin();
  }

  notePaused(): void {
    this.#dom?.notePaused();
  }

  stop(): void {
    this.set({ dom: false, console: false, point: false });
  }

  readonly #tap: LiveTap = {
    dom: (event) => {
      this.#dom?.take(event);
    },
    lines: (lane, events) => {
      if (lane === 'recorder') this.#noteResting(events as readonly LaneEvent[]);
      // Lanes of lines hold nothing but events of lines.
      else this.#console?.take((events as readonly LaneEvent[]).filter(isConsoleEvent));
    },
  };

  #noteResting(events: readonly LaneEvent[]): void {
    for (const event of events) {
      if (event.type !== 'recorder') continue;
      if (event.kind === 'stepped-down') this.#dom?.noteResting(true);
      else if (event.kind === 'resumed') this.#dom?.noteResting(false);
    }
  }

  #openDom(streams: Streams): DomStream {
    const { source, guard } = this.#deps;
    return new DomStream({
      streams,
      guard,
      sender: this.#sender,
      source: source.id(),
      originMs: source.originMs,
      sessionMs: () => sessionTime(source.anchor(), now()),
      freshStart: () => {
        source.freshStart();
      },
      isPaused: () => source.isPaused(),
    });
  }

  #openConsole(streams: Streams): ConsoleStream {
    const { source } = this.#deps;
    return new ConsoleStream({
      streams,
      channel: this.#session.channel('console'),
      source: source.id(),
      toSessionMs: (monoMs) => sessionTime(source.anchor(), monoMs),
      nowMs: () => sessionTime(source.anchor(), now()),
      readPast: (startMs, endMs) =>
        readPast(source.ring(), { source: source.id(), anchor: source.anchor() }, { startMs, endMs }),
    });
  }

  #endPast(): void {
    this.#past?.stop();
    this.#past = undefined;
  }

  #closeWorker(): void {
    this.#endPast();
    this.#dom?.stop();
    this.#dom = undefined;
    this.#console?.stop();
    this.#console = undefined;
    this.#streams?.close();
    this.#streams = undefined;
  }
}
