import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyReceipt } from '../../../../../src/shared/crypto/receipt.js';
import { aCancel, aSender } from './post-double.js';
import { audited, clock, HOUR_MS, kinds, post, proposals, propose, sender, settled, view } from './proposals-lab.js';
import { codeOf } from './running.js';

describe('a proposal', () => {
  it('is put before the customer with who asks, why, and exactly what it would do; and nothing is done', async () => {
    const id = await propose({ parameters: { word: 'hi' }, reason: 'To see it.', momentMs: 500 });
    expect(view(id)).toMatchObject({
      from: { name: 'Ines Hart', organisation: 'Fluxion Support' },
      reason: 'To see it.',
      title: 'Echo',
      effect: ['Says hi.'],
      values: [{ label: 'Word', value: 'hi' }],
      receiptCode: 'K7QF2-9DM4X-7',
      momentWallMs: 1500,
      hasDryRun: true,
      state: 'pending',
      outputLines: 0,
    });
    expect(proposals.pending).toBe(1);
    expect(await proposals.lookAt(id)).toEqual({ lines: ['Would say hi.'] });
    expect(post.sent).toEqual([]);
    expect(kinds()).toEqual(['command-proposed']);
  });

  it('that is approved runs, is streamed back, and ends with a receipt that can be verified', async () => {
    const id = await propose({ parameters: { word: 'hi' } });
    await proposals.decide(id, 'approve', ['Says hi.']);
    await settled(id);
    const [output] = post.ofKind('command-output');
    const [result] = post.ofKind('command-result');
    expect(post.sent.map(({ content }) => content.kind)).toEqual([
      'command-decision',
      'command-output',
      'command-result',
    ]);
    expect(output).toEqual({ proposal: id, sequence: 0, text: 'hi\npassword=***\n' });
    expect(result).toMatchObject({ proposal: id, status: 'done', summary: 'said', chunks: 1, outputBytes: 16 });
    const statement = await verifyReceipt(result?.receipt, post.self.signingKey);
    expect(statement).toMatchObject({
      proposal: id,
      command: 'echo',
      proposalSha256: 'ab'.repeat(32),
      status: 'done',
      outputBytes: 16,
      outputSha256: createHash('sha256').update('hi\npassword=***\n').digest('hex'),
    });
    expect(kinds()).toEqual(['command-proposed', 'command-approved', 'command-ended']);
    expect(view(id)).toMatchObject({ state: 'done', outputLines: 2, summary: 'said' });
    expect(await proposals.output(id, 0)).toEqual({ chunks: ['hi\npassword=***\n'], total: 1 });
  });

  it('that is denied is told, and never runs', async () => {
    const id = await propose();
    await proposals.decide(id, 'deny', []);
    expect(post.ofKind('command-decision')).toMatchObject([{ proposal: id, decision: 'denied' }]);
    expect(codeOf(await proposals.decide(id, 'approve', ['Says hello.']).catch((error: unknown) => error))).toBe(
      'proposal-settled',
    );
    expect(kinds()).toEqual(['command-proposed', 'command-denied']);
  });

  it('is denied when the customer closes it, and only what they had before them', async () => {
    const [shown, other] = [await propose(), await propose()];
    await proposals.lookAt(shown);
    await proposals.denyLookedAt();
    expect([view(shown)?.state, view(other)?.state]).toEqual(['denied', 'pending']);
    expect(post.ofKind('command-decision')).toMatchObject([{ proposal: shown, decision: 'denied' }]);
    expect(kinds()).toContain('command-denied');
    await expect(proposals.decide(shown, 'approve', ['Says hello.'])).rejects.toMatchObject({
      code: 'proposal-settled',
    });
    await proposals.decide(other, 'approve', view(other)?.effect ?? []);
    await proposals.denyLookedAt();
    await settled(other);
    expect(view(other)?.state).toBe('done');
  });

  it('is approved for exactly what was shown', async () => {
    const id = await propose();
    const error: unknown = await proposals.decide(id, 'approve', ['Says nothing.']).catch((caught: unknown) => caught);
    expect(codeOf(error)).toBe('proposal-changed');
    expect(view(id)).toMatchObject({ state: 'pending', effect: ['Says hello.'] });
    expect(kinds()).toEqual(['command-proposed']);
  });

  it('is decided once, however often and fast it is pressed', async () => {
    const id = await propose({ command: 'wait' });
    const pressed = await Promise.allSettled([
      proposals.decide(id, 'approve', ['Waits.']),
      proposals.decide(id, 'approve', ['Waits.']),
      proposals.decide(id, 'deny', []),
    ]);
    expect(pressed.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(kinds().filter((kind) => kind === 'command-approved')).toHaveLength(1);
  });

  it('expires by itself when nobody does anything for an hour; looking puts it off', async () => {
    const id = await propose();
    clock.pass(HOUR_MS - 60_000);
    await proposals.lookAt(id);
    clock.pass(HOUR_MS - 60_000);
    await proposals.lookAt(id);
    clock.pass(HOUR_MS);
    expect(codeOf(await proposals.decide(id, 'approve', ['Says hello.']).catch((error: unknown) => error))).toBe(
      'proposal-expired',
    );
    expect(view(id)?.state).toBe('expired');
    expect(post.ofKind('command-decision')).toMatchObject([{ decision: 'expired' }]);
    expect(kinds()).toEqual(['command-proposed', 'command-expired']);
  });

  it('expires with its letter, however often it is looked at', async () => {
    const id = await propose({ expiresMs: clock.wallMs() + 120_000 });
    clock.pass(60_000);
    await proposals.lookAt(id);
    clock.pass(60_000);
    await proposals.lookAt(id);
    expect(codeOf(await proposals.decide(id, 'approve', ['Says hello.']).catch((error: unknown) => error))).toBe(
      'proposal-expired',
    );
  });

  it('is not kept alive by a clock that is set back', async () => {
    const id = await propose();
    clock.pass(HOUR_MS);
    clock.step(-HOUR_MS);
    expect(codeOf(await proposals.decide(id, 'approve', ['Says hello.']).catch((error: unknown) => error))).toBe(
      'proposal-expired',
    );
  });

  it('is taken back by who made it, and by nobody else', async () => {
    const id = await propose();
    const other = aSender({ signingKey: `${'B'.repeat(42)}A` });
    await post.receive(aCancel(other, id));
    expect(view(id)?.state).toBe('pending');
    await post.receive(aCancel(sender, id));
    expect(view(id)?.state).toBe('withdrawn');
    expect(post.ofKind('command-decision')).toMatchObject([{ decision: 'withdrawn' }]);
  });

  it.each([
    ['a command that is not there', { command: 'shell' }, 'command-unknown'],
    ['values that it does not take', { parameters: { word: 'x'.repeat(101) } }, 'parameters-invalid'],
    ['a name beside the others', { parameters: { word: 'x', sudo: true } }, 'parameters-invalid'],
  ])('of %s is refused before anybody is asked', async (_, more, code) => {
    const id = await propose(more);
    expect(view(id)).toBeUndefined();
    expect(post.ofKind('command-decision')).toMatchObject([{ proposal: id, decision: 'refused', error: { code } }]);
    expect(audited).toMatchObject([{ kind: 'command-refused', body: { code } }]);
  });

  it('of a name that is known changes nothing', async () => {
    const id = await propose({ parameters: { word: 'first' } });
    await propose({ proposal: id, parameters: { word: 'second' } });
    expect(view(id)?.effect).toEqual(['Says first.']);
    expect(post.sent).toEqual([]);
  });
});

describe('a flood', () => {
  it('of proposals is refused after five that wait; of refusals only the first ten are told', async () => {
    for (let count = 0; count < 40; count += 1) await propose();
    expect(proposals.pending).toBe(5);
    expect(post.ofKind('command-decision')).toHaveLength(10);
    expect(post.ofKind('command-decision')[0]?.error?.code).toBe('proposal-pile');
    expect(kinds().filter((kind) => kind === 'command-refused')).toHaveLength(10);
  });

  it('over time is bounded too: thirty an hour', async () => {
    for (let count = 0; count < 40; count += 1) {
      const id = await propose();
      if (view(id) !== undefined) await proposals.decide(id, 'deny', []);
    }
    expect(kinds().filter((kind) => kind === 'command-proposed')).toHaveLength(30);
    clock.pass(HOUR_MS + 1);
    expect(view(await propose())?.state).toBe('pending');
  });

  it('of one technician does not keep another one out', async () => {
    for (let count = 0; count < 6; count += 1) await propose();
    const other = aSender({ signingKey: `${'B'.repeat(42)}A` });
    expect(view(await propose({}, other))?.state).toBe('pending');
  });

  it('of approvals runs three at a time', async () => {
    const ids = [];
    for (let count = 0; count < 4; count += 1) ids.push(await propose({ command: 'wait' }));
    for (const id of ids.slice(0, 3)) await proposals.decide(id, 'approve', ['Waits.']);
    const error: unknown = await proposals
      .decide(ids[3] ?? '', 'approve', ['Waits.'])
      .catch((caught: unknown) => caught);
    expect(codeOf(error)).toBe('too-many-running');
    expect(view(ids[3] ?? '')?.state).toBe('pending');
  });
});
