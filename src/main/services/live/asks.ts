import type { GrantAsk, GrantKind } from '../../../shared/protocol/live-grants.js';
import type { LetterSender } from '../../../shared/protocol/letters.js';
import type { HostClock } from '../host-clock.js';
import { checkAsk } from './ask-check.js';
import type { Grants } from './grants.js';

export interface AsksOptions {
  readonly session: string;
  readonly clock: HostClock;
  readonly offers: readonly GrantKind[];
  readonly technicianOf: (signingKey: string, sentMs: number) => Promise<LetterSender>;
  readonly grants: Grants;
  /** Those that the customer has confirmed; another list is of another connection. */
  readonly words: () => readonly string[] | undefined;
  /** Who the session is known to be with. */
  readonly known: () => LetterSender | undefined;
  /** A technician has proven who they are. */
  readonly onVerified: (from: LetterSender) => Promise<void>;
}

/** Asks that are being looked at: each costs a signature's check. */
const MAX_CHECKING = 20;

/** What the technician asks for, from the moment in which the page hands it on until it is put before the customer, or refused. */
export class Asks {
  readonly #options: AsksOptions;
  #checking = 0;
  #lastNumber = 0;
  #asking: Promise<void> = Promise.resolve();

  constructor(options: AsksOptions) {
    this.#options = options;
  }

  /** One after the other, so that numbers rise as they were sent. */
  async take(ask: GrantAsk): Promise<void> {
    if (this.#checking >= MAX_CHECKING) return;
    this.#checking += 1;
    const taken = this.#asking.then(() => this.#check(ask));
    this.#asking = taken.catch(() => undefined);
    try {
      await taken;
    } finally {
      this.#checking -= 1;
    }
  }

  async #check(ask: GrantAsk): Promise<void> {
    const { session, clock, offers, technicianOf, grants, known, onVerified } = this.#options;
    const words = this.#options.words();
    if (words === undefined) return;
    if (!offers.includes(ask.kind)) {
      await grants.refuse(ask, 'not-offered');
      return;
    }
    const rules = { session, words, known: known(), lastNumber: this.#lastNumber, technicianOf };
    const verdict = await checkAsk(ask, { ...rules, nowMs: clock.wallMs() });
    if (!verdict.isAccepted) {
      await grants.refuse(ask, verdict.code);
      return;
    }
    if (words !== this.#options.words()) return; // Another connection by now.
    this.#lastNumber = verdict.number;
    const { from } = verdict;
    if (from !== undefined && known() === undefined) await onVerified(from);
    const { signingKey, name = '', organisation = '' } = from ?? {};
    await grants.ask(ask, signingKey === undefined ? undefined : { signingKey, name, organisation });
  }
}
