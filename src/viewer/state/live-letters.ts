import type { PublicIdentity } from '../../shared/crypto/keys.js';
import { FluxionError } from '../../shared/errors.js';
import type { LiveInvitation, VerifiedLetter } from '../../shared/protocol/letters.js';
import type { SealedLetter } from '../../shared/protocol/mailbox-client.js';
import type { LiveCorrespondence, LiveLetter } from '../../live/subscriber/subscribe.js';
import type { TechnicianMailbox } from '../sources/technician-mailbox.js';
import type { Technician } from './technician.svelte.js';

/** Who does not accept within half an hour finds nobody there; what is said to connect is of no use after ten minutes. */
export const INVITATION_MS = 30 * 60_000;
const PAIRING_MS = 10 * 60_000;
/** Of the tabs of one browser one alone fetches letters: it tells the others, whose session it may be. */
const TABS = 'fluxrec-live-letters';

interface TabLetter {
  readonly from: string;
  readonly letter: LiveLetter;
}

/** Invitations and what follows from them, through the technician's mailbox. Lives as long as the page. */
export class LiveLetters {
  readonly #technician: Pick<Technician, 'state' | 'open' | 'onLetter'>;
  readonly #tabs = new BroadcastChannel(TABS);
  readonly #listeners = new Set<(told: TabLetter) => void>();
  #stopCarrying: () => void = () => undefined;

  constructor(technician: Pick<Technician, 'state' | 'open' | 'onLetter'>) {
    this.#technician = technician;
    technician.onLetter((letter) => {
      const told = liveLetterOf(letter);
      if (told === undefined) return;
      this.#hear(told);
      this.#tabs.postMessage(told);
    });
    // From a tab of our own, which has verified it.
    this.#tabs.onmessage = ({ data }: MessageEvent<TabLetter>) => {
      this.#hear(data);
    };
  }

  /** Resolves when the desk has the letter; rejects with a FluxionError. */
  async invite(install: PublicIdentity, invitation: LiveInvitation): Promise<void> {
    const mailbox = await this.#mailbox();
    await mailbox.send(install, { kind: 'live-invitation', body: invitation }, { lifeMs: INVITATION_MS });
  }

  /** With one install; `name` is what the technician knows it by. */
  with(install: PublicIdentity, name: string): LiveCorrespondence {
    return {
      verifiedName: name,
      send: async (letter) => {
        const mailbox = await this.#mailbox();
        await mailbox.send(install, letter, { lifeMs: PAIRING_MS });
      },
      listen: (listener) => {
        const hear = ({ from, letter }: TabLetter): void => {
          if (from === install.signingKey) listener(letter);
        };
        this.#listeners.add(hear);
        return () => this.#listeners.delete(hear);
      },
    };
  }

  /** What is said about commands to this install goes by a connection, too; one at a time, until the next one. */
  carryBy(install: PublicIdentity, carry: (letter: SealedLetter) => void): void {
    const { state } = this.#technician;
    this.#stopCarrying();
    this.#stopCarrying = state.name === 'open' ? state.mailbox.carryBy(install.signingKey, carry) : () => undefined;
  }

  /** A letter that came by the connection. */
  takeIn(sealed: Uint8Array): void {
    const { state } = this.#technician;
    // It comes again from the desk.
    if (state.name === 'open') state.mailbox.takeIn(sealed).catch(() => undefined);
  }

  #hear(told: TabLetter): void {
    for (const listener of [...this.#listeners]) listener(told);
  }

  async #mailbox(): Promise<TechnicianMailbox> {
    await this.#technician.open();
    const { state } = this.#technician;
    if (state.name === 'open') return state.mailbox;
    if (state.name === 'failed') throw state.error;
    throw new FluxionError('technician-not-open', 'Your signing key could not be opened. Look at it, then try again.');
  }
}

function liveLetterOf({ envelope }: VerifiedLetter): TabLetter | undefined {
  const { from, kind } = envelope;
  if (kind === 'live-offer') return { from, letter: { kind, body: envelope.body } };
  return kind === 'live-end' ? { from, letter: { kind, body: envelope.body } } : undefined;
}
