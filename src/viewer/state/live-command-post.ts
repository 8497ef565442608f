import type { PublicIdentity } from '../../shared/crypto/keys.js';
import { FluxionError } from '../../shared/errors.js';
import type { LetterContent } from '../../shared/protocol/letters.js';
import type { SealedLetter } from '../../shared/protocol/mailbox-client.js';
import type { SentLetter, TechnicianMailbox } from '../sources/technician-mailbox.js';
import type { CommandLetters } from './command-letters.js';
import type { LiveCommandPost } from './live-commands.svelte.js';
import type { Technician } from './technician.svelte.js';

/** The customer is there, and decides now or not at all. */
const LIFE_MS = 30 * 60_000;

/** In a session about a report: all technicians read in its conversation what was proposed and came of it. */
export function reportPost(
  technician: Pick<Technician, 'onLetter'>,
  letters: Pick<CommandLetters, 'propose' | 'cancel'>,
): LiveCommandPost {
  return {
    propose: (install, title, body, onSent) => letters.propose(install, title, body, onSent),
    cancel: (_install, proposal) => letters.cancel(proposal),
    onLetter: (listener) => technician.onLetter(listener),
  };
}

/** In a session without one: letters go by the connection alone, since the desk may have never heard of the install. */
export function connectionPost(
  technician: Pick<Technician, 'state' | 'onLetter'>,
  /** Answers whether it is on its way. */
  carry: (letter: SealedLetter) => boolean,
): LiveCommandPost {
  const send = async (install: PublicIdentity, content: LetterContent): Promise<SentLetter> => {
    const { sent, sealed } = await mailboxOf(technician).write(install, content, LIFE_MS);
    if (!carry({ id: sent.id, sealed })) {
      throw new FluxionError(
        'live-not-carried',
        'There is no connection at the moment, or the customer has taken this back. Nothing was sent.',
      );
    }
    return sent;
  };
  return {
    async propose(install, _title, body, onSent) {
      onSent(await send(install, { kind: 'command-proposal', body }));
      return undefined;
    },
    async cancel(install, proposal) {
      await send(install, { kind: 'cancel', body: { proposal } });
    },
    onLetter: (listener) => technician.onLetter(listener),
  };
}

function mailboxOf({ state }: Pick<Technician, 'state'>): TechnicianMailbox {
  if (state.name === 'open') return state.mailbox;
  throw state.name === 'failed'
    ? state.error
    : new FluxionError('technician-not-open', 'Your signing key could not be opened. Look at it, then try again.');
}
