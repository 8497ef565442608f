import { beforeAll, expect, it } from 'vitest';
import type { ConversationEntry } from '../../../../src/shared/report/report.js';
import { commandThreads } from '../../../../src/viewer/model/commands.js';
import { checkReceipt, type ReceiptCheck } from '../../../../src/viewer/model/receipt-check.js';
import { CommandStory, newSigner, NOW_MS, type EntryOf } from '../command-story.js';

// What a desk, or another technician, could have written down: each is told apart from what the install signed.

let story: CommandStory;
beforeAll(async () => {
  story = await CommandStory.begin();
});

async function check(entries: readonly ConversationEntry[], key = story.install.signingKey): Promise<ReceiptCheck> {
  const thread = commandThreads(entries)[0];
  if (thread === undefined) throw new Error('no thread');
  return checkReceipt(thread, key);
}

/** The conversation, with one kind of its entries changed. */
async function changed<T extends ConversationEntry['type']>(
  type: T,
  change: (entry: EntryOf<T>) => Partial<EntryOf<T>>,
): Promise<ReceiptCheck> {
  const entries = await story.done({ momentMs: 5000 });
  return check(
    entries.map((entry): ConversationEntry =>
      entry.type === type ? { ...entry, ...change(entry as EntryOf<T>) } : entry,
    ),
  );
}

it('is good where the install signed this proposal, this end and this output', async () => {
  const found = await check(await story.done({ momentMs: 5000, reason: 'Ünïcode 🙂 "quoted"' }, ['ä\n', '🙂\n']));
  expect(found).toMatchObject({ name: 'good', statement: { command: 'logs', status: 'done' } });
  expect(await check(await story.done({}, []))).toMatchObject({ name: 'good' });
});

it('is good after a stop, a failure or a time limit too: that is what was signed', async () => {
  for (const status of ['failed', 'cancelled', 'timed-out'] as const) {
    const proposal = story.proposal();
    const result = await story.result(proposal, ['half\n'], { status });
    expect(await check([proposal, story.output(proposal, 0, 'half\n'), result])).toMatchObject({ name: 'good' });
  }
});

it('is not known while pieces of the output are missing', async () => {
  const entries = await story.done();
  const without = entries.filter((entry) => entry.type !== 'output' || entry.sequence !== 1);
  expect(await check(without)).toEqual({ name: 'incomplete' });
});

it('is bad at once where somebody else signed, whatever is missing', async () => {
  const entries = await story.done();
  const stranger = await newSigner();
  expect(await check(entries.slice(0, 2).concat(entries.slice(-1)), stranger.signingKey)).toMatchObject({
    name: 'bad',
  });
  const forged = await story.result(entries[0], [], {}, { signer: stranger });
  expect(await check([entries[0], forged])).toMatchObject({ name: 'bad' });
});

it.each([
  ['a changed reason', 'proposal', () => ({ reason: 'Something else' })],
  ['other values', 'proposal', () => ({ parameters: { level: 'all', limit: 5000 } })],
  ['another command', 'proposal', () => ({ command: 'restart' })],
  ['another moment', 'proposal', () => ({ momentMs: 1 })],
  ['a later end of the letter', 'proposal', () => ({ expiresMs: NOW_MS * 2 })],
  ['an envelope that is none', 'proposal', () => ({ envelope: '{"v":1}' })],
  [
    'proposal and envelope changed alike',
    'proposal',
    ({ envelope }: EntryOf<'proposal'>) => ({
      reason: 'Something else',
      envelope: envelope.replace('To see what failed.', 'Something else'),
    }),
  ],
  ['a decision at another time', 'decision', () => ({ decidedMs: 1 })],
  ['a decision that denies', 'decision', () => ({ decision: 'denied' })],
  [
    'another output of the same length',
    'output',
    ({ text }: EntryOf<'output'>) => ({ text: text.replace('Sync', 'Sink').replace('30', '31') }),
  ],
  ['a longer output', 'output', ({ text }: EntryOf<'output'>) => ({ text: `${text} ` })],
  ['another status', 'result', () => ({ status: 'failed' })],
  ['another end', 'result', () => ({ endedMs: 1 })],
  [
    'a statement that was changed after it was signed',
    'result',
    ({ receipt }: EntryOf<'result'>) => ({
      receipt: { ...receipt, statement: receipt.statement.replace('"done"', '"failed"') },
    }),
  ],
  [
    'no JSON as a statement',
    'result',
    ({ receipt }: EntryOf<'result'>) => ({ receipt: { ...receipt, statement: '{' } }),
  ],
] as const)('is bad with %s', async (_what, type, change) => {
  const found = await changed(type, change as (entry: EntryOf<typeof type>) => Partial<EntryOf<typeof type>>);
  expect(found).toMatchObject({ name: 'bad', why: expect.stringMatching(/\.$/) as string });
});

it('is bad where a true receipt stands under another proposal', async () => {
  const [first] = await story.done();
  const second = story.proposal();
  const result = { ...(await story.result(first, [])), proposal: second.proposal };
  expect(await check([second, result])).toMatchObject({ name: 'bad', why: 'It is of another proposal.' });
});

it('is bad where the install signed what is not so', async () => {
  const proposal = story.proposal();
  const lies = [
    { outputBytes: 7 },
    { command: 'restart' },
    { proposalSha256: '0'.repeat(64) },
    { report: crypto.randomUUID() },
  ];
  for (const statement of lies) {
    const result = await story.result(proposal, [], {}, { statement });
    expect(await check([proposal, result]), JSON.stringify(statement)).toMatchObject({ name: 'bad' });
  }
});
