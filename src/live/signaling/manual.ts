import { LIVE_VERSION, type Signal } from '../../shared/protocol/live.js';
import { LiveError } from '../../shared/protocol/live-errors.js';
import {
  PAIRING_LIFE_MS,
  readAnswerText,
  readOfferText,
  writeAnswerText,
  writeOfferText,
} from '../pairing/pairing-text.js';
import type { Signaling, SignalingListener } from './signaling.js';

/** Pairing without any server: the publisher shows a text, the subscriber pastes it and shows another one, which is pasted back. */
abstract class ManualSignaling implements Signaling {
  readonly isTrickling = false;
  readonly answerMs = PAIRING_LIFE_MS;
  readonly deliveryMs = PAIRING_LIFE_MS;
  protected listener: SignalingListener | undefined;
  readonly #onText: (text: string) => void;

  /** `onText`: the text of this side, to be shown. */
  constructor(onText: (text: string) => void) {
    this.#onText = onText;
  }

  listen(listener: SignalingListener): void {
    this.listener = listener;
  }

  abstract send(signal: Signal): void;
  /** What the person pasted. Throws a LiveError, `pairing-…`, that says what is wrong; another text may be tried. */
  abstract paste(text: string): void;

  close(): void {
    this.listener = undefined;
  }

  protected show(text: string): void {
    this.#onText(text);
  }

  protected get open(): SignalingListener {
    if (this.listener === undefined) throw new LiveError('live-closed');
    return this.listener;
  }
}

export class ManualPublisher extends ManualSignaling {
  readonly #now: () => number;
  #offer: { readonly id: string; readonly text: string } | undefined;

  constructor(onText: (text: string) => void, now: () => number = Date.now) {
    super(onText);
    this.#now = now;
  }

  override listen(listener: SignalingListener): void {
    super.listen(listener);
    // Nobody is awaited: the text goes first. Not at once, as the caller is still being made.
    queueMicrotask(() => {
      this.listener?.joined();
    });
  }

  override send(signal: Signal): void {
    if (signal.kind !== 'offer') return;
    const text = writeOfferText(signal, this.#now());
    this.#offer = { id: signal.offer, text };
    this.show(text);
  }

  override paste(pasted: string): void {
    const { open } = this;
    if (this.#offer === undefined) throw new LiveError('pairing-other-offer');
    const { id, text } = this.#offer;
    open.signal({ kind: 'answer', offer: id, description: readAnswerText(pasted, text) });
  }
}

export class ManualSubscriber extends ManualSignaling {
  readonly #now: () => number;
  #offerText: string | undefined;

  constructor(onText: (text: string) => void, now: () => number = Date.now) {
    super(onText);
    this.#now = now;
  }

  override send(signal: Signal): void {
    if (signal.kind === 'answer' && this.#offerText !== undefined) this.show(writeAnswerText(signal, this.#offerText));
  }

  override paste(pasted: string): void {
    const { open } = this;
    const { offer, text } = readOfferText(pasted, this.#now());
    this.#offerText = text;
    open.signal({ kind: 'offer', v: LIVE_VERSION, ...offer });
  }
}
