import type { LetterContent } from '../../shared/protocol/letters.js';
import type { Signal } from '../../shared/protocol/live.js';
import { LiveError } from '../../shared/protocol/live-errors.js';
import type { PeerRole } from '../peer.js';
import type { Signaling, SignalingListener } from './signaling.js';

type LiveLetterKind = 'live-offer' | 'live-answer' | 'live-end';
export type LiveLetter = Extract<LetterContent, { kind: LiveLetterKind }>;

/** The correspondence with one verified sender, as a mailbox lends it. */
export interface LiveCorrespondence {
  /** Who the other side is, by their key. */
  readonly verifiedName?: string | undefined;
  send(letter: LiveLetter): Promise<void>;
  /** Answers the function that stops listening. */
  listen(listener: (letter: LiveLetter) => void): () => void;
}

/** A letter takes a second where both are at their desks; a proxy that cuts what waits makes it half a minute. */
const LETTER_MS = 2 * 60_000;

/** Signaling by signed and sealed letters: one offer, one answer, and who the other side is stands in their signature. */
export class LetterSignaling implements Signaling {
  readonly isTrickling = false;
  readonly answerMs = LETTER_MS;
  readonly deliveryMs = LETTER_MS;
  readonly verifiedName: string | undefined;
  readonly #role: PeerRole;
  readonly #invitation: string;
  readonly #letters: LiveCorrespondence;
  #listener: SignalingListener | undefined;
  #stop: () => void = () => undefined;

  /** `invitation`: of the letter that the customer accepted. */
  constructor(role: PeerRole, invitation: string, letters: LiveCorrespondence) {
    this.#role = role;
    this.#invitation = invitation;
    this.#letters = letters;
    this.verifiedName = letters.verifiedName;
  }

  listen(listener: SignalingListener): void {
    this.#listener = listener;
    this.#stop = this.#letters.listen((letter) => {
      if (letter.body.invitation === this.#invitation) this.#receive(letter);
    });
    this.again();
  }

  /** Nobody is awaited: the offer waits in the mailbox. Not at once, as the caller may be still being made. */
  again(): void {
    queueMicrotask(() => {
      this.#listener?.joined();
    });
  }

  send(signal: Signal): void {
    const letter = this.#letterOf(signal);
    if (letter === undefined) return;
    this.#letters.send(letter).catch((cause: unknown) => {
      this.#listener?.failed(new LiveError('live-desk-unreachable', { cause }));
    });
  }

  close(): void {
    this.#listener = undefined;
    this.#stop();
  }

  #receive(letter: LiveLetter): void {
    if (letter.kind === 'live-end') {
      const { code } = letter.body;
      this.#listener?.signal({ kind: 'end', ...(code === undefined ? {} : { code }) });
    } else if (letter.kind === 'live-offer' && this.#role === 'subscriber') {
      const { v, offer, commitment, description } = letter.body;
      this.#listener?.signal({ kind: 'offer', v, offer, commitment, description });
    } else if (letter.kind === 'live-answer' && this.#role === 'publisher') {
      const { offer, description } = letter.body;
      this.#listener?.signal({ kind: 'answer', offer, description });
    }
  }

  #letterOf(signal: Signal): LiveLetter | undefined {
    const invitation = this.#invitation;
    switch (signal.kind) {
      case 'offer': {
        const { v, offer, commitment, description } = signal;
        return { kind: 'live-offer', body: { invitation, v, offer, commitment, description } };
      }
      case 'answer':
        return { kind: 'live-answer', body: { invitation, offer: signal.offer, description: signal.description } };
      case 'end':
        return { kind: 'live-end', body: { invitation, ...(signal.code === undefined ? {} : { code: signal.code }) } };
      case 'candidate':
        return undefined; // Found after the letter was written, which is late.
    }
  }
}
