import * as v from 'valibot';
import { method } from './contract.js';

// What the customer's panel sees of support's proposals, and what it can do about them. A part of the panel's contract (host.ts).

const uuid = v.pipe(v.string(), v.uuid());
const instant = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const nothing = v.object({});
const errorResult = v.object({ code: v.string(), message: v.string() });

/** `pending` waits for the customer; `running` was approved; all others are settled. */
export const PROPOSAL_STATES = [
  'pending',
  'denied',
  'expired',
  'withdrawn',
  'running',
  'done',
  'failed',
  'cancelled',
  'timed-out',
] as const;

const proposalView = v.object({
  id: uuid,
  report: uuid,
  /** Of the report, where it is still in the outbox: what the customer knows it by. */
  receiptCode: v.optional(v.string()),
  /** A technician whose key the organisation's signed list names. */
  from: v.object({ name: v.string(), organisation: v.string(), signingKey: v.string() }),
  reason: v.string(),
  /** The moment that it is about (Unix ms), where the report is of this session. */
  momentWallMs: v.optional(instant),
  command: v.string(),
  title: v.string(),
  /** Exactly what it does, in whole sentences, and the values behind them. */
  effect: v.array(v.string()),
  values: v.array(v.object({ label: v.string(), value: v.string() })),
  /** Whether it can be told what it would find now. */
  hasDryRun: v.boolean(),
  receivedMs: instant,
  /** When it ends by itself. Looking at it puts that off. */
  expiresMs: instant,
  state: v.picklist(PROPOSAL_STATES),
  decidedMs: v.optional(instant),
  startedMs: v.optional(instant),
  endedMs: v.optional(instant),
  /** Of the output: pieces that can be read, lines and bytes. */
  chunks: count,
  outputLines: count,
  outputBytes: count,
  isTruncated: v.optional(v.literal(true)),
  summary: v.optional(v.string()),
  error: v.optional(errorResult),
});
export type ProposalView = v.InferOutput<typeof proposalView>;

const proposals = v.object({ proposals: v.array(proposalView) });

export const proposalMethods = {
  /** Newest first. */
  listProposals: method(nothing, proposals),
  /** The customer looks at it, which counts as activity. Answers what the command would find now, where it can tell. */
  lookAtProposal: method(
    v.object({ proposal: uuid }),
    v.object({ lines: v.array(v.string()), error: v.optional(errorResult) }),
  ),
  /**
   * `effect` is what the customer was shown: if the command would do anything else by now, nothing is decided. Resolves
   * when the decision is durable; an approved command runs on by itself.
   */
  decideProposal: method(
    v.object({ proposal: uuid, decision: v.picklist(['approve', 'deny']), effect: v.array(v.string()) }),
    nothing,
  ),
  stopCommand: method(v.object({ proposal: uuid }), nothing),
  /** What was sent of its output, from one piece on, as many as an answer takes. */
  readOutput: method(
    v.object({ proposal: uuid, from: count }),
    v.object({ chunks: v.array(v.string()), total: count }),
  ),
} as const;

export const proposalEvents = { proposals } as const;
