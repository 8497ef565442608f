import { FluxionError } from '../../shared/errors.js';

// Every refusal of the services: its code, and the sentence that the customer (or the developer) reads.
const SENTENCES = {
  'capability-refused': 'The app’s own process does not know this window. Close it and open it again.',
  'too-many-windows': 'Too many windows began to record at once. Close some and wait a minute.',
  'no-such-draft': 'This draft is no longer there. Press Send Diagnostics again to make a new one.',
  'draft-not-ready': 'The recording is still being gathered. Wait a moment.',
  'draft-empty': 'There is nothing in what you chose. Choose a longer time or more kinds of data.',
  'draft-too-large': 'What you chose is larger than a report may be. Choose a shorter time.',
  'draft-damaged': 'The draft could not be read back from the disk. Press Send Diagnostics again to make a new one.',
  'disk-full': 'The disk of this computer is full. Free some space and try again.',
  'disk-failed':
    'The disk of this computer could not be written. Check its free space and its permissions, then try again.',
  'bad-append': 'A window handed over something that is not a part of its recording. Restart the app and try again.',
  'hand-over-closed': 'This hand-over is over. Nothing needs to be done.',
  'no-such-delivery': 'This report is no longer in the outbox.',
  'delivery-gone': 'The file of this report was tidied away after it was delivered. The support team has it.',
  'bundle-lost': 'The file of this report is gone from this computer’s disk or cannot be read. Send a new report.',
  'destination-changed':
    'The app now sends reports to another address than the one that you agreed to. Press Retry to send it there.',
  'outbox-full': 'The outbox holds as many reports as it can. Remove some that are old or refused, then send again.',
  'mailbox-full': 'Too many messages to the support team wait on this computer. They are sent when it is connected.',
  'root-key': 'A root key that the app names is not a key. The developer of the app must correct it.',
  'data-dir-in-use': 'The app is running already and records into the same folder. Close the other one first.',
  'desk-url': 'The desk’s address must begin with https:// (or be on this computer).',
} as const;

export type ServiceErrorCode = keyof typeof SENTENCES;

export class ServiceError extends FluxionError {
  constructor(code: ServiceErrorCode, options?: ErrorOptions) {
    super(code, SENTENCES[code], options);
  }
}

/** What a failed write means for a person; anything that is not a failure of the disk stays as it was. */
export function diskError(error: unknown): unknown {
  if (error instanceof FluxionError || !(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return new ServiceError('disk-full', { cause: error });
  return 'syscall' in error ? new ServiceError('disk-failed', { cause: error }) : error;
}
