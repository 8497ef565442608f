import { SvelteMap } from 'svelte/reactivity';
import type { PublicIdentity } from '../../shared/crypto/keys.js';
import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import type { CommandThread } from '../model/commands.js';
import { checkReceipt, type ReceiptCheck } from '../model/receipt-check.js';
import type { CommandLetters } from './command-letters.js';

/** How proposals go out: through the desk's conversation, or by a live connection alone. */
export type ProposalLetters = Pick<CommandLetters, 'propose' | 'cancel' | 'isOwn'>;

/** What is done with commands that were proposed: looked at, taken back, checked against the install's receipts. */
export class CommandHandling {
  readonly #install: () => PublicIdentity | undefined;
  readonly #checks = new SvelteMap<string, ReceiptCheck>();
  readonly #cancelErrors = new SvelteMap<string, ErrorResult>();
  #cancelling = $state.raw<readonly string[]>([]);
  #shown = $state.raw<{ readonly proposal: string } | undefined>(undefined);

  /** `install`: who must have signed the receipts; undefined: nobody knows. */
  constructor(install: () => PublicIdentity | undefined) {
    this.#install = install;
  }

  /** The thread that somebody wants to see; a new object each time that somebody does. */
  get shown(): { readonly proposal: string } | undefined {
    return this.#shown;
  }

  show(proposal: string): void {
    this.#shown = { proposal };
  }

  isCancelling(proposal: string): boolean {
    return this.#cancelling.includes(proposal);
  }

  cancelError(proposal: string): ErrorResult | undefined {
    return this.#cancelErrors.get(proposal);
  }

  /** Takes a proposal back, or asks that the command stop: the install's answer tells what became of it. */
  async cancel(letters: Pick<ProposalLetters, 'cancel'>, proposal: string): Promise<void> {
    if (this.isCancelling(proposal)) return;
    this.#cancelling = [...this.#cancelling, proposal];
    this.#cancelErrors.delete(proposal);
    try {
      await letters.cancel(proposal);
    } catch (error) {
      this.#cancelErrors.set(proposal, toErrorResult(error));
      this.#cancelling = this.#cancelling.filter((one) => one !== proposal);
    }
  }

  /** What is known of a receipt; undefined while it is not, or nobody knows whose it should be. */
  check(thread: CommandThread): ReceiptCheck | undefined {
    return this.#checks.get(checkKey(thread));
  }

  async verify(thread: CommandThread): Promise<void> {
    const install = this.#install();
    if (thread.result === undefined || install === undefined) return;
    this.#checks.set(checkKey(thread), await checkReceipt(thread, install.signingKey));
  }
}

/** Output that comes later makes it another check. */
function checkKey({ proposal, output }: CommandThread): string {
  return `${proposal.proposal} ${output.length}`;
}
