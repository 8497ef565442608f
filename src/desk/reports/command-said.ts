import * as v from 'valibot';
import type { SayRequest } from '../../shared/protocol/desk.js';
import { envelopeSchema } from '../../shared/protocol/letters.js';
import type { ConversationEntry } from '../../shared/report/report.js';
import { DeskError } from '../errors.js';

export type CommandSaid = Extract<SayRequest, { type: 'proposal' | 'decision' | 'output' | 'result' }>;
type Entry<T> = T extends unknown ? Omit<T, 'atMs'> : never;
export type CommandEntry = Entry<Extract<ConversationEntry, { type: CommandSaid['type'] }>>;

export function isCommandSaid(said: SayRequest): said is CommandSaid {
  return said.type !== 'comment' && said.type !== 'status';
}

/** What a viewer wrote down of a command, as an entry. Throws `bad-request` for an envelope that is no proposal about this report. */
export function commandEntry(said: CommandSaid, report: string, author: string): CommandEntry {
  if (said.type !== 'proposal') return { ...said, by: 'customer', author };
  const { id, title, envelope: text } = said;
  const envelope = parseEnvelope(text);
  if (envelope?.kind !== 'command-proposal' || envelope.id !== id || envelope.body.report !== report) {
    throw new DeskError('bad-request');
  }
  const { expiresMs, body } = envelope;
  return { type: 'proposal', id, by: 'technician', author, title, expiresMs, ...body, envelope: text };
}

function parseEnvelope(text: string): v.InferOutput<typeof envelopeSchema> | undefined {
  try {
    const parsed = v.safeParse(envelopeSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // Not JSON.
  }
}
