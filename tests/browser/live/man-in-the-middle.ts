import { onTestFinished } from 'vitest';
import { Connection } from '../../../src/live/connection.js';
import { commitmentTo, mintNonce } from '../../../src/shared/crypto/safety-words.js';
import { LIVE_VERSION, parseControl, type ControlMessage, type Signal } from '../../../src/shared/protocol/live.js';
import type { Side, Wire } from './pair.js';

/** `bridge`: passes every message on as it is. `own`: has a nonce of its own for each side. */
export type Manner = 'bridge' | 'own';

/**
 * Somebody who owns the signaling: answers the publisher's offer, makes an offer to the subscriber, and stands between two connections
 * that both work. All that is left to the two sides are the words.
 */
export class ManInTheMiddle {
  readonly #manner: Manner;
  readonly #nonce = mintNonce();
  readonly #ends: Partial<Record<Side, Connection>> = {};
  readonly #waiting: Record<Side, string[]> = { publisher: [], subscriber: [] };
  #wire: Wire;
  #commitment = '';

  constructor(wire: Wire, manner: Manner) {
    this.#wire = wire;
    this.#manner = manner;
    wire.meddle = (from, signal) => {
      this.#intercept(from, signal);
      return [];
    };
    onTestFinished(async () => {
      await Promise.all(Object.values(this.#ends).map((end) => end.close()));
    });
  }

  #intercept(from: Side, signal: Signal): void {
    if (signal.kind === 'offer') {
      this.#commitment = signal.commitment;
      this.#open('publisher', signal.offer).receive(signal.description);
      this.#open('subscriber', 'fedcba9876543210');
    } else if (signal.kind === 'answer') this.#ends.subscriber?.receive(signal.description);
    else if (signal.kind === 'candidate') this.#ends[from]?.addCandidate(signal.candidate);
  }

  /** Our end of the connection to that side. */
  #open(to: Side, offer: string): Connection {
    const role = to === 'publisher' ? 'subscriber' : 'publisher';
    const deliver = (signal: Signal): void => {
      this.#wire[to].listener?.signal(signal);
    };
    const end = new Connection(
      { role, servers: [], isTrickling: true },
      {
        description: (description) => {
          const commitment = this.#manner === 'bridge' ? this.#commitment : commitmentTo(this.#nonce);
          if (to === 'publisher') deliver({ kind: 'answer', offer, description });
          else deliver({ kind: 'offer', v: LIVE_VERSION, offer, commitment, description });
        },
        candidate: (candidate) => {
          deliver({ kind: 'candidate', offer, candidate });
        },
        message: (_channel, data) => {
          if (typeof data === 'string') this.#pass(to, data);
        },
        phase: (phase) => {
          if (phase !== 'open') return;
          for (const text of this.#waiting[to].splice(0)) void end.channel('control').send(text);
        },
        renegotiation: () => undefined,
        track: () => undefined,
        unstable: () => undefined,
        end: () => undefined,
      },
    );
    this.#ends[to] = end;
    return end;
  }

  #pass(from: Side, text: string): void {
    const message = parseControl(text);
    const to = from === 'publisher' ? 'subscriber' : 'publisher';
    const isNonce = message?.type === 'hello' || message?.type === 'reveal';
    if (this.#manner === 'own' && isNonce) this.#send(to, { ...message, nonce: this.#nonce });
    else if (message !== undefined) this.#send(to, message);
  }

  #send(to: Side, message: ControlMessage): void {
    const text = JSON.stringify(message);
    const end = this.#ends[to];
    if (end?.phase === 'open') void end.channel('control').send(text);
    else this.#waiting[to].push(text);
  }
}
