import type { CommandDescription } from '../../shared/commands/command.js';
import type { PublicIdentity } from '../../shared/crypto/keys.js';
import type { CommandProposal, VerifiedLetter } from '../../shared/protocol/letters.js';
import type { ConversationEntry } from '../../shared/report/report.js';
import { commandThreads, type CommandThread } from '../model/commands.js';
import type { SentLetter } from '../sources/technician-mailbox.js';
import { CommandHandling, type ProposalLetters } from './command-handling.svelte.js';
import { ProposalDraft } from './proposal-draft.svelte.js';

/** How what is said about commands reaches the customer's install in this session. */
export interface LiveCommandPost {
  /** Rejects with a FluxionError where the letter is not on its way. `onSent` comes first. */
  propose(
    install: PublicIdentity,
    title: string,
    body: CommandProposal,
    onSent: (letter: SentLetter) => void,
  ): ReturnType<ProposalLetters['propose']>;
  cancel(install: PublicIdentity, proposal: string): Promise<void>;
  /** Called with what installs answer. Returns the function that stops it. */
  onLetter(listener: (letter: VerifiedLetter) => void): () => void;
}

export interface LiveCommandsOptions {
  readonly post: LiveCommandPost;
  /** Whose app this is, and what proposals name as their report. Undefined while nobody has said. */
  readonly with: () => { readonly install: PublicIdentity; readonly report: string } | undefined;
  /** Who proposes. */
  readonly author: string;
}

/** The commands of a live session: what the app offers, what was proposed here, and what comes of it. */
export class LiveCommands extends CommandHandling {
  readonly #options: LiveCommandsOptions;
  readonly #stop: () => void;
  #offered = $state.raw<readonly CommandDescription[]>([]);
  #entries = $state.raw<readonly ConversationEntry[]>([]);

  /** In the order in which they were proposed. */
  readonly threads: readonly CommandThread[] = $derived.by(() => commandThreads(this.#entries));
  readonly draft: ProposalDraft;
  readonly letters: ProposalLetters = {
    propose: (install, title, body) =>
      this.#options.post.propose(install, title, body, (letter) => {
        this.#note({
          type: 'proposal',
          id: letter.id,
          atMs: letter.sentMs,
          by: 'technician',
          author: this.#options.author,
          title,
          expiresMs: letter.expiresMs,
          envelope: letter.text,
          ...body,
        });
      }),
    cancel: async (proposal) => {
      const install = this.#options.with()?.install;
      if (install !== undefined) await this.#options.post.cancel(install, proposal);
    },
    // What is listed was proposed here.
    isOwn: () => true,
  };

  constructor(options: LiveCommandsOptions) {
    super(() => options.with()?.install);
    this.#options = options;
    this.draft = new ProposalDraft({
      desk: {
        get id() {
          return options.with()?.report ?? '';
        },
        refresh: () => undefined,
      },
      signatures: {
        get install() {
          return options.with()?.install;
        },
      },
      offered: () => this.offered,
    });
    this.#stop = options.post.onLetter((letter) => {
      this.#hear(letter);
    });
  }

  get offered(): readonly CommandDescription[] {
    return this.#offered;
  }

  /** What the app has told, once this was granted. */
  offer(commands: readonly CommandDescription[]): void {
    this.#offered = commands;
  }

  dispose(): void {
    this.#stop();
  }

  /** What comes by the connection and by the desk counts once: see commandThreads. */
  #hear({ envelope }: VerifiedLetter): void {
    if (envelope.from !== this.#options.with()?.install.signingKey) return;
    const told = { id: envelope.id, atMs: Date.now(), by: 'customer', author: this.#options.author } as const;
    if (envelope.kind === 'command-decision') this.#note({ type: 'decision', ...told, ...envelope.body });
    else if (envelope.kind === 'command-output') this.#note({ type: 'output', ...told, ...envelope.body });
    else if (envelope.kind === 'command-result') this.#note({ type: 'result', ...told, ...envelope.body });
  }

  #note(entry: ConversationEntry): void {
    const isOfHere =
      entry.type === 'proposal' ||
      ('proposal' in entry && this.threads.some(({ proposal }) => proposal.proposal === entry.proposal));
    if (isOfHere && !this.#entries.some(({ id }) => id === entry.id)) this.#entries = [...this.#entries, entry];
  }
}
