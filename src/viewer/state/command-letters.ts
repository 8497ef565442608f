import { FluxionError } from '../../shared/errors.js';
import type { PublicIdentity } from '../../shared/crypto/keys.js';
import type { SayRequest } from '../../shared/protocol/desk.js';
import type { CommandProposal, VerifiedLetter } from '../../shared/protocol/letters.js';
import { MailboxError } from '../../shared/protocol/mailbox-client.js';
import { DeskError, type DeskClient } from '../sources/desk-client.js';
import type { SentLetter, TechnicianMailbox } from '../sources/technician-mailbox.js';
import type { ProposalMemory, UnsaidProposal } from './proposal-memory.js';
import type { SignIn } from './sign-in.svelte.js';
import type { Technician } from './technician.svelte.js';
import { ViewerContext } from './viewer-context.js';

export interface CommandLettersOptions {
  readonly technician: Pick<Technician, 'state' | 'open' | 'onLetter'>;
  readonly desk: Pick<DeskClient, 'say'>;
  readonly signIn: Pick<SignIn, 'isSignedIn' | 'onSignedIn'>;
  readonly memory: ProposalMemory;
}

/** `technician-not-open`: the keys are not open. `proposal-foreign`: another browser proposed it. */
export class CommandLettersError extends FluxionError {
  constructor(code: 'technician-not-open' | 'proposal-foreign') {
    super(
      code,
      code === 'technician-not-open'
        ? 'Your signing key could not be opened. Look at it, then try again.'
        : 'This was proposed from another browser: only that one can take it back.',
    );
  }
}

/** What an install told of a proposal. */
type Told = Extract<SayRequest, { type: 'decision' | 'output' | 'result' }>;

/**
 * Commands between this technician and customers: writes proposals, and writes down what comes back in the report's
 * conversation, where all technicians read it. Lives as long as the page, whatever report is open.
 */
export class CommandLetters {
  readonly #options: CommandLettersOptions;
  readonly #listeners = new Set<(report: string) => void>();

  constructor(options: CommandLettersOptions) {
    this.#options = options;
    const { technician, signIn, memory } = options;
    technician.onLetter((letter) => this.#receive(letter));
    signIn.onSignedIn(() => {
      // Who has proposed nothing here waits for no letters, and needs no keys.
      if (!memory.isEmpty) void technician.open();
      this.#sayUnsaid().catch(() => undefined); // Tried again with the next letter.
    });
  }

  /** Called with the report whose conversation has something new. Returns the function that stops listening. */
  onWritten(listener: (report: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Resolves when the desk has the letter: with why it cannot stand in the conversation, if it cannot. Rejects with a FluxionError:
   * then nothing was proposed, or the desk has not said that it has the letter. `onSent` is called as soon as the desk has it.
   */
  async propose(
    install: PublicIdentity,
    title: string,
    body: CommandProposal,
    onSent: (letter: SentLetter) => void = () => undefined,
  ): Promise<DeskError | undefined> {
    const { memory } = this.#options;
    const mailbox = await this.#mailbox();
    const remember = (letter: SentLetter, isPosted: boolean): UnsaidProposal => {
      const unsaid = { letter: letter.id, envelope: letter.text, title, isPosted };
      const remembered = { report: body.report, install, sentMs: letter.sentMs, unsaid };
      memory.put(body.proposal, remembered);
      return remembered;
    };
    let written: UnsaidProposal;
    try {
      const sent = await mailbox.send(
        install,
        { kind: 'command-proposal', body },
        // Remembered before it is out of the house: an answer to it must find where it belongs.
        { beforePost: (letter) => void remember(letter, false) },
      );
      written = remember(sent, true);
      onSent(sent);
    } catch (error) {
      if (error instanceof MailboxError && error.isFinal) memory.forget(body.proposal);
      throw error;
    }
    // It is on its way: where it cannot be written down now, it will be.
    return await this.#sayProposal(body.proposal, written).catch(() => undefined);
  }

  /** Takes a proposal back, or stops the command. Rejects with a FluxionError. */
  async cancel(proposal: string): Promise<void> {
    const remembered = this.#options.memory.get(proposal);
    if (remembered === undefined) throw new CommandLettersError('proposal-foreign');
    const mailbox = await this.#mailbox();
    await mailbox.send(remembered.install, { kind: 'cancel', body: { proposal } });
  }

  /** Whether it was proposed from this browser: no other can take it back, or receives what comes of it. */
  isOwn(proposal: string): boolean {
    return this.#options.memory.get(proposal) !== undefined;
  }

  async #mailbox(): Promise<TechnicianMailbox> {
    const { technician } = this.#options;
    await technician.open();
    const { state } = technician;
    if (state.name === 'open') return state.mailbox;
    throw state.name === 'failed' ? state.error : new CommandLettersError('technician-not-open');
  }

  /** Rejects where trying again will help: the letter comes again. */
  async #receive({ envelope }: VerifiedLetter): Promise<void> {
    const told = toldBy(envelope);
    if (told === undefined) return; // Of a live session.
    const { memory, signIn } = this.#options;
    const remembered = memory.get(told.proposal);
    // Only to who proposed anything is told: letters are sealed to one. It was too long ago, or is of another install.
    if (remembered?.install.signingKey !== envelope.from) return;
    if (!signIn.isSignedIn) throw new DeskError('desk-signed-out', 'Sign in to go on.');
    // What follows from a proposal has no place without it. That it is answered says that it was posted.
    const { unsaid } = remembered;
    if (unsaid !== undefined) await this.#sayProposal(told.proposal, { ...remembered, unsaid });
    await this.#say(remembered.report, told);
  }

  async #sayUnsaid(): Promise<void> {
    for (const [proposal, remembered] of this.#options.memory.unsaid()) await this.#sayProposal(proposal, remembered);
  }

  async #sayProposal(proposal: string, { unsaid, ...remembered }: UnsaidProposal): Promise<DeskError | undefined> {
    const { letter: id, title, envelope } = unsaid;
    const refusal = await this.#say(remembered.report, { type: 'proposal', id, title, envelope });
    this.#options.memory.put(proposal, remembered);
    return refusal;
  }

  /** Answers why the desk will never take it: the report is gone, or its conversation is full. Rejects where it may later. */
  async #say(report: string, said: SayRequest): Promise<DeskError | undefined> {
    let refusal: DeskError | undefined;
    try {
      await this.#options.desk.say(report, said);
    } catch (error) {
      if (!(error instanceof DeskError) || error.mayHeal) throw error;
      refusal = error;
    }
    for (const listener of [...this.#listeners]) listener(report);
    return refusal;
  }
}

function toldBy({ id, ...envelope }: VerifiedLetter['envelope']): Told | undefined {
  switch (envelope.kind) {
    case 'command-decision':
      return { type: 'decision', id, ...envelope.body };
    case 'command-output':
      return { type: 'output', id, ...envelope.body };
    case 'command-result':
      return { type: 'result', id, ...envelope.body };
    default:
      return undefined;
  }
}

export const commandLettersContext = new ViewerContext<CommandLetters>('command letters');
