import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../../src/shared/bundle/read.js';
import { verifyReceipt } from '../../../src/shared/crypto/receipt.js';
import { defineCommand } from '../../../src/main/services/commands/command.js';
import type { AuditEntry } from '../../../src/shared/protocol/host.js';
import { PanelDouble } from '../host/documents.js';
import {
  bodies,
  correspond,
  isDecision,
  isResult,
  lettersUntil,
  propose,
  seen,
  type Correspondence,
} from './parties.js';

// Real host, real desk, real letters: what a technician proposes, what a customer decides, what comes of it.

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
const cleanup = (work: () => Promise<unknown>): void => {
  cleanups.push(work);
};

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'fluxrec-tiles-'));
});
afterAll(() => {
  rmSync(cache, { recursive: true, force: true });
});

async function audited({ customer }: Correspondence): Promise<string[]> {
  const { records } = (await customer.panel.call('audit', { limit: 100 })).value as { records: AuditEntry[] };
  expect(records.every(({ isIntact }) => isIntact)).toBe(true);
  return records
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith('command-'))
    .reverse();
}

async function approve({ customer }: Correspondence, proposal: string): Promise<void> {
  const { effect } = await seen(customer.panel, proposal);
  await customer.panel.call('decideProposal', { proposal, decision: 'approve', effect });
}

describe('a command', () => {
  it('goes from proposal over approval and output to a receipt that the technician can verify', async () => {
    const all = await correspond({}, cleanup);
    const { customer, install } = all;
    customer.app.host.log('warn', 'from the host, password=hunter2');
    const { proposal, sha256 } = await propose(all, 'logs', { level: 'warn', limit: 5 });

    expect(
      await customer.window.channel.waitFor('proposals', (data) => (data as { pending: number }).pending === 1),
    ).toEqual({
      pending: 1,
    });
    const view = await seen(customer.panel, proposal);
    expect(view).toMatchObject({
      from: { name: 'Technician 1', organisation: 'Fluxion Support' },
      title: 'Read the app’s log',
      reason: 'To see it.',
      receiptCode: customer.receiptCode,
      state: 'pending',
    });
    expect(view.effect[0]).toContain('up to 5 warnings and errors');

    await approve(all, proposal);
    const letters = await lettersUntil(all, isResult);
    expect(bodies(letters, 'command-decision')).toMatchObject([{ proposal, decision: 'approved' }]);
    const text = bodies(letters, 'command-output')
      .sort((a, b) => a.sequence - b.sequence)
      .map((output) => output.text)
      .join('');
    expect(text).toMatch(/WARN +Double: from the host, password=\*\*\*/);
    const [result] = bodies(letters, 'command-result');
    expect(result).toMatchObject({ proposal, status: 'done', summary: '1 line', outputBytes: Buffer.byteLength(text) });
    const receipt = await verifyReceipt(result?.receipt, install.signingKey);
    expect(receipt).toMatchObject({
      proposalSha256: sha256,
      outputSha256: createHash('sha256').update(text).digest('hex'),
      status: 'done',
    });
    expect(await audited(all)).toEqual(['command-proposed', 'command-approved', 'command-ended']);
    const { chunks } = (await customer.panel.call('readOutput', { proposal, from: 0 })).value as { chunks: string[] };
    expect(chunks.join('')).toBe(text);
    await customer.window.channel.waitFor('proposals', (data) => (data as { pending: number }).pending === 0);
  });

  it('that is denied does nothing, and the technician is told', async () => {
    const all = await correspond({}, cleanup);
    const { proposal } = await propose(all, 'get-system-info');
    await seen(all.customer.panel, proposal);
    await all.customer.panel.call('decideProposal', { proposal, decision: 'deny', effect: [] });
    expect(bodies(await lettersUntil(all, isDecision), 'command-decision')).toMatchObject([
      { proposal, decision: 'denied' },
    ]);
    expect(await audited(all)).toEqual(['command-proposed', 'command-denied']);
  });

  it('that the host does not have, or with other values, is refused before anybody is asked', async () => {
    const all = await correspond({}, cleanup);
    await propose(all, 'shell', { line: 'rm -rf ~' });
    expect(bodies(await lettersUntil(all, isDecision), 'command-decision')).toMatchObject([
      { decision: 'refused', error: { code: 'command-unknown' } },
    ]);
    await propose(all, 'logs', { limit: 1e9 });
    expect(bodies(await lettersUntil(all, isDecision), 'command-decision')).toMatchObject([
      { decision: 'refused', error: { code: 'parameters-invalid' } },
    ]);
    expect(await audited(all)).toEqual(['command-refused', 'command-refused']);
  });

  it('that the app registered is offered in the manifest, runs, and is cancelled by the technician', async () => {
    const count = defineCommand({
      name: 'count',
      title: 'Count',
      summary: 'Counts until it is told to stop.',
      parameters: { step: { type: 'number', label: 'Step', min: 1, max: 5, isInteger: true, default: 1 } },
      timeLimitMs: 60_000,
      effect: ({ step }) => [`Counts by ${step}.`],
      async run({ step }, { signal, write }) {
        for (let at = 0; !signal.aborted; at += step) {
          write(String(at));
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw signal.reason as Error;
      },
    });
    const all = await correspond({ commands: { own: [count] } }, cleanup);
    const part = await fetch(`${all.desk.url}/api/reports/${all.customer.report}/parts/0`, {
      headers: { cookie: await all.desk.cookie() },
    });
    const { manifest } = await openBundle(bytesSource(new Uint8Array(await part.arrayBuffer())));
    expect(manifest.commands?.map(({ name }) => name)).toEqual([
      'logs',
      'get-system-info',
      'clear-cache',
      'record-again',
      'count',
    ]);
    const { proposal } = await propose(all, 'count', { step: 2 });
    await approve(all, proposal);
    await lettersUntil(all, ({ envelope }) => envelope.kind === 'command-output');
    await all.technician.write(all.install, { kind: 'cancel', body: { proposal } });
    expect(bodies(await lettersUntil(all, isResult), 'command-result')).toMatchObject([
      { proposal, status: 'cancelled', error: { code: 'cancelled' } },
    ]);
    expect(await audited(all)).toEqual(['command-proposed', 'command-approved', 'command-cancelled', 'command-ended']);
  });

  it('that clears caches tells before what it would delete, deletes it, and tells what was there', async () => {
    await mkdir(join(cache, 'tiles'), { recursive: true });
    await writeFile(join(cache, 'tiles', 'one'), 'x'.repeat(2048));
    const all = await correspond(
      { commands: { caches: [{ name: 'Map tiles', folder: join(cache, 'tiles') }] } },
      cleanup,
    );
    const { proposal } = await propose(all, 'clear-cache', { caches: ['Map tiles'] });
    await seen(all.customer.panel, proposal);
    expect((await all.customer.panel.call('lookAtProposal', { proposal })).value).toEqual({
      lines: ['Map tiles: 2.0 KB in one file would be deleted.'],
    });
    await approve(all, proposal);
    const letters = await lettersUntil(all, isResult);
    expect(bodies(letters, 'command-result')).toMatchObject([{ status: 'done', summary: 'freed 2.0 KB' }]);
    expect(await readdir(join(cache, 'tiles'))).toEqual([]);
  });
});

describe('a customer', () => {
  it('who was offline sees the proposal when back, and its result arrives', async () => {
    const all = await correspond({}, cleanup);
    const { app } = all.customer;
    await app.host.close();
    const { proposal } = await propose(all, 'get-system-info');
    await app.restart();
    const panel = await PanelDouble.open(app.host.panelUrl);
    const { effect } = await seen(panel, proposal);
    await panel.call('decideProposal', { proposal, decision: 'approve', effect });
    const letters = await lettersUntil(all, isResult);
    expect(bodies(letters, 'command-result')).toMatchObject([{ proposal, status: 'done' }]);
  });

  it('who is flooded is asked five times, and the rest is refused', async () => {
    const all = await correspond({}, cleanup);
    for (let count = 0; count < 9; count += 1) await propose(all, 'get-system-info');
    const refused = [];
    while (refused.length < 4) refused.push(...bodies(await lettersUntil(all, isDecision), 'command-decision'));
    expect(refused.map(({ error }) => error?.code)).toEqual(Array(4).fill('proposal-pile'));
    const { value } = await all.customer.panel.call('listProposals', {});
    expect((value as { proposals: unknown[] }).proposals).toHaveLength(5);
  });

  it('is asked by the panel only: a page has no way to decide', async () => {
    const all = await correspond({}, cleanup);
    const { proposal } = await propose(all, 'get-system-info');
    const { effect } = await seen(all.customer.panel, proposal);
    await expect(
      all.customer.window.call('decideProposal', { proposal, decision: 'approve', effect }),
    ).rejects.toThrow();
    const { value } = await all.customer.panel.call('listProposals', {});
    expect((value as { proposals: { state: string }[] }).proposals).toMatchObject([{ state: 'pending' }]);
  });
});
