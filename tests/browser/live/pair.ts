import { onTestFinished } from 'vitest';
import type { DataChannelName, SessionMessage } from '../../../src/live/attempt.js';
import type { ChannelData } from '../../../src/live/channel.js';
import type { LiveOptions, LivePhase, LiveState } from '../../../src/live/live-state.js';
import { LiveSession } from '../../../src/live/session.js';
import type { Signaling, SignalingListener } from '../../../src/live/signaling/signaling.js';
import { parseSignal, type Signal } from '../../../src/shared/protocol/live.js';

// Two sides of a live session in one page, over a signaling that a test can tamper with.

export type Side = 'publisher' | 'subscriber';

/** Carries signals between two sides, as a server would: as text. `meddle` stands in the middle. */
export class Wire {
  readonly publisher: WireEnd;
  readonly subscriber: WireEnd;
  /** What is delivered in place of a signal; nothing by default changes it. */
  meddle: (from: Side, signal: Signal) => readonly Signal[] = (_from, signal) => [signal];

  constructor(options: Partial<Pick<Signaling, 'isTrickling' | 'answerMs' | 'deliveryMs'>> = {}) {
    this.publisher = new WireEnd(this, 'publisher', options);
    this.subscriber = new WireEnd(this, 'subscriber', options);
  }

  carry(from: Side, signal: Signal): void {
    const to = from === 'publisher' ? this.subscriber : this.publisher;
    for (const sent of this.meddle(from, signal)) {
      const parsed = parseSignal(JSON.stringify(sent));
      if (parsed === undefined) throw new Error(`not a signal: ${JSON.stringify(sent)}`);
      queueMicrotask(() => {
        to.listener?.signal(parsed);
      });
    }
  }

  /** Both are there. */
  join(): void {
    this.publisher.listener?.joined();
    this.subscriber.listener?.joined();
  }
}

export class WireEnd implements Signaling {
  readonly isTrickling: boolean;
  readonly answerMs: number;
  readonly deliveryMs: number;
  listener: SignalingListener | undefined;
  readonly #wire: Wire;
  readonly #side: Side;

  constructor(wire: Wire, side: Side, options: Partial<Pick<Signaling, 'isTrickling' | 'answerMs' | 'deliveryMs'>>) {
    this.#wire = wire;
    this.#side = side;
    this.isTrickling = options.isTrickling ?? true;
    this.answerMs = options.answerMs ?? 0;
    this.deliveryMs = options.deliveryMs ?? 0;
  }

  listen(listener: SignalingListener): void {
    this.listener = listener;
  }

  send(signal: Signal): void {
    this.#wire.carry(this.#side, signal);
  }

  again(): void {
    queueMicrotask(() => {
      if (this.#wire.publisher.listener !== undefined && this.#wire.subscriber.listener !== undefined)
        this.#wire.join();
    });
  }

  close(): void {
    this.listener = undefined;
  }
}

/** A session and all that it told. */
export class Teller {
  readonly session: LiveSession;
  readonly states: LiveState[] = [];
  readonly control: SessionMessage[] = [];
  readonly messages: { channel: DataChannelName; data: ChannelData }[] = [];
  readonly tracks: MediaStreamTrack[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(options: Omit<LiveOptions, 'servers'>) {
    this.session = new LiveSession(
      { servers: [], ...options },
      {
        state: (state) => {
          this.states.push(state);
          this.#wake();
        },
        control: (message) => {
          this.control.push(message);
          this.#wake();
        },
        message: (channel, data) => {
          this.messages.push({ channel, data });
          this.#wake();
        },
        track: (track) => {
          this.tracks.push(track);
          this.#wake();
        },
      },
    );
    onTestFinished(() => this.session.end());
  }

  get phase(): LivePhase {
    return this.session.state.phase;
  }

  get code(): string | undefined {
    return this.session.state.error?.code;
  }

  async until(isSo: () => boolean, what = 'it', timeoutMs = 20_000): Promise<void> {
    const startMs = performance.now();
    while (!isSo()) {
      const leftMs = startMs + timeoutMs - performance.now();
      if (leftMs <= 0) throw new Error(`${what} did not happen; now ${this.phase} (${this.code ?? 'no error'})`);
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, Math.min(leftMs, 1000));
        this.#waiting.add(done);
      });
    }
  }

  reach(phase: LivePhase): Promise<void> {
    return this.until(() => this.phase === phase, `the phase ${phase}`);
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}

export interface Pair {
  readonly wire: Wire;
  readonly publisher: Teller;
  readonly subscriber: Teller;
}

export function makePair(wire = new Wire(), options: Partial<LiveOptions> = {}): Pair {
  const publisher = new Teller({ role: 'publisher', signaling: wire.publisher, ...options });
  const subscriber = new Teller({ role: 'subscriber', signaling: wire.subscriber, ...options });
  return { wire, publisher, subscriber };
}

/** Two sides that have words to compare. */
export async function comparingPair(wire = new Wire(), options: Partial<LiveOptions> = {}): Promise<Pair> {
  const pair = makePair(wire, options);
  wire.join();
  await Promise.all([pair.publisher.reach('comparing'), pair.subscriber.reach('comparing')]);
  return pair;
}

export async function openPair(wire = new Wire(), options: Partial<LiveOptions> = {}): Promise<Pair> {
  const pair = await comparingPair(wire, options);
  pair.publisher.session.confirm();
  pair.subscriber.session.confirm();
  await Promise.all([pair.publisher.reach('open'), pair.subscriber.reach('open')]);
  return pair;
}
