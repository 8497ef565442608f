import * as v from 'valibot';
import {
  commandDecisionSchema,
  commandOutputSchema,
  commandProposalSchema,
  commandResultSchema,
} from '../protocol/letters.js';

// Commands in a report's conversation. Letters are sealed to two people; what all technicians may read of them is written
// here by the viewer of the one who received them. What was approved, and what came of it, can be checked by whoever reads
// it: the receipt in the result names the proposal's exact text and the whole output by their hashes.

const uuid = v.pipe(v.string(), v.uuid());
const instant = v.pipe(v.number(), v.finite());
const author = v.pipe(v.string(), v.maxLength(100));

/** A proposal's envelope: a reason of 10,000 characters, some values, and the rest. */
const MAX_ENVELOPE_TEXT_LENGTH = 64 * 1024;

const title = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100));
/** The exact text of the letter's envelope, whose SHA-256 the receipt names. */
const envelope = v.pipe(v.string(), v.maxLength(MAX_ENVELOPE_TEXT_LENGTH));

/** `id` is that of the letter: the same one written twice, by two viewers perhaps, counts once. */
const head = { id: uuid, atMs: instant };
/** A customer's word, written down by the technician to whom it came. */
const told = { ...head, by: v.literal('customer'), author };

export const commandEntrySchemas = [
  v.object({
    type: v.literal('proposal'),
    ...head,
    by: v.literal('technician'),
    author,
    title,
    expiresMs: instant,
    ...commandProposalSchema.entries,
    envelope,
  }),
  v.object({ type: v.literal('decision'), ...told, ...commandDecisionSchema.entries }),
  v.object({ type: v.literal('output'), ...told, ...commandOutputSchema.entries }),
  v.object({ type: v.literal('result'), ...told, ...commandResultSchema.entries }),
] as const;

/** What a viewer writes down. The desk takes a proposal's facts from its envelope. */
export const commandSaySchemas = [
  v.object({ type: v.literal('proposal'), id: uuid, title, envelope }),
  v.object({ type: v.literal('decision'), id: uuid, ...commandDecisionSchema.entries }),
  v.object({ type: v.literal('output'), id: uuid, ...commandOutputSchema.entries }),
  v.object({ type: v.literal('result'), id: uuid, ...commandResultSchema.entries }),
] as const;
