import * as v from 'valibot';
import { signatureSchema, signingKeySchema } from '../crypto/keys.js';

// What a technician may do in a live session, and only when it was granted. See docs/live-protocol.md, "Grants".

export const GRANTS = [
  'view-dom',
  'view-video',
  'console',
  'screenshot',
  'commands',
  'point',
  'chat',
  'be-recorded',
] as const;
export type GrantKind = (typeof GRANTS)[number];

/** What is asked for when a session begins: to see, and to talk about it. Everything else is asked for one by one. */
export const FIRST_GRANTS: readonly GrantKind[] = ['view-dom', 'chat'];

/** In the words that both sides read: its name, and what it lets the technician do. */
export const GRANT_WORDS: Readonly<Record<GrantKind, { readonly title: string; readonly allows: string }>> = {
  'view-dom': {
    title: 'See the app',
    allows:
      'See this app’s window as it changes, and go back to what it showed in the five minutes before. What is masked in recordings is masked here too.',
  },
  'view-video': {
    title: 'See a video',
    allows:
      'See a video of this app’s window, with what is masked painted over, or of a screen that you choose, as it is.',
  },
  console: {
    title: 'Read the logs',
    allows:
      'Read the log, network requests and errors of this app, of all its windows and its own process, as they come, and those of the last minutes.',
  },
  screenshot: {
    title: 'Take pictures',
    allows:
      'Take pictures of this app’s window, each by your own press, with what is masked painted over. They can be kept in the report.',
  },
  commands: {
    title: 'Propose commands',
    allows: 'Propose commands of this app. Each one still asks you before it does anything.',
  },
  point: { title: 'Point at things', allows: 'Show a coloured dot over this app’s window. It cannot press anything.' },
  chat: { title: 'Write messages', allows: 'Write messages that you read here, and read what you answer.' },
  'be-recorded': {
    title: 'Record this session',
    allows:
      'Keep what this app’s windows show and record while this is allowed, and what is said and allowed in this session, as a part of the report.',
  },
};

/** A grant lasts so long where nothing else is asked for, and at most so long. */
export const DEFAULT_GRANT_MS = 30 * 60_000;
export const MAX_GRANT_MS = 8 * 3_600_000;
/** All grants end when the technician has done nothing for so long. */
export const GRANT_IDLE_MS = 3_600_000;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const instant = v.pipe(v.number(), v.finite());
const uuid = v.pipe(v.string(), v.uuid());

/** That a technician's key asks for exactly this, in exactly this session: a signature over `askStatement`. */
export const askProofSchema = v.object({
  signingKey: signingKeySchema,
  /** Rises with each ask of a session. */
  number: v.pipe(count, v.minValue(1)),
  sentMs: instant,
  signature: signatureSchema,
});
export type AskProof = v.InferOutput<typeof askProofSchema>;

export const grantAskSchema = v.object({
  /** Names the grant in everything that follows. */
  grant: uuid,
  kind: v.picklist(GRANTS),
  /** Why, in the technician's words: the customer reads it. */
  reason: v.optional(v.pipe(v.string(), v.maxLength(500))),
  durationMs: v.optional(v.pipe(count, v.minValue(1000), v.maxValue(MAX_GRANT_MS))),
  /** Absent: nobody knows who asks, and the customer is told so. */
  proof: v.optional(askProofSchema),
});
export type GrantAsk = v.InferOutput<typeof grantAskSchema>;

/** Taken back by the customer, given up by the technician, or ended by a rule. `refused`: the customer was not even asked. */
export const WITHDRAWALS = [
  'denied',
  'refused',
  'taken-back',
  'given-up',
  'run-out',
  'idle',
  'locked',
  'disconnected',
] as const;
export type Withdrawal = (typeof WITHDRAWALS)[number];

export const WITHDRAWAL_SENTENCES: Readonly<Record<Withdrawal, string>> = {
  denied: 'The customer said no.',
  refused:
    'The app did not put this before the customer: too much was asked at once, or it was not signed as it must be.',
  'taken-back': 'The customer took it back.',
  'given-up': 'The technician gave it up.',
  'run-out': 'Its time was over.',
  idle: 'Nothing was done for an hour.',
  locked: 'The customer’s computer was locked or went to sleep.',
  disconnected: 'The connection ended.',
};

/** What both sides know of the session that a proof belongs to. */
export interface AskSession {
  /** The customer's host process has made it: see `welcome`. */
  readonly session: string;
  /** The four safety words: whoever stands between two connections has others on each. */
  readonly words: readonly string[];
}

/** What a technician's key signs, in the context `live-ask`: always the same text for the same ask. */
export function askStatement(
  { session, words }: AskSession,
  { grant, kind, reason, durationMs }: Omit<GrantAsk, 'proof'>,
  { number, sentMs }: Pick<AskProof, 'number' | 'sentMs'>,
): Uint8Array<ArrayBuffer> {
  const fields = [session, [...words], number, sentMs, grant, kind, reason ?? null, durationMs ?? null];
  return new TextEncoder().encode(JSON.stringify(fields));
}
