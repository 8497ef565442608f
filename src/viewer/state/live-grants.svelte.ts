import { SvelteMap } from 'svelte/reactivity';
import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import {
  DEFAULT_GRANT_MS,
  GRANTS,
  WITHDRAWAL_SENTENCES,
  type AskProof,
  type GrantAsk,
  type GrantKind,
} from '../../shared/protocol/live-grants.js';
import type { PublisherMessage, SubscriberMessage } from '../../shared/protocol/live-messages.js';

/** How one kind of grant stands. `asked`: the customer has not answered. `over`: it was given once, or was not given at all. */
export type GrantState =
  | { readonly name: 'none' }
  | { readonly name: 'asked'; readonly grant: string }
  | { readonly name: 'given'; readonly grant: string; readonly untilMs: number | undefined }
  | { readonly name: 'over'; readonly why: string };

export interface LiveGrantsOptions {
  /** Throws `live-closed` where there is no open session. */
  readonly send: (message: SubscriberMessage) => void;
  /** By the technician's key; undefined where no organisation vouches for it. */
  readonly prove: (ask: Omit<GrantAsk, 'proof'>) => Promise<AskProof | undefined>;
  readonly onGiven: (kind: GrantKind) => void;
  readonly onOver: (kind: GrantKind) => void;
}

const NONE: GrantState = { name: 'none' };

/** What the technician may do, as the customer's side has told; it is the one that decides. */
export class LiveGrants {
  readonly #options: LiveGrantsOptions;
  readonly #states = new SvelteMap<GrantKind, GrantState>();
  readonly #errors = new SvelteMap<GrantKind, ErrorResult>();
  #offers = $state.raw<readonly GrantKind[]>([]);

  readonly given: readonly GrantKind[] = $derived(GRANTS.filter((kind) => this.has(kind)));

  constructor(options: LiveGrantsOptions) {
    this.#options = options;
  }

  /** What the customer's app can do at all. */
  get offers(): readonly GrantKind[] {
    return this.#offers;
  }

  state(kind: GrantKind): GrantState {
    return this.#states.get(kind) ?? NONE;
  }

  has(kind: GrantKind): boolean {
    return this.state(kind).name === 'given';
  }

  /** Why it could not even be asked for. */
  error(kind: GrantKind): ErrorResult | undefined {
    return this.#errors.get(kind);
  }

  async ask(kind: GrantKind, reason = '', durationMs = DEFAULT_GRANT_MS): Promise<void> {
    const { name } = this.state(kind);
    if (name === 'asked' || name === 'given') return;
    const grant = crypto.randomUUID();
    this.#errors.delete(kind);
    this.#states.set(kind, { name: 'asked', grant });
    const why = reason.trim();
    const ask = { grant, kind, durationMs, ...(why === '' ? {} : { reason: why }) };
    try {
      const proof = await this.#options.prove(ask);
      // It ended while the key was at work.
      if (this.#grantOf(kind) !== grant) return;
      this.#options.send({ type: 'grant-asked', ...ask, ...(proof === undefined ? {} : { proof }) });
    } catch (error) {
      if (this.#grantOf(kind) === grant) this.#states.delete(kind);
      this.#errors.set(kind, toErrorResult(error));
    }
  }

  /** Also takes back what waits for an answer. */
  giveUp(kind: GrantKind): void {
    const grant = this.#grantOf(kind);
    if (grant === undefined) return;
    this.#options.send({ type: 'grant-withdrawn', grant, reason: 'given-up' });
    this.#end(kind, NONE);
  }

  receive(message: Extract<PublisherMessage, { type: 'welcome' | 'grant-given' | 'grant-withdrawn' }>): void {
    if (message.type === 'welcome') {
      this.#offers = GRANTS.filter((kind) => message.offers.includes(kind));
    } else if (message.type === 'grant-given') {
      const { grant, kind, untilMs } = message;
      // Given up before the answer came: the other side has heard of it meanwhile.
      if (this.#grantOf(kind) !== grant) return;
      this.#states.set(kind, { name: 'given', grant, untilMs });
      this.#options.onGiven(kind);
    } else {
      const kind = GRANTS.find((one) => this.#grantOf(one) === message.grant);
      if (kind !== undefined) this.#end(kind, { name: 'over', why: WITHDRAWAL_SENTENCES[message.reason] });
    }
  }

  /** The connection is gone, and everything that was granted with it. */
  endAll(): void {
    for (const kind of GRANTS) {
      if (this.#grantOf(kind) !== undefined) {
        this.#end(kind, { name: 'over', why: WITHDRAWAL_SENTENCES.disconnected });
      }
    }
  }

  #grantOf(kind: GrantKind): string | undefined {
    const state = this.state(kind);
    return state.name === 'asked' || state.name === 'given' ? state.grant : undefined;
  }

  #end(kind: GrantKind, state: GrantState): void {
    const wasGiven = this.has(kind);
    this.#states.set(kind, state);
    if (wasGiven) this.#options.onOver(kind);
  }
}
