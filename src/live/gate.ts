import { commitmentTo, mintNonce, safetyWords } from '../shared/crypto/safety-words.js';
import { LIVE_VERSION, type ControlMessage } from '../shared/protocol/live.js';
import { LiveError } from '../shared/protocol/live-errors.js';

export interface GateFingerprints {
  readonly publisher: string;
  readonly subscriber: string;
}

/** What anything but the gate's own messages is to be met with. */
export type Passage =
  /** Both have confirmed. */
  | 'open'
  /** We have confirmed: the other side may have, too, and its word for it travels by another channel. */
  | 'hold'
  /** Nobody can have sent anything yet who keeps to the protocol. */
  | 'shut';

interface GateOptions {
  readonly fingerprints: GateFingerprints;
  /** What the other person is shown as; nobody has checked it. */
  readonly name?: string | undefined;
}

/**
 * Between a connection that stands and a session that is open: nonces, words, two confirmations, each in its turn and once. A message
 * out of turn ends it: whoever replays or reorders gets a refusal, whoever changes gets other words.
 */
export abstract class SafetyGate {
  readonly #fingerprints: GateFingerprints;
  protected readonly name: string | undefined;
  #words: readonly string[] | undefined;
  #otherName: string | undefined;
  #hasConfirmed = false;
  #hasOtherConfirmed = false;

  constructor({ fingerprints, name }: GateOptions) {
    this.#fingerprints = fingerprints;
    this.name = name;
  }

  /** Four words, as soon as they are known. */
  get words(): readonly string[] | undefined {
    return this.#words;
  }

  get otherName(): string | undefined {
    return this.#otherName;
  }

  get hasConfirmed(): boolean {
    return this.#hasConfirmed;
  }

  get hasOtherConfirmed(): boolean {
    return this.#hasOtherConfirmed;
  }

  get passage(): Passage {
    if (!this.#hasConfirmed) return 'shut';
    return this.#hasOtherConfirmed ? 'open' : 'hold';
  }

  /** What is to be sent before anything has come. */
  abstract start(): ControlMessage | undefined;

  /** One of the gate's own messages; answers what is to be sent. Throws `live-too-early`, `live-tampered`, `live-version`. */
  receive(message: ControlMessage): ControlMessage | undefined {
    if (message.type !== 'confirm') return this.exchange(message);
    // It says that somebody has read words which that side cannot have had.
    if (this.#words === undefined || this.#hasOtherConfirmed) throw new LiveError('live-tampered');
    this.#hasOtherConfirmed = true;
    return undefined;
  }

  /** The person has compared the words. Answers what is to be sent; nothing where that was done before. */
  confirm(): ControlMessage | undefined {
    if (this.#words === undefined || this.#hasConfirmed) return undefined;
    this.#hasConfirmed = true;
    return { type: 'confirm' };
  }

  protected abstract exchange(message: ControlMessage): ControlMessage | undefined;

  protected meet(other: { readonly v: number; readonly name?: string | undefined }): void {
    if (this.#words !== undefined) throw new LiveError('live-tampered'); // A second time.
    if (other.v !== LIVE_VERSION) throw new LiveError('live-version');
    this.#otherName = cleanName(other.name);
  }

  protected agree(publisherNonce: string, subscriberNonce: string): void {
    this.#words = safetyWords({
      publisherFingerprint: this.#fingerprints.publisher,
      subscriberFingerprint: this.#fingerprints.subscriber,
      publisherNonce,
      subscriberNonce,
    });
  }
}

/** The offer's side: its nonce stays its own until the other one's has come. */
export class PublisherGate extends SafetyGate {
  readonly #nonce: string;

  constructor(options: GateOptions & { readonly nonce: string }) {
    super(options);
    this.#nonce = options.nonce;
  }

  override start(): undefined {
    return undefined;
  }

  protected override exchange(message: ControlMessage): ControlMessage {
    if (message.type !== 'hello') throw new LiveError('live-too-early');
    this.meet(message);
    this.agree(this.#nonce, message.nonce);
    return { type: 'reveal', v: LIVE_VERSION, nonce: this.#nonce, ...named(this.name) };
  }
}

export class SubscriberGate extends SafetyGate {
  readonly #nonce = mintNonce();
  readonly #commitment: string;

  /** `commitment`: as the offer had it. */
  constructor(options: GateOptions & { readonly commitment: string }) {
    super(options);
    this.#commitment = options.commitment;
  }

  override start(): ControlMessage {
    return { type: 'hello', v: LIVE_VERSION, nonce: this.#nonce, ...named(this.name) };
  }

  protected override exchange(message: ControlMessage): undefined {
    if (message.type !== 'reveal') throw new LiveError('live-too-early');
    this.meet(message);
    if (commitmentTo(message.nonce) !== this.#commitment) throw new LiveError('live-tampered');
    this.agree(message.nonce, this.#nonce);
  }
}

function named(name: string | undefined): { name?: string } {
  return name === undefined ? {} : { name };
}

/** As it is shown beside the words: no control characters, no line breaks, no turning of the writing's direction. */
function cleanName(name: string | undefined): string | undefined {
  const clean = (name ?? '').replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return clean === '' ? undefined : clean;
}
