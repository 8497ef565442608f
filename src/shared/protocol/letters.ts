import * as v from 'valibot';
import { MAX_OUTPUT_TEXT_LENGTH, MAX_TEXT_LENGTH } from '../constants.js';
import { answerSchema, offerSchema } from './live.js';
import { publicIdentitySchema, type PublicIdentity, signatureSchema, signingKeySchema } from '../crypto/keys.js';

// Letters between a customer's install and a technician. See docs/letters.md.

/** Version of the envelope. Raise it only where a reader of the old one would understand a letter wrongly. */
export const LETTER_VERSION = 1;

const uuid = v.pipe(v.string(), v.uuid());
const instant = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const shortText = v.pipe(v.string(), v.maxLength(500));
const code = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/));
const errorResult = v.object({ code, message: v.pipe(v.string(), v.maxLength(2000)) });

/** Values of parameters lie at most so deep: whoever walks them does not run out of stack. */
const MAX_PARAMETER_DEPTH = 8;

/** JSON, of bounded depth; its size is bounded by the letter's. What it means the command's own schema says. */
export const commandParametersSchema = v.pipe(
  v.record(v.pipe(v.string(), v.maxLength(64)), v.unknown()),
  v.check((parameters) => Object.keys(parameters).length <= 64 && isShallow(parameters)),
);

function isShallow(value: object): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_PARAMETER_DEPTH) return false;
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? (Object.values(item) as unknown[]) : [],
    );
  }
  return true;
}

/** A technician asks that a command be run. It is proposed until `expiresMs` of its envelope. */
export const commandProposalSchema = v.object({
  /** Names the proposal in everything that follows from it. */
  proposal: uuid,
  /** The report that it is about. */
  report: uuid,
  /** The moment of the report that it is pinned to, session time. */
  momentMs: v.optional(instant),
  command: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/)),
  parameters: commandParametersSchema,
  /** Why, in the technician's words: the customer reads it. */
  reason: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MAX_TEXT_LENGTH)),
});
export type CommandProposal = v.InferOutput<typeof commandProposalSchema>;

/**
 * What became of a proposal: `approved` and `denied` by the customer, `expired` when nobody decided in time, `withdrawn` when the
 * technician took it back, `refused` by the host process before anybody was asked (`error` says why).
 */
export const commandDecisionSchema = v.object({
  proposal: uuid,
  decision: v.picklist(['approved', 'denied', 'expired', 'withdrawn', 'refused']),
  decidedMs: instant,
  error: v.optional(errorResult),
});
export type CommandDecision = v.InferOutput<typeof commandDecisionSchema>;

/** A piece of a running command's output; the whole is all pieces, joined in the order of `sequence`. */
export const commandOutputSchema = v.object({
  proposal: uuid,
  /** From 0, without gaps. */
  sequence: v.pipe(count, v.maxValue(1_000_000)),
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_OUTPUT_TEXT_LENGTH)),
});
export type CommandOutput = v.InferOutput<typeof commandOutputSchema>;

export const RESULT_STATUSES = ['done', 'failed', 'cancelled', 'timed-out'] as const;

/** What a receipt states, as JSON. The install signs the exact bytes of that text: see crypto/receipt.ts. */
export const receiptStatementSchema = v.object({
  v: v.literal(1),
  proposal: uuid,
  report: uuid,
  command: v.pipe(v.string(), v.maxLength(64)),
  /** SHA-256 of the proposal's envelope, its exact bytes: what the technician signed and the customer approved. */
  proposalSha256: sha256,
  status: v.picklist(RESULT_STATUSES),
  /** The whole output in UTF-8, as it was sent. */
  outputBytes: count,
  outputSha256: sha256,
  decidedMs: instant,
  endedMs: instant,
});
export type ReceiptStatement = v.InferOutput<typeof receiptStatementSchema>;

/** A statement (JSON text) and the install's signature over its exact UTF-8 bytes. */
export const receiptSchema = v.object({
  statement: v.pipe(v.string(), v.maxLength(4000)),
  signingKey: signingKeySchema,
  signature: signatureSchema,
});
export type Receipt = v.InferOutput<typeof receiptSchema>;

/** How a command ended: sent once, after its last output. */
export const commandResultSchema = v.object({
  proposal: uuid,
  status: v.picklist(RESULT_STATUSES),
  error: v.optional(errorResult),
  startedMs: instant,
  endedMs: instant,
  /** How many `command-output` letters there were, and what they come to in UTF-8. */
  chunks: count,
  outputBytes: count,
  /** The output was longer than it may be, and ends before its end. */
  isTruncated: v.optional(v.literal(true)),
  /** In a few words or numbers, for the timeline: `freed 12.4 MB`. */
  summary: v.optional(shortText),
  /** The number of the report's part that the command made. */
  part: v.optional(v.pipe(count, v.maxValue(999))),
  receipt: receiptSchema,
});
export type CommandResult = v.InferOutput<typeof commandResultSchema>;

/** The technician takes a proposal back, or asks that the running command stop. */
export const cancelSchema = v.object({ proposal: uuid, reason: v.optional(shortText) });
export type Cancel = v.InferOutput<typeof cancelSchema>;

/** A technician asks for a live session about a report. It can be accepted until `expiresMs` of its envelope. */
export const liveInvitationSchema = v.object({
  /** Names the session in everything that follows. */
  invitation: uuid,
  report: uuid,
  /** Why, in the technician's words: the customer reads it. */
  reason: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MAX_TEXT_LENGTH)),
});
export type LiveInvitation = v.InferOutput<typeof liveInvitationSchema>;

/** The customer has accepted: see docs/live-protocol.md. */
export const liveOfferSchema = v.object({ invitation: uuid, v: count, ...offerSchema.entries });
export const liveAnswerSchema = v.object({ invitation: uuid, ...answerSchema.entries });
/** Declined, taken back, or failed for this reason. */
export const liveEndSchema = v.object({ invitation: uuid, code: v.optional(code) });

const head = {
  v: v.literal(LETTER_VERSION),
  id: uuid,
  /** The sender's and the recipient's signing keys. */
  from: signingKeySchema,
  to: signingKeySchema,
  /** Rises from letter to letter of one sender to one recipient; may leave numbers out. */
  number: v.pipe(count, v.minValue(1)),
  sentMs: instant,
  expiresMs: instant,
};

/** A letter before it is signed and sealed. */
export const envelopeSchema = v.variant('kind', [
  v.object({ ...head, kind: v.literal('command-proposal'), body: commandProposalSchema }),
  v.object({ ...head, kind: v.literal('command-decision'), body: commandDecisionSchema }),
  v.object({ ...head, kind: v.literal('command-output'), body: commandOutputSchema }),
  v.object({ ...head, kind: v.literal('command-result'), body: commandResultSchema }),
  v.object({ ...head, kind: v.literal('cancel'), body: cancelSchema }),
  v.object({ ...head, kind: v.literal('live-invitation'), body: liveInvitationSchema }),
  v.object({ ...head, kind: v.literal('live-offer'), body: liveOfferSchema }),
  v.object({ ...head, kind: v.literal('live-answer'), body: liveAnswerSchema }),
  v.object({ ...head, kind: v.literal('live-end'), body: liveEndSchema }),
]);
export type Envelope = v.InferOutput<typeof envelopeSchema>;
export type LetterKind = Envelope['kind'];
export type EnvelopeOf<K extends LetterKind> = Extract<Envelope, { kind: K }>;

/** What a letter is about, as the audit log names it. */
export function subjectOf(body: Envelope['body']): { proposal: string } | { invitation: string } {
  return 'proposal' in body ? { proposal: body.proposal } : { invitation: body.invitation };
}

/** Kind and body of a letter that is yet to be written; the sender's mailbox adds the rest. */
export type LetterContent = { [K in LetterKind]: Pick<EnvelopeOf<K>, 'kind' | 'body'> }[LetterKind];

/** Who may say what: a letter of another kind is refused (`letter-kind-refused`). */
export const TECHNICIAN_LETTERS = [
  'command-proposal',
  'cancel',
  'live-invitation',
  'live-answer',
  'live-end',
] as const satisfies readonly LetterKind[];
export const INSTALL_LETTERS = [
  'command-decision',
  'command-output',
  'command-result',
  'live-offer',
  'live-end',
] as const satisfies readonly LetterKind[];

/** One technician of the organisation's list. */
export const technicianSchema = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100)),
  ...publicIdentitySchema.entries,
  /** Letters signed outside of this stretch are refused; absent: as long as the list. */
  validFromMs: v.optional(instant),
  validUntilMs: v.optional(instant),
});
export type Technician = v.InferOutput<typeof technicianSchema>;

/** The technicians' list, before it is signed: who may write to customers. */
export const techniciansListSchema = v.object({
  v: v.literal(1),
  organisation: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
  /** Rises with each list; an older one than was seen is refused. */
  version: v.pipe(count, v.minValue(1)),
  issuedMs: instant,
  validUntilMs: instant,
  technicians: v.pipe(v.array(technicianSchema), v.maxLength(1000)),
});
export type TechniciansList = v.InferOutput<typeof techniciansListSchema>;

/** The list as it is served: its exact text, and the root's signature over the text's UTF-8 bytes. */
export const signedTechniciansSchema = v.object({
  list: v.pipe(v.string(), v.maxLength(1024 * 1024)),
  rootKey: signingKeySchema,
  signature: signatureSchema,
});
export type SignedTechnicians = v.InferOutput<typeof signedTechniciansSchema>;

/** Who a received letter is from: for an install, a technician that the signed list names; for a technician, an install. */
export interface LetterSender extends Readonly<PublicIdentity> {
  /** The technician's name in the list; an install has none. */
  readonly name?: string;
  /** Whose technician; from the list. */
  readonly organisation?: string;
}

/** A letter that passed every check: open, signed by whom it says, for us, in time, of a known sender, seen for the first time. */
export interface VerifiedLetter<K extends LetterKind = LetterKind> {
  readonly envelope: EnvelopeOf<K>;
  readonly sender: LetterSender;
  /** SHA-256 of the envelope's exact bytes: what a receipt names the proposal by. */
  readonly sha256: string;
  readonly receivedMs: number;
}

/** The mailbox as the command services of the host process see it. */
export interface LetterPost {
  /** This install's public keys. */
  readonly self: Readonly<PublicIdentity>;
  /** Resolves when the letter is durable here; it is delivered as soon as the desk can be reached. Rejects with a FluxionError. */
  send(to: LetterSender, content: LetterContent, lifeMs?: number): Promise<void>;
  /**
   * Called for each letter, one after the other: resolve as soon as yours is durable, decide later. After a crash, or a rejection,
   * the letter that was not finished comes again. Returns the function that stops listening.
   */
  onLetter(listener: (letter: VerifiedLetter) => Promise<void> | void): () => void;
  /** Signs a receipt with the install's key. */
  signReceipt(statement: ReceiptStatement): Promise<Receipt>;
}
