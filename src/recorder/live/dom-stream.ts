import { encodeDomMessage, type DomMessage } from '../../shared/protocol/live-streams.js';
import { META } from '../../shared/session/rrweb-numbers.js';
import { listen, now, type Guard } from '../page.js';
import type { DomItem } from '../ring/ring-event.js';
import type { FramedSender } from '../../live/publisher/framed-sender.js';
import type { Streams } from './streams.js';

export interface DomStreamDeps {
  readonly streams: Pick<Streams, 'dom'>;
  readonly sender: Pick<FramedSender, 'send' | 'backlogBytes'>;
  readonly guard: Guard;
  readonly source: string;
  readonly originMs: number;
  readonly sessionMs: () => number;
  /** Makes the dom lane take a full snapshot. */
  readonly freshStart: () => void;
  readonly isPaused: () => boolean;
}

/** Messages are so far apart at least: closer ones would be more than a screen shows. What comes after a rest is sent at once. */
const GATHER_MS = 12;
/** As often as an eye sees it. */
const POINTER_MS = 33;
/** Behind by so much, what would be sent is old when it comes: it is left out, and the stream begins anew ... */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;
/** ... when so little is left. */
const RESUME_BACKLOG_BYTES = 128 * 1024;
const LOOK_MS = 250;
/** A technician who asks for a new beginning gets at most one in this time: a full snapshot is dear. */
const CHECKOUT_MS = 1000;

/** The dom lane as it comes, to the other side. */
export class DomStream {
  readonly #deps: DomStreamDeps;
  readonly #stops: (() => void)[] = [];
  /** What is under way when the grant ends goes no further. */
  readonly #over = new AbortController();
  #gathered: DomItem[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> = Promise.resolve();
  /** The full snapshot that the stream begins with has not come yet. */
  #isBeginning = false;
  #isBehind = false;
  #isStopped = false;
  #flushedMs = -Infinity;
  #pointerMs = -Infinity;
  #beganMs = -Infinity;

  constructor(deps: DomStreamDeps) {
    this.#deps = deps;
    this.#listen();
  }

  /** From a full snapshot on, which comes to `take` before this returns. To be called once all is wired. */
  begin(): void {
    const { source, originMs, sessionMs, freshStart } = this.#deps;
    if (this.#isStopped || now() - this.#beganMs < CHECKOUT_MS) return;
    this.#beganMs = now();
    this.#gathered = [];
    this.#isBehind = false;
    this.#isBeginning = true;
    this.#say({ kind: 'begin', source, originMs, sessionMs: sessionMs() });
    this.#sayState();
    freshStart();
  }

  /** Each event of the dom lane, as soon as it is there. */
  take(event: DomItem): void {
    if (this.#isStopped || this.#isBehind) return;
    if (this.#isBeginning && event.type !== META) return;
    this.#isBeginning = false;
    this.#gathered.push(event);
    // One thing that happens is several events, most of them of one task.
    this.#timer ??= setTimeout(
      () => {
        this.#flush();
      },
      Math.max(0, this.#flushedMs + GATHER_MS - now()),
    );
  }

  /** The dom lane rests, or goes on. */
  noteResting(isResting: boolean): void {
    this.#say({ kind: 'state', state: isResting ? 'resting' : 'on' });
  }

  notePaused(): void {
    this.#sayState();
  }

  stop(): void {
    this.#isStopped = true;
    this.#over.abort();
    clearTimeout(this.#timer);
    this.#gathered = [];
    for (const stop of this.#stops.splice(0)) stop();
  }

  #flush(): void {
    this.#timer = undefined;
    this.#flushedMs = now();
    const events = this.#gathered;
    this.#gathered = [];
    if (events.length === 0 || this.#isStopped) return;
    const { streams, sender } = this.#deps;
    if (sender.backlogBytes > MAX_BACKLOG_BYTES) {
      this.#isBehind = true;
      return;
    }
    const written = streams.dom(events);
    this.#sending = this.#sending.then(async () => {
      const bytes = await written;
      if (this.#isStopped || this.#isBehind) return;
      if (bytes === undefined) this.#isBehind = true;
      // A channel that is gone ends the whole session, which is told elsewhere.
      else await sender.send(bytes, this.#over.signal).catch(() => undefined);
    });
  }

  #listen(): void {
    const { guard, sender } = this.#deps;
    const timer = setInterval(() => {
      if (this.#isBehind && sender.backlogBytes < RESUME_BACKLOG_BYTES) this.begin();
    }, LOOK_MS);
    this.#stops.push(
      () => {
        clearInterval(timer);
      },
      listen(
        window,
        'pointermove',
        guard((event: PointerEvent) => {
          this.#point(event);
        }),
      ),
      listen(
        document,
        'visibilitychange',
        guard(() => {
          this.#sayState();
        }),
      ),
    );
  }

  /** rrweb tells positions in batches of half a second. */
  #point({ clientX, clientY }: PointerEvent): void {
    const nowMs = now();
    if (this.#isBehind || nowMs - this.#pointerMs < POINTER_MS) return;
    this.#pointerMs = nowMs;
    const part = (at: number, of: number): number => Math.min(1, Math.max(0, of === 0 ? 0 : at / of));
    this.#say({ kind: 'pointer', x: part(clientX, innerWidth), y: part(clientY, innerHeight), t: nowMs });
  }

  #sayState(): void {
    const isHidden = document.visibilityState === 'hidden';
    this.#say({ kind: 'state', state: this.#deps.isPaused() ? 'paused' : isHidden ? 'hidden' : 'on' });
  }

  #say(message: DomMessage): void {
    this.#sending = this.#sending.then(async () => {
      if (this.#isStopped) return;
      await this.#deps.sender.send(await encodeDomMessage(message), this.#over.signal).catch(() => undefined);
    });
  }
}
