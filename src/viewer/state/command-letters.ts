import { FluxionError } from '../../shared/errors.js';
import type { PublicIdentity } from '../../shared/crypto/keys.js';
import type { SayRequest } from '../../shared/protocol/desk.js';
import type { CommandProposal, VerifiedLetter } from '../../shared/protocol/letters.js';
import { DeskError, type DeskClient } from '../sources/desk-client.js';
import type { ProposalMemory } from './proposal-memory.js';
import type { SignIn } from './sign-in.svelte.js';
import type { Technician } from './technician.svelte.js';
import { ViewerContext } from './viewer-context.js';

export interface CommandLettersOptions {
  readonly technician: Pick<Technician, 'state' | 'open' | 'onLetter'>;
  readonly desk: Pick<DeskClient, 'say'>;
  readonly signIn: Pick<SignIn, 'onSignedIn'>;
  readonly memory: ProposalMemory;
}

/** The keys are not open: the technician cannot write. */
export class NotOpenError extends FluxionError {
  constructor() {
    super('technician-not-open', 'Your signing key could not be opened. Look at it, then try again.');
  }
}

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
      void this.#sayUnsaid().catch(() => undefined); // Tried again with the next letter.
    });
  }

  /** Called with the report whose conversation has something new. Returns the function that stops listening. */
  onWritten(listener: (report: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the desk has the letter. Rejects with a FluxionError: then nothing was proposed. */
  async propose(install: PublicIdentity, title: string, body: CommandProposal): Promise<void> {
    const { technician, memory } = this.#options;
    await technician.open();
    if (technician.state.name !== 'open') throw new NotOpenError();
    const sent = await technician.state.mailbox.send(install, { kind: 'command-proposal', body });
    const { id: letter, text: envelope } = sent;
    memory.put(body.proposal, { report: body.report, install, title, letter, envelope, isSaid: false });
    // The letter is on its way: that it does not stand in the conversation yet does not take it back.
    await this.#sayUnsaid().catch(() => undefined);
  }

  /** Takes a proposal back, or stops the command. Rejects with a FluxionError. */
  async cancel(proposal: string): Promise<void> {
    const { technician, memory } = this.#options;
    const remembered = memory.get(proposal);
    await technician.open();
    if (remembered === undefined || technician.state.name !== 'open') throw new NotOpenError();
    await technician.state.mailbox.send(remembered.install, { kind: 'cancel', body: { proposal } });
  }

  /** Whether it was proposed from this browser: nobody else can take it back, or receives what comes of it. */
  isOwn(proposal: string): boolean {
    return this.#options.memory.get(proposal) !== undefined;
  }

  /** Rejects where trying again will help: the letter comes again. */
  async #receive({ envelope }: VerifiedLetter): Promise<void> {
    const said = toldBy(envelope);
    if (said === undefined) return; // Of a live session.
    const remembered = this.#options.memory.get(said.proposal);
    // Of another browser's proposal there is nothing to be told here: letters are sealed to one.
    if (remembered === undefined || remembered.install.signingKey !== envelope.from) return;
    await this.#sayUnsaid();
    await this.#say(remembered.report, said);
  }

  /** Proposals first: what follows from one has no place without it. */
  async #sayUnsaid(): Promise<void> {
    const { memory } = this.#options;
    for (const [proposal, remembered] of memory.unsaid()) {
      const { report, title, letter: id, envelope } = remembered;
      await this.#say(report, { type: 'proposal', id, title, envelope });
      memory.put(proposal, { ...remembered, isSaid: true });
    }
  }

  async #say(report: string, said: SayRequest): Promise<void> {
    try {
      await this.#options.desk.say(report, said);
    } catch (error) {
      const mayHeal = error instanceof DeskError && error.code !== 'desk-refused';
      if (mayHeal || !(error instanceof DeskError)) throw error;
      // The report is gone, or its conversation is full: no later try changes that.
    }
    for (const listener of [...this.#listeners]) listener(report);
  }
}

/** What an install told of a proposal. */
type Told = Extract<SayRequest, { type: 'decision' | 'output' | 'result' }>;

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
