import * as v from 'valibot';
import { publicIdentitySchema } from '../../../shared/crypto/keys.js';
import { commandProposalSchema, receiptSchema } from '../../../shared/protocol/letters.js';
import { PROPOSAL_STATES } from '../../../shared/protocol/proposals.js';

const instant = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** One proposal as it is kept on the customer's machine, from its letter to its receipt. */
export const proposalRecordSchema = v.object({
  version: v.literal(1),
  proposal: commandProposalSchema,
  /** Whose letter it was: a technician of the signed list. */
  from: v.object({
    ...publicIdentitySchema.entries,
    name: v.optional(v.string()),
    organisation: v.optional(v.string()),
  }),
  /** Of the letter's exact bytes: what the receipt names it by. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** Unix ms: when the letter ends by itself; when it came; when somebody last did something about it. */
  expiresMs: instant,
  receivedMs: instant,
  activeMs: instant,
  /** What the customer was shown. */
  title: v.string(),
  effect: v.array(v.string()),
  state: v.picklist(PROPOSAL_STATES),
  decidedMs: v.optional(instant),
  startedMs: v.optional(instant),
  endedMs: v.optional(instant),
  chunks: count,
  outputBytes: count,
  outputLines: count,
  outputSha256: v.optional(v.string()),
  isTruncated: v.optional(v.literal(true)),
  summary: v.optional(v.string()),
  part: v.optional(count),
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
  /** What the next run of the host must know to go on with it. */
  note: v.optional(v.string()),
  receipt: v.optional(receiptSchema),
  /** The technician's letter about what became of it is durable in the mailbox. */
  isTold: v.optional(v.boolean()),
});
export type ProposalRecord = v.InferOutput<typeof proposalRecordSchema>;

export function isSettled({ state }: ProposalRecord): boolean {
  return state !== 'pending' && state !== 'running';
}
