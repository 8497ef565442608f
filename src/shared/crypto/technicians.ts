import * as v from 'valibot';
import {
  signedTechniciansSchema,
  techniciansListSchema,
  type SignedTechnicians,
  type Technician,
  type TechniciansList,
} from '../protocol/letters.js';
import { LetterError } from './letter-errors.js';
import { isSignedBy, type Signer } from './sign.js';

/** Signs a list by the organisation's root key. Throws `technicians-malformed` for what a host would refuse. */
export async function signTechnicians(list: TechniciansList, root: Signer): Promise<SignedTechnicians> {
  checkList(list);
  const text = `${JSON.stringify(list, undefined, 2)}\n`;
  const signature = await root.sign('technicians', new TextEncoder().encode(text));
  const signed = { list: text, rootKey: root.signingKey, signature };
  if (!v.is(signedTechniciansSchema, signed)) throw new LetterError('technicians-malformed');
  return signed;
}

export interface ListRules {
  /** The root keys that the app has pinned. */
  readonly rootKeys: readonly string[];
  /** The newest version seen so far. */
  readonly seenVersion: number;
  readonly nowMs: number;
}

/**
 * The list, if one of the pinned keys has signed it. Rejects with a LetterError: `technicians-malformed`, `technicians-unsigned`
 * (by no key that is pinned), `technicians-forged`, `technicians-older`, `technicians-expired`.
 */
export async function verifyTechnicians(value: unknown, rules: ListRules): Promise<TechniciansList> {
  const signed = v.safeParse(signedTechniciansSchema, value);
  if (!signed.success) throw new LetterError(isPlainList(value) ? 'technicians-unsigned' : 'technicians-malformed');
  const { list: text, rootKey, signature } = signed.output;
  if (!rules.rootKeys.includes(rootKey)) throw new LetterError('technicians-unsigned');
  if (!(await isSignedBy(rootKey, 'technicians', new TextEncoder().encode(text), signature))) {
    throw new LetterError('technicians-forged');
  }
  const list = parseList(text);
  if (list.version < rules.seenVersion) throw new LetterError('technicians-older');
  if (list.validUntilMs <= rules.nowMs) throw new LetterError('technicians-expired');
  return list;
}

/** The list's content, whoever signed it: for the desk, which only hands it on, and for people who look at it. Throws `technicians-malformed`. */
export function readTechnicians(signed: SignedTechnicians): TechniciansList {
  return parseList(signed.list);
}

/** Who signed with this key at this time. Throws `letter-unknown-sender`, `letter-sender-expired`. */
export function findTechnician(list: TechniciansList, signingKey: string, sentMs: number): Technician {
  const technician = list.technicians.find((known) => known.signingKey === signingKey);
  if (technician === undefined) throw new LetterError('letter-unknown-sender');
  const { validFromMs = -Infinity, validUntilMs = Infinity } = technician;
  if (sentMs < validFromMs || sentMs >= validUntilMs) throw new LetterError('letter-sender-expired');
  return technician;
}

function parseList(text: string): TechniciansList {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LetterError('technicians-malformed', { cause });
  }
  const parsed = v.safeParse(techniciansListSchema, value);
  if (!parsed.success) throw new LetterError('technicians-malformed');
  checkList(parsed.output);
  return parsed.output;
}

/** One key names one technician. */
function checkList(list: TechniciansList): void {
  const keys = list.technicians.map(({ signingKey }) => signingKey);
  if (!v.is(techniciansListSchema, list) || new Set(keys).size !== keys.length) {
    throw new LetterError('technicians-malformed');
  }
}

function isPlainList(value: unknown): boolean {
  return v.is(techniciansListSchema, value);
}
