import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateAgeIdentity, recipientOf } from '../../../src/shared/crypto/age.js';
import type { PublicIdentity } from '../../../src/shared/crypto/keys.js';
import { sealLetter } from '../../../src/shared/crypto/letter.js';
import { nextNumber } from '../../../src/shared/crypto/number-window.js';
import { readLetter } from '../../../src/shared/crypto/read-letter.js';
import { generateSigningKeys, signerOf, type Signer } from '../../../src/shared/crypto/sign.js';
import { signTechnicians } from '../../../src/shared/crypto/technicians.js';
import {
  INSTALL_LETTERS,
  type Envelope,
  type LetterContent,
  type TechniciansList,
  type VerifiedLetter,
} from '../../../src/shared/protocol/letters.js';
import { MailboxClient } from '../../../src/shared/protocol/mailbox-client.js';
import type { DeskUnderTest } from './desk-in-folder.js';

// Who writes to whom: real keys, real seals, a real desk.

const HOUR_MS = 3_600_000;

export interface Party {
  readonly signer: Signer;
  readonly ageIdentity: string;
  readonly keys: PublicIdentity;
}

export async function makeParty(): Promise<Party> {
  const signer = await signerOf(await generateSigningKeys(true));
  const ageIdentity = await generateAgeIdentity();
  return { signer, ageIdentity, keys: { signingKey: signer.signingKey, recipient: await recipientOf(ageIdentity) } };
}

export async function signedList(root: Party, parties: readonly Party[], changes: Partial<TechniciansList> = {}) {
  const list: TechniciansList = {
    v: 1,
    organisation: 'Fluxion Support',
    version: 1,
    issuedMs: Date.now(),
    validUntilMs: Date.now() + 24 * HOUR_MS,
    technicians: parties.map(({ keys }, index) => ({ name: `Technician ${index + 1}`, ...keys })),
    ...changes,
  };
  return await signTechnicians(list, root.signer);
}

/** Puts the list where a desk made by `deskIn(folder)` looks for it when it is first asked. */
export async function putList(folder: string, signed: unknown): Promise<void> {
  await writeFile(join(folder, 'data', 'technicians.json'), JSON.stringify(signed));
}

/** Replaces the list of a desk that has looked; resolves when it looks again. */
export async function replaceList(folder: string, signed: unknown): Promise<void> {
  await putList(folder, signed);
  // At most once a second.
  await new Promise((resolve) => setTimeout(resolve, 1100));
}

/** A mailbox client of a party; a technician's sends the cookie, as a browser does. */
export function clientOf(desk: Pick<DeskUnderTest, 'url'>, { signer }: Party, cookie?: string): MailboxClient {
  const withCookie: typeof globalThis.fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie: cookie ?? '' } });
  return new MailboxClient({ origin: desk.url, fetch: cookie === undefined ? fetch : withCookie, signer });
}

const forever = new AbortController().signal;

/** A technician who writes letters and reads those of one install. */
export class TechnicianDouble {
  readonly party: Party;
  readonly client: MailboxClient;
  #number: number | undefined;

  constructor(party: Party, client: MailboxClient) {
    this.party = party;
    this.client = client;
  }

  /** A letter, sealed; `changes` make it one that must be refused. */
  async seal(
    to: PublicIdentity,
    content: LetterContent,
    changes: Partial<Omit<Envelope, 'kind' | 'body'>> = {},
  ): Promise<{ id: string; sealed: Uint8Array<ArrayBuffer>; sha256: string }> {
    this.#number = nextNumber(this.#number, Date.now());
    const head = { v: 1, id: randomUUID(), from: this.party.keys.signingKey, to: to.signingKey } as const;
    const times = { number: this.#number, sentMs: Date.now(), expiresMs: Date.now() + HOUR_MS };
    const envelope: Envelope = { ...head, ...times, ...changes, ...content };
    return { id: head.id, ...(await sealLetter(envelope, this.party.signer, to.recipient)) };
  }

  async write(to: PublicIdentity, content: LetterContent): Promise<string> {
    const { id, sealed, sha256 } = await this.seal(to, content);
    await this.client.post(to.signingKey, { id, sealed }, forever);
    return sha256;
  }

  /** The next letters of that install, taken out of the mailbox. */
  async read(from: PublicIdentity): Promise<VerifiedLetter[]> {
    const sealed = await this.client.letters(5000, forever);
    const reader = {
      identity: this.party.ageIdentity,
      self: this.party.keys,
      kinds: INSTALL_LETTERS,
      senderOf: () => from,
    };
    const letters = await Promise.all(sealed.map((letter) => readLetter(letter.sealed, reader, Date.now())));
    if (sealed.length > 0) {
      const ids = sealed.map(({ id }) => id);
      await this.client.remove(ids, forever);
    }
    return letters;
  }
}

export function proposalContent(): Extract<LetterContent, { kind: 'command-proposal' }> {
  const body = { proposal: randomUUID(), report: randomUUID(), command: 'logs', parameters: { limit: 5 } };
  return { kind: 'command-proposal', body: { ...body, reason: 'To see what the server answered.' } };
}
