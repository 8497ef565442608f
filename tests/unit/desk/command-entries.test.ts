import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../../src/desk/log.js';
import { Reports } from '../../../src/desk/reports/reports.js';
import { sayRequestSchema } from '../../../src/shared/protocol/desk.js';
import type { Envelope } from '../../../src/shared/protocol/letters.js';
import type { ReportHead } from '../../../src/shared/report/report.js';
import { FolderStore } from '../../../src/store/folder-store.js';

const head: ReportHead = {
  id: '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10',
  receiptCode: 'K7QF2-9DM4X-7',
  createdMs: 1000,
  session: 's-1',
  app: { name: 'Fluxion', version: '3.4.1' },
  description: '',
};
const KEY = `${'A'.repeat(42)}A`;
const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
let reports: Reports;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-entries-'));
  reports = await Reports.open(await FolderStore.open(folder), () => 1_000_000, log);
  await reports.announce(head);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

type ProposalEnvelope = Extract<Envelope, { kind: 'command-proposal' }>;

function envelope(more: Partial<ProposalEnvelope['body']> = {}): ProposalEnvelope {
  const body = { proposal: randomUUID(), report: head.id, command: 'logs', parameters: { limit: 5 }, reason: 'Why.' };
  const times = { number: 1, sentMs: 1, expiresMs: 2 };
  return { v: 1, id: randomUUID(), from: KEY, to: KEY, ...times, kind: 'command-proposal', body: { ...body, ...more } };
}

/** As it comes over HTTP. */
async function say(said: unknown) {
  return await reports.say(head.id, v.parse(sayRequestSchema, JSON.parse(JSON.stringify(said))), 'Ada');
}
const propose = (letter: ProposalEnvelope, id = letter.id) =>
  say({ type: 'proposal', id, title: 'Read the app’s log', envelope: JSON.stringify(letter) });

describe('a command in the conversation', () => {
  it('is told from proposal to result, in the order in which it was written down', async () => {
    const letter = envelope({ momentMs: 1234 });
    const { proposal } = letter.body;
    await propose(letter);
    await say({ type: 'decision', id: randomUUID(), proposal, decision: 'approved', decidedMs: 5 });
    await say({ type: 'output', id: randomUUID(), proposal, sequence: 0, text: 'line\n' });
    const { entries } = await reports.conversation(head.id);
    expect(entries).toMatchObject([
      {
        type: 'proposal',
        id: letter.id,
        by: 'technician',
        author: 'Ada',
        ...letter.body,
        expiresMs: 2,
        envelope: JSON.stringify(letter),
      },
      { type: 'decision', by: 'customer', author: 'Ada', proposal, decision: 'approved' },
      { type: 'output', by: 'customer', proposal, sequence: 0, text: 'line\n' },
    ]);
  });

  it('that two viewers write down counts once', async () => {
    const letter = envelope();
    await propose(letter);
    await propose(letter);
    const output = { type: 'output', id: randomUUID(), proposal: letter.body.proposal, sequence: 0, text: 'x' };
    await Promise.all([say(output), say(output)]);
    expect((await reports.conversation(head.id)).entries.map(({ type }) => type)).toEqual(['proposal', 'output']);
  });

  it('has nothing that follows no proposal, and no proposal about another report', async () => {
    const decision = { type: 'decision', id: randomUUID(), proposal: randomUUID(), decision: 'denied', decidedMs: 5 };
    await expect(say(decision)).rejects.toMatchObject({ code: 'proposal-unknown' });
    await expect(propose(envelope({ report: randomUUID() }))).rejects.toMatchObject({ code: 'bad-request' });
    await expect(propose(envelope(), randomUUID())).rejects.toMatchObject({ code: 'bad-request' });
    const id = randomUUID();
    await expect(say({ type: 'proposal', id, title: 't', envelope: '{' })).rejects.toMatchObject({
      code: 'bad-request',
    });
    expect((await reports.conversation(head.id)).entries).toEqual([]);
  });

  it('is known again after a restart of the desk', async () => {
    const letter = envelope();
    await propose(letter);
    reports = await Reports.open(await FolderStore.open(folder), () => 1_000_001, log);
    const { proposal } = letter.body;
    await say({ type: 'decision', id: randomUUID(), proposal, decision: 'denied', decidedMs: 5 });
    expect((await reports.conversation(head.id)).entries).toHaveLength(2);
  });
});
