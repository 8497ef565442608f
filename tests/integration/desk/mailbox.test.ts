import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_SEALED_LETTER_BYTES } from '../../../src/shared/constants.js';
import { mailboxProof } from '../../../src/shared/protocol/mailbox.js';
import { deskIn, freshDesk, temporaryFolder, type DeskUnderTest } from './desk-in-folder.js';
import { clientOf, makeParty, putList, replaceList, signedList, type Party } from './letter-parties.js';

// Mailboxes of a real desk: who has one, who may put something into it, and what it keeps.

const forever = new AbortController().signal;
let root: Party;
let install: Party;
let technician: Party;
let stranger: Party;

beforeAll(async () => {
  [root, install, technician, stranger] = await Promise.all([makeParty(), makeParty(), makeParty(), makeParty()]);
});

/** A desk that knows the install by a report, and the technician by the list. */
async function knowingDesk(): Promise<{ desk: DeskUnderTest; folder: string }> {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  await desk.sendReport({ install: install.keys });
  await putList(folder, await signedList(root, [technician]));
  return { desk, folder };
}

const letter = (bytes = 300) => ({ id: randomUUID(), sealed: new Uint8Array(randomBytes(bytes)) });

describe('a mailbox', () => {
  it('carries letters both ways, in their order, until they are removed', async () => {
    const { desk } = await knowingDesk();
    const ours = clientOf(desk, install);
    const theirs = clientOf(desk, technician, await desk.cookie());
    const [first, second, answer] = [letter(), letter(MAX_SEALED_LETTER_BYTES), letter()];
    await theirs.post(install.keys.signingKey, first, forever);
    await theirs.post(install.keys.signingKey, second, forever);
    expect(await ours.letters(0, forever)).toEqual([first, second]);
    await ours.remove([first.id], forever);
    expect(await ours.letters(0, forever)).toEqual([second]);
    await ours.post(technician.keys.signingKey, answer, forever);
    expect(await theirs.letters(0, forever)).toEqual([answer]);
  });

  it('holds a letter once, however often it was posted', async () => {
    const { desk } = await knowingDesk();
    const theirs = clientOf(desk, technician, await desk.cookie());
    const once = letter();
    for (let time = 0; time < 3; time += 1) await theirs.post(install.keys.signingKey, once, forever);
    expect(await clientOf(desk, install).letters(0, forever)).toHaveLength(1);
  });

  it('tells who waits as soon as a letter comes, and ends when the desk does', async () => {
    const { desk } = await knowingDesk();
    const theirs = clientOf(desk, technician, await desk.cookie());
    const ours = clientOf(desk, install);
    await ours.letters(0, forever);
    const waiting = ours.letters(20_000, forever);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const sent = letter();
    await theirs.post(install.keys.signingKey, sent, forever);
    expect(await waiting).toEqual([sent]);
    await ours.remove([sent.id], forever);
    const last = ours.letters(20_000, forever);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await desk.desk.close();
    expect(await last).toEqual([]);
  });

  it('outlives a restart of the desk; so do its tokens', async () => {
    const folder = await temporaryFolder();
    const first = await deskIn(folder);
    await first.sendReport({ install: install.keys });
    await putList(folder, await signedList(root, [technician]));
    const port = Number(new URL(first.url).port);
    const ours = clientOf(first, install);
    await ours.letters(0, forever);
    const kept = letter();
    await clientOf(first, technician, await first.cookie()).post(install.keys.signingKey, kept, forever);
    await first.desk.close();
    await deskIn(folder, { port, pinned: true });
    expect(await ours.letters(0, forever)).toEqual([kept]);
  });

  it('answers in pieces of bounded size', async () => {
    const { desk } = await knowingDesk();
    const theirs = clientOf(desk, technician, await desk.cookie());
    const sent = Array.from({ length: 6 }, () => letter(MAX_SEALED_LETTER_BYTES));
    for (const one of sent) await theirs.post(install.keys.signingKey, one, forever);
    const ours = clientOf(desk, install);
    const some = await ours.letters(0, forever);
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(6);
    await ours.remove(
      some.map(({ id }) => id),
      forever,
    );
    const rest = await ours.letters(0, forever);
    expect([...some, ...rest].map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
  });
});

describe('the desk refuses', () => {
  const code = (expected: string) => expect.objectContaining({ code: expected }) as unknown;

  it('a mailbox to who has sent no report and is on no list', async () => {
    const { desk } = await knowingDesk();
    await expect(clientOf(desk, stranger, await desk.cookie()).letters(0, forever)).rejects.toEqual(
      code('mailbox-unknown'),
    );
  });

  it('a technician’s mailbox to who is not signed in', async () => {
    const { desk } = await knowingDesk();
    await expect(clientOf(desk, technician).letters(0, forever)).rejects.toEqual(code('not-signed-in'));
  });

  it('letters from install to install, and to nobody', async () => {
    const { desk } = await knowingDesk();
    for (const to of [install, stranger]) {
      await expect(clientOf(desk, install).post(to.keys.signingKey, letter(), forever)).rejects.toEqual(
        code('recipient-unknown'),
      );
    }
  });

  it('a proof by another key, of another origin, of an old challenge, and one that was used', async () => {
    const { desk } = await knowingDesk();
    const prove = async (changes: { signer?: Party; origin?: string; nonce?: string }) => {
      const { body } = await desk.post<{ nonce: string }>('/api/mailbox/challenge', {});
      const { signer = install, origin = desk.url, nonce = body.nonce } = changes;
      const signature = await signer.signer.sign('mailbox', mailboxProof(origin, nonce));
      const request = { signingKey: install.keys.signingKey, origin, nonce, signature };
      return { request, answer: await desk.post('/api/mailbox/token', request) };
    };
    const good = await prove({});
    expect(good.answer.status).toBe(200);
    const wrong = { status: 401, body: { code: 'mailbox-proof-wrong' } };
    expect(await desk.post('/api/mailbox/token', good.request)).toMatchObject(wrong);
    expect((await prove({ signer: stranger })).answer).toMatchObject(wrong);
    expect((await prove({ origin: 'https://desk.example' })).answer).toMatchObject(wrong);
    expect((await prove({ nonce: `${Date.now() + 1e6}.AAAA.${'A'.repeat(43)}` })).answer).toMatchObject(wrong);
  });

  it('a token that it has not given', async () => {
    const { desk } = await knowingDesk();
    const forged = `${Date.now() + 1e6}.install.${install.keys.signingKey}.${'A'.repeat(43)}`;
    for (const token of [forged, 'x', '']) {
      const headers = { authorization: `Bearer ${token}` };
      expect(await desk.call('/api/mailbox/letters', { headers })).toMatchObject({
        status: 401,
        body: { code: 'mailbox-token-unknown' },
      });
    }
  });

  it('letters that are too large, empty, or to no key', async () => {
    const { desk } = await knowingDesk();
    const { body } = await desk.post<{ nonce: string }>('/api/mailbox/challenge', {});
    const signature = await install.signer.sign('mailbox', mailboxProof(desk.url, body.nonce));
    const proof = { signingKey: install.keys.signingKey, origin: desk.url, nonce: body.nonce, signature };
    const { body: answer } = await desk.post<{ token: string }>('/api/mailbox/token', proof);
    const post = (sealed: Uint8Array, headers: Record<string, string> = {}) =>
      desk.call('/api/mailbox/letters', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${answer.token}`,
          'content-type': 'application/octet-stream',
          'letter-to': technician.keys.signingKey,
          'letter-id': randomUUID(),
          ...headers,
        },
        body: sealed as BodyInit,
      });
    expect((await post(new Uint8Array(10))).status).toBe(201);
    expect((await post(new Uint8Array(MAX_SEALED_LETTER_BYTES + 1))).status).toBe(413);
    expect((await post(new Uint8Array(0))).status).toBe(400);
    expect((await post(new Uint8Array(10), { 'letter-to': '../../etc/passwd' })).status).toBe(400);
    expect((await post(new Uint8Array(10), { 'letter-id': '../x' })).status).toBe(400);
    expect((await post(new Uint8Array(10), { 'content-type': 'application/json' })).status).toBe(415);
  });
});

describe('the list of technicians', () => {
  it('is served as it was signed, and anew when the file is replaced', async () => {
    const folder = await temporaryFolder();
    const desk = await deskIn(folder);
    expect(await desk.call('/api/technicians')).toMatchObject({ status: 404, body: { code: 'technicians-missing' } });
    const signed = await signedList(root, [technician]);
    await replaceList(folder, signed);
    expect((await desk.call('/api/technicians')).body).toEqual(signed);
    const newer = await signedList(root, [technician, stranger], { version: 2 });
    await replaceList(folder, newer);
    expect((await desk.call('/api/technicians')).body).toEqual(newer);
  });

  it('that is none is not served', async () => {
    const folder = await temporaryFolder();
    const desk = await deskIn(folder);
    await writeFile(join(folder, 'data', 'technicians.json'), '{"list":');
    expect((await desk.call('/api/technicians')).status).toBe(404);
  });

  it('is for those who know the key of the apps, or are signed in', async () => {
    const desk = await freshDesk({ ingestKey: 'an-ingest-key-0123456789' });
    expect((await desk.call('/api/technicians')).status).toBe(401);
    const headers = { authorization: 'Bearer an-ingest-key-0123456789' };
    expect((await desk.call('/api/technicians', { headers })).status).toBe(404);
    expect((await desk.get('/api/technicians')).status).toBe(404);
  });
});
