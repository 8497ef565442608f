import { LETTER_CLOCK_SLACK_MS } from '../../../shared/constants.js';
import { LetterError } from '../../../shared/crypto/letter-errors.js';
import { isSignedBy } from '../../../shared/crypto/sign.js';
import type { LetterSender } from '../../../shared/protocol/letters.js';
import { askStatement, type AskSession, type GrantAsk } from '../../../shared/protocol/live-grants.js';

export interface AskRules extends AskSession {
  /** The technician that this session is known to be with; nobody else can ask any more, and no one without a proof. */
  readonly known: LetterSender | undefined;
  /** The highest number of a proof so far. */
  readonly lastNumber: number;
  readonly nowMs: number;
  /** Rejects with a LetterError for a key that the organisation's list does not name at that time. */
  readonly technicianOf: (signingKey: string, sentMs: number) => Promise<LetterSender>;
}

export type AskVerdict =
  | { readonly isAccepted: true; readonly from: LetterSender | undefined; readonly number: number }
  /** `code`: for the audit log. */
  | { readonly isAccepted: false; readonly code: string };

/** Whose ask this is, by the signature alone: nothing that the page says of it counts. */
export async function checkAsk({ proof, ...ask }: GrantAsk, rules: AskRules): Promise<AskVerdict> {
  const { known, lastNumber, nowMs } = rules;
  if (proof === undefined) {
    if (known !== undefined || ask.kind === 'commands') return { isAccepted: false, code: 'ask-unsigned' };
    return { isAccepted: true, from: undefined, number: lastNumber };
  }
  const { signingKey, number, sentMs, signature } = proof;
  if (known !== undefined && known.signingKey !== signingKey) return { isAccepted: false, code: 'ask-other-key' };
  if (number <= lastNumber) return { isAccepted: false, code: 'ask-replayed' };
  if (Math.abs(sentMs - nowMs) > LETTER_CLOCK_SLACK_MS) return { isAccepted: false, code: 'ask-too-old' };
  if (!(await isSignedBy(signingKey, 'live-ask', askStatement(rules, ask, proof), signature))) {
    return { isAccepted: false, code: 'ask-forged' };
  }
  try {
    return { isAccepted: true, from: await rules.technicianOf(signingKey, sentMs), number };
  } catch (error) {
    // Nobody whom the list names; or the list could not be fetched, and then nobody can be told from anybody.
    return { isAccepted: false, code: error instanceof LetterError ? error.code : 'technicians-missing' };
  }
}
