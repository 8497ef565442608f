import { fingerprint, type PublicIdentity } from '../../shared/crypto/keys.js';
import { FluxionError } from '../../shared/errors.js';
import { askStatement, type AskProof, type AskSession, type GrantAsk } from '../../shared/protocol/live-grants.js';
import type { VerifiedLetter } from '../../shared/protocol/letters.js';
import type { Enrolment, LetterListener, TechnicianMailbox } from '../sources/technician-mailbox.js';
import type { SignIn } from './sign-in.svelte.js';
import { ViewerContext } from './viewer-context.js';

/** Opens the mailbox; it carries the age library, so it is loaded when it is wanted. */
export type OpenMailbox = (handlers: {
  onRefused: (code: string) => void;
  onTrouble: (error: FluxionError | undefined) => void;
}) => Promise<TechnicianMailbox>;

export type TechnicianState =
  | { readonly name: 'closed' }
  | { readonly name: 'opening' }
  | { readonly name: 'open'; readonly mailbox: TechnicianMailbox; readonly keys: PublicIdentity }
  | { readonly name: 'failed'; readonly error: FluxionError };

/** Who this browser is to customers' apps: its keys, whether the organisation vouches for them, and its letters. */
export class Technician {
  readonly #open: OpenMailbox;
  readonly #signIn: Pick<SignIn, 'isSignedIn' | 'onSignedIn'>;
  #state = $state.raw<TechnicianState>({ name: 'closed' });
  #enrolment = $state.raw<Enrolment | undefined>(undefined);
  #trouble = $state.raw<FluxionError | undefined>(undefined);
  #refused = $state(0);
  #opening: Promise<void> | undefined;
  #listeners: readonly LetterListener[] = [];

  constructor(open: OpenMailbox, signIn: Pick<SignIn, 'isSignedIn' | 'onSignedIn'>) {
    this.#open = open;
    this.#signIn = signIn;
    signIn.onSignedIn(() => {
      if (this.#state.name !== 'open') return;
      void this.refresh();
      void this.#state.mailbox.handOn();
    });
  }

  get state(): TechnicianState {
    return this.#state;
  }
  /** Undefined while the desk has not said. */
  get enrolment(): Enrolment | undefined {
    return this.#enrolment;
  }
  /** What keeps letters from coming. */
  get trouble(): FluxionError | undefined {
    return this.#trouble;
  }
  /** Letters that were not accepted: somebody may have tampered with them. */
  get refused(): number {
    return this.#refused;
  }
  get fingerprint(): string | undefined {
    return this.#state.name === 'open' ? fingerprint(this.#state.keys.signingKey) : undefined;
  }

  /** What an administrator puts into the list of technicians. */
  entry(name: string): string | undefined {
    if (this.#state.name !== 'open') return undefined;
    const { signingKey, recipient } = this.#state.keys;
    return JSON.stringify({ name, signingKey, recipient }, undefined, 2);
  }

  /** Makes the keys at the first time, and begins to fetch letters. What goes wrong is in the state. */
  async open(): Promise<void> {
    this.#opening ??= this.#openNow().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  /**
   * Who deals with letters: each is handed to all, who leave alone what is not theirs. A letter that one of them rejects comes again.
   * Returns the function that stops it.
   */
  onLetter(listener: LetterListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    if (this.#state.name === 'open') void this.#state.mailbox.handOn();
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** Asks the desk again whether the list names us. */
  async refresh(): Promise<void> {
    if (this.#state.name !== 'open' || !this.#signIn.isSignedIn) return;
    try {
      this.#enrolment = await this.#state.mailbox.enrolment();
      this.#trouble = undefined;
    } catch (error) {
      if (!(error instanceof FluxionError)) throw error;
      this.#trouble = error;
    }
  }

  /** Signs what is asked for in a live session; undefined where no organisation vouches for the key: a proof would be a false one. */
  async proveAsk(
    session: AskSession,
    ask: Omit<GrantAsk, 'proof'>,
    stamp: Pick<AskProof, 'number' | 'sentMs'>,
  ): Promise<AskProof | undefined> {
    if (this.#state.name !== 'open' || this.#enrolment?.status !== 'enrolled') return undefined;
    const { mailbox } = this.#state;
    const signature = await mailbox.signAsk(askStatement(session, ask, stamp));
    return { signingKey: mailbox.self.signingKey, ...stamp, signature };
  }

  close(): void {
    if (this.#state.name === 'open') this.#state.mailbox.close();
    this.#state = { name: 'closed' };
    this.#enrolment = undefined;
  }

  async #hand(letter: VerifiedLetter): Promise<void> {
    if (this.#listeners.length === 0) throw new FluxionError('letter-unheard', 'Nobody is there for it yet.');
    for (const listener of this.#listeners) await listener(letter);
  }

  async #openNow(): Promise<void> {
    if (this.#state.name === 'open') return;
    this.#state = { name: 'opening' };
    try {
      const mailbox = await this.#open({
        onRefused: () => {
          this.#refused += 1;
        },
        onTrouble: (error) => {
          this.#trouble = error;
          // The desk is back.
          if (error === undefined && this.#enrolment === undefined) void this.refresh();
        },
      });
      if (!this.#isOpening()) {
        mailbox.close(); // Closed meanwhile.
        return;
      }
      mailbox.onLetter((letter) => this.#hand(letter));
      this.#state = { name: 'open', mailbox, keys: mailbox.self };
      void mailbox.receive();
      await this.refresh();
    } catch (error) {
      const known =
        error instanceof FluxionError ? error : new FluxionError('keys-failed', KEYS_FAILED, { cause: error });
      if (!this.#isOpening()) return;
      this.#state = { name: 'failed', error: known };
    }
  }

  #isOpening(): boolean {
    return this.#state.name === 'opening';
  }
}

const KEYS_FAILED = 'The keys of this browser could not be opened. Load the page again.';

export const technicianContext = new ViewerContext<Technician>('technician');
