import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog } from '../../../src/main/services/audit-log.js';
import { nodeFileSystem } from '../../../src/main/services/durable-file.js';
import { openIdentity, type InstallIdentity } from '../../../src/main/services/identity.js';
import { Mailbox } from '../../../src/main/services/mailbox.js';
import { KeyFileSecrets } from '../../../src/main/services/secrets.js';
import { AuditVerifier } from '../../../src/shared/crypto/audit-chain.js';
import { verifyReceipt } from '../../../src/shared/crypto/receipt.js';
import type { LetterContent, VerifiedLetter } from '../../../src/shared/protocol/letters.js';
import { deskIn, temporaryFolder, type DeskUnderTest } from '../desk/desk-in-folder.js';
import {
  clientOf,
  makeParty,
  proposalContent,
  putList,
  replaceList,
  signedList,
  TechnicianDouble,
  type Party,
} from '../desk/letter-parties.js';

// An install's mailbox and a technician, over a real desk.

const forever = new AbortController().signal;
const HOUR_MS = 3_600_000;

let root: Party;
let stranger: Party;
beforeAll(async () => {
  [root, stranger] = await Promise.all([makeParty(), makeParty()]);
});

let folder: string;
let deskFolder: string;
let desk: DeskUnderTest;
let identity: InstallIdentity;
let audit: AuditLog;
let technician: TechnicianDouble;
let mailbox: Mailbox | undefined;
/** Added to the host's clock. */
let aheadMs: number;

beforeEach(async () => {
  aheadMs = 0;
  folder = await mkdtemp(join(tmpdir(), 'fluxrec-letters-'));
  deskFolder = await temporaryFolder();
  desk = await deskIn(deskFolder);
  identity = await openIdentity(new KeyFileSecrets(nodeFileSystem, join(folder, 'keys')));
  audit = await AuditLog.open({ folder: join(folder, 'audit'), fs: nodeFileSystem, wallMs: Date.now });
  await desk.sendReport({ install: identity.keys });
  const party = await makeParty();
  technician = new TechnicianDouble(party, clientOf(desk, party, await desk.cookie()));
  await putList(deskFolder, await signedList(root, [party]));
});
afterEach(async () => {
  // First the desk: a client that ends a request opens another connection at once, and a desk that stops waits for those.
  await desk.desk.close();
  await mailbox?.close();
  mailbox = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function openMailbox(options: { url?: string; rootKeys?: string[] } = {}): Promise<Mailbox> {
  mailbox = await Mailbox.open({
    folder: join(folder, 'mailbox'),
    fs: nodeFileSystem,
    identity,
    audit,
    desk: { url: options.url ?? desk.url },
    rootKeys: options.rootKeys ?? [root.keys.signingKey],
    fetch,
    wallMs: () => Date.now() + aheadMs,
  });
  await mailbox.expectLetters(Date.now());
  return mailbox;
}

/** Everything that the mailbox hands on, from now on. */
function listen(to: Mailbox): VerifiedLetter[] {
  const letters: VerifiedLetter[] = [];
  to.onLetter((letter) => {
    letters.push(letter);
  });
  return letters;
}

async function audited(kind: string): Promise<Record<string, unknown>[]> {
  const { records } = await audit.read({ limit: 200 });
  return records.filter((record) => record.kind === kind).map(({ body }) => body);
}
const refused = async (): Promise<unknown[]> => (await audited('letter-refused')).map(({ code }) => code).reverse();

async function auditVerdict() {
  const verifier = new AuditVerifier();
  for (const name of (await readdir(join(folder, 'audit'))).sort()) {
    verifier.push(await readFile(join(folder, 'audit', name)));
  }
  return verifier.end();
}

function decision(proposal: string): LetterContent {
  return { kind: 'command-decision', body: { proposal, decision: 'denied', decidedMs: Date.now() } };
}

describe('a proposal', () => {
  it('reaches the install, who knows who it is from, and the answer reaches the technician', async () => {
    const box = await openMailbox();
    const letters = listen(box);
    const content = proposalContent();
    const sha256 = await technician.write(identity.keys, content);
    await expect.poll(() => letters).toHaveLength(1);
    const [letter] = letters;
    expect(letter).toMatchObject({
      sha256,
      sender: { name: 'Technician 1', organisation: 'Fluxion Support', ...technician.party.keys },
      envelope: { kind: 'command-proposal', body: content.body },
    });
    await box.send(letter?.sender ?? technician.party.keys, decision(content.body.proposal));
    const [answer] = await technician.read(identity.keys);
    expect(answer?.envelope).toMatchObject({ kind: 'command-decision', from: identity.keys.signingKey });
    expect(await audited('letter-received')).toMatchObject([{ name: 'Technician 1', sha256 }]);
    expect(await audited('letter-sent')).toMatchObject([{ kind: 'command-decision' }]);
    expect(await auditVerdict()).toMatchObject({ problems: [] });
  });

  it('of an install that was offline is there when it is back', async () => {
    await technician.write(identity.keys, proposalContent());
    const letters = listen(await openMailbox());
    await expect.poll(() => letters).toHaveLength(1);
  });

  it('that came is handed on after a crash, and once more where it was not finished', async () => {
    const box = await openMailbox();
    let tries = 0;
    box.onLetter(() => {
      tries += 1;
      throw new Error('the process dies here');
    });
    await technician.write(identity.keys, proposalContent());
    await expect.poll(() => tries).toBe(1);
    await box.close();
    const letters = listen(await openMailbox());
    await expect.poll(() => letters).toHaveLength(1);
    await mailbox?.close();
    const again = listen(await openMailbox());
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(again).toEqual([]);
    expect(await refused()).toEqual([]);
  });

  it('of a technician who was put on the list a moment ago is accepted', async () => {
    const box = await openMailbox();
    const letters = listen(box);
    await technician.write(identity.keys, proposalContent());
    await expect.poll(() => letters).toHaveLength(1);
    const party = await makeParty();
    await replaceList(deskFolder, await signedList(root, [technician.party, party], { version: 2 }));
    await new TechnicianDouble(party, clientOf(desk, party, await desk.cookie())).write(
      identity.keys,
      proposalContent(),
    );
    await expect.poll(() => letters, { timeout: 5000 }).toHaveLength(2);
    expect(letters[1]?.sender.name).toBe('Technician 2');
  });
});

describe('is refused and audited:', () => {
  /** Puts what a stranger could put there: the desk takes any bytes from a technician's session. */
  async function deliver(sealed: Uint8Array<ArrayBuffer>): Promise<void> {
    await technician.client.post(identity.keys.signingKey, { id: crypto.randomUUID(), sealed }, forever);
  }

  async function expectRefused(code: string, letters: VerifiedLetter[], count = 0): Promise<void> {
    await expect.poll(refused, { timeout: 5000 }).toContain(code);
    expect(letters).toHaveLength(count);
    // It is gone from the mailbox, and what comes after it is read.
    await technician.write(identity.keys, proposalContent());
    await expect.poll(() => letters).toHaveLength(count + 1);
  }

  it('a letter that comes twice', async () => {
    const letters = listen(await openMailbox());
    const { sealed } = await technician.seal(identity.keys, proposalContent());
    await deliver(sealed);
    await expect.poll(() => letters).toHaveLength(1);
    await deliver(sealed);
    await expectRefused('letter-replayed', letters, 1);
  });

  it('a letter that came before the app was started anew', async () => {
    const { sealed } = await technician.seal(identity.keys, proposalContent());
    await deliver(sealed);
    const before = listen(await openMailbox());
    await expect.poll(() => before).toHaveLength(1);
    await mailbox?.close();
    await deliver(sealed);
    await expectRefused('letter-replayed', listen(await openMailbox()));
  });

  it.each([
    ['letter-expired', { sentMs: Date.now() - 2 * HOUR_MS, expiresMs: Date.now() - HOUR_MS }],
    ['letter-from-tomorrow', { sentMs: Date.now() + HOUR_MS, expiresMs: Date.now() + 2 * HOUR_MS }],
    ['letter-too-long-valid', { expiresMs: Date.now() + 400 * 24 * HOUR_MS }],
  ])('%s', async (code, changes) => {
    const letters = listen(await openMailbox());
    await deliver((await technician.seal(identity.keys, proposalContent(), changes)).sealed);
    await expectRefused(code, letters);
  });

  it('a letter for another install, sealed to this one', async () => {
    const letters = listen(await openMailbox());
    const { sealed } = await technician.seal(identity.keys, proposalContent(), { to: stranger.keys.signingKey });
    await deliver(sealed);
    await expectRefused('letter-wrong-recipient', letters);
  });

  it('a letter sealed to another key', async () => {
    const letters = listen(await openMailbox());
    const { sealed } = await technician.seal(
      { signingKey: identity.keys.signingKey, recipient: stranger.keys.recipient },
      proposalContent(),
    );
    await deliver(sealed);
    await expectRefused('letter-sealed-for-another', letters);
  });

  it('a letter of somebody who is on no list', async () => {
    const letters = listen(await openMailbox());
    const other = new TechnicianDouble(stranger, technician.client);
    await deliver((await other.seal(identity.keys, proposalContent())).sealed);
    await expectRefused('letter-unknown-sender', letters);
  });

  it('a letter in the name of a technician, by another key', async () => {
    const letters = listen(await openMailbox());
    const other = new TechnicianDouble(stranger, technician.client);
    const { sealed } = await other.seal(identity.keys, proposalContent(), {
      from: technician.party.keys.signingKey,
    });
    await deliver(sealed);
    await expectRefused('letter-forged', letters);
  });

  it('a letter that is for technicians to get', async () => {
    const letters = listen(await openMailbox());
    await deliver((await technician.seal(identity.keys, decision(crypto.randomUUID()))).sealed);
    await expectRefused('letter-kind-refused', letters);
  });

  it('rubbish, without filling the log', async () => {
    const letters = listen(await openMailbox());
    for (let index = 0; index < 120; index += 1) await deliver(new Uint8Array(50).fill(index));
    await expect.poll(() => audited('letters-refused'), { timeout: 20_000 }).toHaveLength(1);
    expect(new Set(await refused())).toEqual(new Set(['letter-damaged']));
    await technician.write(identity.keys, proposalContent());
    await expect.poll(() => letters, { timeout: 20_000 }).toHaveLength(1);
  });

  it('everybody, where the list is signed by no key that the app trusts', async () => {
    const letters = listen(await openMailbox({ rootKeys: [stranger.keys.signingKey] }));
    await technician.write(identity.keys, proposalContent());
    await expect.poll(refused, { timeout: 5000 }).toEqual(['technicians-unsigned']);
    expect(await audited('technicians-refused')).toEqual([{ code: 'technicians-unsigned' }]);
    expect(letters).toEqual([]);
  });

  it('a technician whom a newer list leaves out, also when the desk brings the older list again', async () => {
    const old = await signedList(root, [technician.party]);
    await putList(deskFolder, await signedList(root, [technician.party, stranger], { version: 3 }));
    const first = listen(await openMailbox());
    await technician.write(identity.keys, proposalContent());
    await expect.poll(() => first).toHaveLength(1);
    await mailbox?.close();
    await replaceList(deskFolder, old);
    const letters = listen(await openMailbox());
    await expect.poll(() => audited('technicians-refused'), { timeout: 5000 }).toEqual([{ code: 'technicians-older' }]);
    await technician.write(identity.keys, proposalContent());
    await expect.poll(() => letters).toHaveLength(1);
  });
});

describe('letters to technicians', () => {
  it('wait while the desk cannot be reached, and go in their order, once each', async () => {
    const port = Number(new URL(desk.url).port);
    await desk.desk.close();
    const box = await openMailbox();
    const proposal = crypto.randomUUID();
    for (let sequence = 0; sequence < 5; sequence += 1) {
      await box.send(technician.party.keys, { kind: 'command-output', body: { proposal, sequence, text: 'line\n' } });
    }
    await box.close();
    await openMailbox();
    desk = await deskIn(deskFolder, { port, pinned: true });
    technician = new TechnicianDouble(technician.party, clientOf(desk, technician.party, await desk.cookie()));
    const letters: VerifiedLetter[] = [];
    await expect.poll(async () => letters.push(...(await technician.read(identity.keys))), { timeout: 20_000 }).toBe(5);
    const numbers = letters.map(({ envelope }) => envelope.number);
    expect(letters.map(({ envelope }) => (envelope.kind === 'command-output' ? envelope.body.sequence : -1))).toEqual([
      0, 1, 2, 3, 4,
    ]);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it('carry a receipt that anybody can check who has the install’s key', async () => {
    const box = await openMailbox();
    const statement = {
      v: 1,
      proposal: crypto.randomUUID(),
      report: crypto.randomUUID(),
      command: 'logs',
      proposalSha256: 'a'.repeat(64),
      status: 'done',
      outputBytes: 0,
      outputSha256: 'b'.repeat(64),
      decidedMs: 1,
      endedMs: 2,
    } as const;
    expect(await verifyReceipt(await box.signReceipt(statement), identity.keys.signingKey)).toEqual(statement);
  });

  it('expire where they are when nobody can be reached for too long', async () => {
    const port = Number(new URL(desk.url).port);
    await desk.desk.close();
    const box = await openMailbox();
    await box.send(technician.party.keys, decision(crypto.randomUUID()), HOUR_MS);
    aheadMs = 2 * HOUR_MS;
    await deskIn(deskFolder, { port, pinned: true });
    await expect.poll(() => audited('letter-undelivered'), { timeout: 15_000 }).toMatchObject([{ code: 'expired' }]);
    await expect.poll(() => readdir(join(folder, 'mailbox', 'out'))).toEqual([]);
  });
});

describe('an app without a root key', () => {
  it('asks nobody for letters', async () => {
    let requests = 0;
    mailbox = await Mailbox.open({
      folder: join(folder, 'mailbox'),
      fs: nodeFileSystem,
      identity,
      audit,
      desk: { url: desk.url },
      rootKeys: [],
      fetch: (...request) => {
        requests += 1;
        return fetch(...request);
      },
      wallMs: Date.now,
    });
    await mailbox.expectLetters(Date.now());
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(requests).toBe(0);
  });
});
