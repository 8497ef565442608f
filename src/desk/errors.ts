import { FluxionError } from '../shared/errors.js';

interface Refusal {
  readonly status: number;
  readonly message: string;
}

// Every answer of the desk that is not a success: code → HTTP status and a sentence for the person at the other end.
const REFUSALS = {
  'bad-request': {
    status: 400,
    message: 'The request is not one that this desk understands. Update the app that sent it.',
  },
  'not-signed-in': { status: 401, message: 'Sign in to the desk to go on.' },
  'wrong-credentials': {
    status: 401,
    message:
      'This code or token is not valid (a code works once, and not for long). Use a new link or the token of the desk.',
  },
  'ticket-unknown': { status: 401, message: 'This upload ticket is not valid any more. Ask for a new one.' },
  'wrong-ingest-key': {
    status: 401,
    message: 'The desk does not know the key of this app. Ask the support team for the right one.',
  },
  'mailbox-token-unknown': { status: 401, message: 'This mailbox token is not valid any more. Ask for a new one.' },
  'mailbox-proof-wrong': {
    status: 401,
    message: 'This is no proof of whose mailbox it is. Restart the app; if it stays, ask the support team.',
  },
  'mailbox-unknown': {
    status: 403,
    message:
      'The desk keeps no mailbox for this key. Send a report first, or have the key added to the technicians’ list.',
  },
  'wrong-origin': { status: 403, message: 'The desk answers its own pages only. Open the desk by its own address.' },
  'not-found': { status: 404, message: 'There is nothing at this address.' },
  'report-unknown': { status: 404, message: 'The desk has no report of this name. Check the receipt code.' },
  'proposal-unknown': { status: 404, message: 'The report’s conversation has no such proposal.' },
  'picture-unknown': { status: 404, message: 'The report has no such picture.' },
  'picture-invalid': { status: 400, message: 'This is not a whole PNG file, or one that is too large to be opened.' },
  'picture-differs': { status: 409, message: 'The report already has another picture of this name.' },
  'part-unknown': { status: 404, message: 'The report has no such part.' },
  'technicians-missing': { status: 404, message: 'The desk has no list of technicians.' },
  'recipient-unknown': { status: 404, message: 'The desk keeps no mailbox for the one that this letter is for.' },
  'upload-offset': { status: 409, message: 'The desk has another number of bytes than the upload goes on from.' },
  'upload-incomplete': { status: 409, message: 'The desk has not got all bytes of this part yet.' },
  'upload-direct': {
    status: 409,
    message: 'This desk takes reports at its store, which this version of the app cannot do. Update the app.',
  },
  'upload-damaged': {
    status: 409,
    message: 'The bytes changed on their way to the desk. The part must be sent again from its start.',
  },
  'part-differs': {
    status: 409,
    message: 'The desk already has another file as this part of the report. Parts are never replaced.',
  },
  'report-differs': {
    status: 409,
    message: 'The desk already has another report of this name. Send it as a new report.',
  },
  'conversation-full': {
    status: 409,
    message: 'This report has as many entries, or pictures, as a conversation can have. Go on in another one.',
  },
  'live-code-unknown': {
    status: 404,
    message:
      'No live session waits under this code. A code is good for ten minutes, and for one technician. Ask the customer for a new one.',
  },
  'live-busy': {
    status: 503,
    message: 'Too many live sessions are beginning at this desk. Try again in a few minutes.',
  },
  'precondition-failed': { status: 412, message: 'The part is not the one that was asked for.' },
  'too-large': { status: 413, message: 'The request is larger than the desk accepts.' },
  'wrong-media-type': { status: 415, message: 'The desk does not take a body of this type here.' },
  'range-unsatisfiable': { status: 416, message: 'The part has no such bytes.' },
  'wrong-host': {
    status: 421,
    message: 'The desk does not answer to this name. Open it by the address that it printed at its start.',
  },
  'too-many-requests': {
    status: 429,
    message: 'Too many requests came from this address. Wait a minute, then try again.',
  },
  'viewer-missing': {
    status: 503,
    message: 'The pages of the viewer have not been built. Run the build, then load this page again.',
  },
  busy: { status: 503, message: 'The desk is busy with other uploads. Try again in a few minutes.' },
  'not-verified': {
    status: 503,
    message: 'The desk did not manage to read this part to its end. It keeps the bytes and reads them again later.',
  },
  'mailbox-full': {
    status: 503,
    message: 'The mailbox of the one that this letter is for is full. It is tried again by itself.',
  },
  stopping: { status: 503, message: 'The desk is stopping. Try again when it is back.' },
  'disk-full': {
    status: 507,
    message: 'The disk of the desk is full. The report is kept on your side and can be sent later.',
  },
  'store-unreachable': {
    status: 503,
    message: 'The desk cannot reach its store now. Try again in a few minutes.',
  },
  // Not answers: reasons not to start.
  'tls-required': {
    status: 500,
    message:
      'The desk serves other machines over TLS only. Give it a certificate (--tls-cert and --tls-key), or say that a proxy in front of it does TLS (--behind-tls-proxy), or stay on 127.0.0.1.',
  },
  'tls-unreadable': { status: 500, message: 'The TLS certificate or its key cannot be read. Check both files.' },
  'public-url-invalid': {
    status: 500,
    message:
      'The public URL must be an https:// origin such as https://desk.example.org, without a path (http:// for 127.0.0.1 only).',
  },
  'token-weak': {
    status: 500,
    message: 'A token or key for the desk must have 16 to 200 characters: letters, digits and . _ ~ + / = -',
  },
  'store-invalid': {
    status: 500,
    message:
      'The store is named s3://BUCKET or s3://BUCKET/PREFIX, in lower case; its region is a name such as eu-central-1; its endpoints are https:// origins without a path (http:// for 127.0.0.1 only).',
  },
  'port-taken': {
    status: 500,
    message: 'The port of the desk is taken by another program. Choose another one with --port.',
  },
  'address-unusable': { status: 500, message: 'The desk cannot listen on this address. Check --host and --port.' },
  'data-in-use': {
    status: 500,
    message: 'Another desk is running on this data folder. Stop it first, or choose another folder with --data.',
  },
} as const satisfies Readonly<Record<string, Refusal>>;

export type DeskErrorCode = keyof typeof REFUSALS;

export interface DeskErrorOptions extends ErrorOptions {
  readonly details?: Readonly<Record<string, number>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Something that the desk refuses, with the HTTP status that says so. */
export class DeskError extends FluxionError {
  declare readonly code: DeskErrorCode;
  readonly status: number;
  /** What the answer's body carries beside `code` and `message`. */
  readonly details: Readonly<Record<string, number>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: DeskErrorCode, options: DeskErrorOptions = {}) {
    super(code, REFUSALS[code].message, options);
    this.status = REFUSALS[code].status;
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }
}

/** A 409 that tells the client where to go on. */
export function uploadConflict(
  code: 'upload-offset' | 'upload-incomplete' | 'upload-damaged',
  receivedBytes: number,
): DeskError {
  return new DeskError(code, { details: { receivedBytes } });
}
