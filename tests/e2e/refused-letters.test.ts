import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Organisation } from '../../scripts/organisation.js';
import type { PublicIdentity } from '../../src/shared/crypto/keys.js';
import type { InboxAnswer, ReportAnswer } from '../../src/shared/protocol/desk.js';
import type { LetterContent } from '../../src/shared/protocol/letters.js';
import { DeskUnderTest } from '../integration/desk/desk-in-folder.js';
import { clientOf, makeParty, TechnicianDouble, type Party } from '../integration/desk/letter-parties.js';
import { STORES, startOver, type ProductOverStore } from './over-store.js';
import { panelOf } from './product.js';
import { sendReport, syncFails, waitUntilDelivered } from './steps.js';
import { auditLog, closePanel, lookAtRequest, openRequests, requestOf } from './support-steps.js';

// Letters that no technician's viewer would write, put into the mailbox of a real install by somebody who may use the desk.

const HOUR_MS = 3_600_000;
const forever = new AbortController().signal;

describe.each(STORES)('an install whose desk keeps its mailbox in %s', (store) => {
  let all: ProductOverStore;
  let page: Page;
  let install: PublicIdentity;
  let report = '';
  let technician: TechnicianDouble;
  let stranger: Party;

  beforeAll(async () => {
    all = await startOver(store);
    const { product } = all;
    const party = await makeParty();
    stranger = await makeParty();
    await product.organisation.enrol(JSON.stringify({ name: 'Technician 1', ...party.keys }));
    page = await product.openFluxion();
    await syncFails(page);
    await sendReport(page, 'Sync now does not work.');
    await waitUntilDelivered(page);
    await closePanel(page);

    const token = (await readFile(join(product.dir, 'desk', 'token'), 'utf8')).trim();
    const desk = { url: product.deskUrl, link: () => '', close: () => Promise.resolve() };
    const direct = new DeskUnderTest(desk, token);
    const { body: inbox } = await direct.get<InboxAnswer>('/api/reports?limit=1');
    report = inbox.reports[0]?.id ?? '';
    const { body } = await direct.get<ReportAnswer>(`/api/reports/${report}`);
    if (body.report.install === undefined) throw new Error('The report names no install.');
    install = body.report.install;
    technician = new TechnicianDouble(party, clientOf(direct, party, await direct.cookie()));
  });
  afterAll(() => all.close());

  const proposal = (reason: string): LetterContent => ({
    kind: 'command-proposal',
    body: { proposal: randomUUID(), report, command: 'get-system-info', parameters: {}, reason },
  });
  async function put(sealed: Uint8Array<ArrayBuffer>): Promise<void> {
    await technician.client.post(install.signingKey, { id: randomUUID(), sealed }, forever);
  }
  /** Resolves when the customer's log has each of these codes. */
  async function refusedFor(...codes: string[]): Promise<void> {
    await expect
      .poll(async () => (await auditLog(all.product)).codes, { timeout: 60_000, interval: 500 })
      .toEqual(expect.arrayContaining(codes));
  }

  it('refuses what is forged, changed, late, early, replayed or not for it, and writes each down', async () => {
    const good = await technician.seal(install, proposal('The good one.'));
    await put(good.sealed);
    const panel = await lookAtRequest(page);
    await requestOf(panel, 'The good one.').waitFor();

    const nowMs = Date.now();
    const asStranger = new TechnicianDouble(stranger, technician.client);
    const bad = proposal('A bad one.');
    const { signingKey } = technician.party.keys;
    const letters = {
      'letter-forged': await asStranger.seal(install, bad, { from: signingKey }),
      'letter-unknown-sender': await asStranger.seal(install, bad),
      'letter-sealed-for-another': await technician.seal({ ...install, recipient: stranger.keys.recipient }, bad),
      'letter-wrong-recipient': await technician.seal(install, bad, { to: stranger.keys.signingKey }),
      'letter-expired': await technician.seal(install, bad, {
        sentMs: nowMs - 2 * HOUR_MS,
        expiresMs: nowMs - HOUR_MS,
      }),
      'letter-from-tomorrow': await technician.seal(install, bad, {
        sentMs: nowMs + 24 * HOUR_MS,
        expiresMs: nowMs + 25 * HOUR_MS,
      }),
      'letter-too-long-valid': await technician.seal(install, bad, { expiresMs: nowMs + 30 * 24 * HOUR_MS }),
      'letter-kind-refused': await technician.seal(install, {
        kind: 'command-decision',
        body: { proposal: randomUUID(), decision: 'approved', decidedMs: nowMs },
      }),
      // The very bytes that were accepted, under another name.
      'letter-replayed': good,
    };
    for (const { sealed } of Object.values(letters)) await put(sealed);
    const changed = (await technician.seal(install, bad)).sealed;
    changed[changed.length - 20] = (changed[changed.length - 20] ?? 0) ^ 1;
    await put(changed);
    await refusedFor(...Object.keys(letters), 'letter-damaged');

    // A good one that came after them all is asked; none of them is.
    await put((await technician.seal(install, proposal('The last one.'))).sealed);
    await requestOf(panel, 'The last one.').waitFor({ timeout: 60_000 });
    expect(await panel.getByRole('article').count()).toBe(2);
    expect(await requestOf(panel, 'A bad one.').count()).toBe(0);
    const { kinds } = await auditLog(all.product);
    expect(kinds.filter((kind) => kind === 'letter-refused')).toHaveLength(Object.keys(letters).length + 1);
    expect(kinds).not.toContain('command-approved');

    // The customer can read it.
    await panel.getByText('Audit log', { exact: true }).click();
    await panel.getByRole('cell', { name: 'letter-forged' }).waitFor();
    await closePanel(page);
  });

  it('believes no list of technicians but one that the pinned root has signed, and no older one', async () => {
    const { product } = all;
    const served = join(product.dir, 'desk', 'technicians.json');
    const older = await readFile(served, 'utf8');
    const colleague = await makeParty();
    await product.organisation.enrol(JSON.stringify({ name: 'Technician 2', ...colleague.keys }));
    await openRequests(page);
    const panel = panelOf(page);
    const asColleague = new TechnicianDouble(colleague, technician.client);
    const asStranger = new TechnicianDouble(stranger, technician.client);
    /** Who is not known makes the install ask for the list again, once a second at most. */
    const writeUntil = (who: TechnicianDouble, reason: string, isDone: () => Promise<boolean>): Promise<void> =>
      expect
        .poll(
          async () => {
            await put((await who.seal(install, proposal(reason))).sealed);
            return await isDone();
          },
          { timeout: 60_000, interval: 1200 },
        )
        .toBe(true);
    const hasCode = (code: string) => async () => (await auditLog(product)).codes.includes(code);

    await writeUntil(asColleague, 'From a colleague.', async () => {
      return (await requestOf(panel, 'From a colleague.').count()) > 0;
    });
    await writeFile(served, older);
    await writeUntil(asStranger, 'From nobody.', hasCode('technicians-older'));
    const impostor = await Organisation.open(join(product.dir, 'impostor'), served);
    await impostor.enrol(JSON.stringify({ name: 'Impostor', ...stranger.keys }));
    await writeUntil(asStranger, 'From the impostor.', hasCode('technicians-unsigned'));

    // The newest good one still holds.
    await put((await asColleague.seal(install, proposal('Once more from a colleague.'))).sealed);
    await requestOf(panel, 'Once more from a colleague.').waitFor({ timeout: 60_000 });
    for (const reason of ['From nobody.', 'From the impostor.']) expect(await requestOf(panel, reason).count()).toBe(0);
    await closePanel(page);
  });

  it('has an audit log in which a changed byte is found', async () => {
    const { verdict } = await auditLog(all.product);
    expect(verdict).toMatch(/^Good: \d+ records/);
    await all.product.stopFluxion();
    const folder = join(all.product.dataDir, 'audit');
    const [name = ''] = await readdir(folder);
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), text.replace('letter-forged', 'letter-expired'));
    const line = text.slice(0, text.indexOf('letter-forged')).split('\n').length;
    await expect(auditLog(all.product)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`line ${line}: changed`) as string,
    });
  });
});
