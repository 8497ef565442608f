import { FluxionError } from '../errors.js';

// Every reason for which a letter, or the list of those who may write one, is not accepted: its code (stable: the audit log
// has it), and what a person should know.
const SENTENCES = {
  'letter-too-large': 'A message was larger than a message may be and was not read.',
  'letter-damaged': 'A message was damaged on its way and was not read.',
  'letter-sealed-for-another': 'A message was sealed for somebody else and cannot be read here.',
  'letter-malformed': 'A message is not of a kind that this version understands. Update the app.',
  'letter-forged': 'A message was not signed by the one it says it is from. It was thrown away.',
  'letter-wrong-recipient': 'A message was meant for somebody else and was thrown away.',
  'letter-unknown-sender':
    'A message came from somebody that the organisation’s list of technicians does not name. It was thrown away.',
  'letter-sender-expired':
    'A message came from a technician who may not write any more, or not yet. It was thrown away.',
  'letter-kind-refused': 'A message asked for something that its sender may not ask for. It was thrown away.',
  'letter-expired': 'A message was not valid any more when it came. It was thrown away.',
  'letter-too-long-valid': 'A message was to be valid for longer than a message may be. It was thrown away.',
  'letter-from-tomorrow':
    'A message was sent later than now by this computer’s clock. Check the date and the time of this computer.',
  'letter-replayed': 'A message came a second time. It was thrown away.',
  'technicians-missing': 'The support team has no list of technicians, so nobody can propose anything.',
  'technicians-malformed': 'The list of technicians cannot be understood and is not used.',
  'technicians-unsigned': 'The list of technicians is not signed by a key that this app trusts and is not used.',
  'technicians-forged': 'The list of technicians was changed after it was signed and is not used.',
  'technicians-older': 'The list of technicians is older than one that was seen before and is not used.',
  'technicians-expired': 'The list of technicians is not valid any more. The support team must sign a new one.',
  'receipt-malformed': 'A receipt cannot be understood.',
  'receipt-forged': 'A receipt was not signed by the install that it names, or was changed.',
} as const;

export type LetterErrorCode = keyof typeof SENTENCES;

/** A letter, a list or a receipt that is not accepted. */
export class LetterError extends FluxionError {
  declare readonly code: LetterErrorCode;

  constructor(code: LetterErrorCode, options?: ErrorOptions) {
    super(code, SENTENCES[code], options);
  }
}
