import { randomUUID } from 'node:crypto';
import { generateAgeIdentity, recipientOf } from '../../../../src/shared/crypto/age.js';
import { generateSigningKeys, signerOf, type Signer } from '../../../../src/shared/crypto/sign.js';
import type { Envelope, TechniciansList } from '../../../../src/shared/protocol/letters.js';

export const NOW_MS = Date.UTC(2026, 10, 23, 9);
export const HOUR_MS = 3_600_000;

/** Somebody who can sign, seal and open. */
export interface Party {
  readonly signer: Signer;
  readonly ageIdentity: string;
  readonly keys: { readonly signingKey: string; readonly recipient: string };
}

export async function makeParty(): Promise<Party> {
  const signer = await signerOf(await generateSigningKeys(true));
  const ageIdentity = await generateAgeIdentity();
  return { signer, ageIdentity, keys: { signingKey: signer.signingKey, recipient: await recipientOf(ageIdentity) } };
}

export type Proposal = Extract<Envelope, { kind: 'command-proposal' }>;

export function proposal(from: Party, to: Party, changes: Partial<Omit<Proposal, 'kind'>> = {}): Proposal {
  return {
    v: 1,
    id: randomUUID(),
    from: from.keys.signingKey,
    to: to.keys.signingKey,
    number: 1,
    sentMs: NOW_MS,
    expiresMs: NOW_MS + HOUR_MS,
    kind: 'command-proposal',
    body: {
      proposal: randomUUID(),
      report: randomUUID(),
      momentMs: 5700,
      command: 'logs',
      parameters: { level: 'error', limit: 100 },
      reason: 'To see what the server answered.',
    },
    ...changes,
  };
}

export function listOf(technicians: readonly Party[], changes: Partial<TechniciansList> = {}): TechniciansList {
  return {
    v: 1,
    organisation: 'Fluxion Support',
    version: 3,
    issuedMs: NOW_MS - HOUR_MS,
    validUntilMs: NOW_MS + 90 * 24 * HOUR_MS,
    technicians: technicians.map(({ keys }, index) => ({ name: `Technician ${index + 1}`, ...keys })),
    ...changes,
  };
}
