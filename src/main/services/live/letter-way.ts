import type { LetterContent, LetterPost, LetterSender, VerifiedLetter } from '../../../shared/protocol/letters.js';
import { parseSignal, type Signal } from '../../../shared/protocol/live.js';
import type { IceServer } from '../../../shared/protocol/live-ice.js';
import type { Way, WayListener } from './way.js';

/** A letter of pairing is of no use later: see LetterSignaling. */
const PAIRING_LETTER_MS = 10 * 60_000;

/** Signals by signed and sealed letters: what LetterSignaling does in a page, where the mailbox is. */
export class LetterWay implements Way {
  readonly kind = 'letters';
  readonly iceServers: IceServer[];
  readonly from: LetterSender;
  readonly #invitation: string;
  readonly #post: Pick<LetterPost, 'send'>;
  #listener: WayListener | undefined;

  constructor(invitation: string, from: LetterSender, iceServers: IceServer[], post: Pick<LetterPost, 'send'>) {
    this.#invitation = invitation;
    this.from = from;
    this.iceServers = iceServers;
    this.#post = post;
  }

  listen(listener: WayListener): void {
    this.#listener = listener;
    this.again();
  }

  /** Nobody is awaited: the offer waits in the mailbox. */
  again(): void {
    this.#listener?.joined();
  }

  send(text: string): void {
    const signal = parseSignal(text);
    const letter = signal && this.#letterOf(signal);
    if (letter === undefined) return;
    this.#post.send(this.from, letter, PAIRING_LETTER_MS).catch(() => {
      this.#listener?.failed('live-desk-unreachable');
    });
  }

  /** A letter that names this invitation; others are not ours. */
  receive({ envelope, sender }: VerifiedLetter): void {
    if (sender.signingKey !== this.from.signingKey) return;
    if (envelope.kind === 'live-answer' && envelope.body.invitation === this.#invitation) {
      const { offer, description } = envelope.body;
      this.#tell({ kind: 'answer', offer, description });
    } else if (envelope.kind === 'live-end' && envelope.body.invitation === this.#invitation) {
      const { code } = envelope.body;
      this.#tell({ kind: 'end', ...(code === undefined ? {} : { code }) });
    }
  }

  close(): void {
    this.#listener = undefined;
  }

  #tell(signal: Signal): void {
    this.#listener?.signal(JSON.stringify(signal));
  }

  #letterOf(signal: Signal): LetterContent | undefined {
    const invitation = this.#invitation;
    switch (signal.kind) {
      case 'offer': {
        const { v, offer, commitment, description } = signal;
        return { kind: 'live-offer', body: { invitation, v, offer, commitment, description } };
      }
      case 'end':
        return { kind: 'live-end', body: { invitation, ...(signal.code === undefined ? {} : { code: signal.code }) } };
      case 'answer': // The other side's to say.
      case 'candidate': // Found after the letter was written, which is late.
        return undefined;
    }
  }
}
