import { beforeAll, describe, expect, it } from 'vitest';
import { commandThreads, offeredCommands, threadState } from '../../../../src/viewer/model/commands.js';
import { CommandStory, NOW_MS, READ_LOGS } from '../command-story.js';

let story: CommandStory;
beforeAll(async () => {
  story = await CommandStory.begin();
});

describe('what the app offers', () => {
  it('is what the newest part says', () => {
    const older = { commands: [{ ...READ_LOGS, title: 'Older' }] };
    expect(offeredCommands([older, { commands: [READ_LOGS] }, {}])).toEqual([READ_LOGS]);
    expect(offeredCommands([older, { commands: [] }])).toEqual([]);
    expect(offeredCommands([{}])).toEqual([]);
  });

  it('leaves out what a later version describes in another way, and hostile descriptions', () => {
    const later = { ...READ_LOGS, parameters: { shape: { type: 'polygon', label: 'Shape' } } };
    const strange = [
      { name: '../logs' },
      { name: 'x', title: 'y'.repeat(1000), summary: 's', parameters: {} },
      7,
      null,
    ];
    expect(offeredCommands([{ commands: [later, ...strange, READ_LOGS] }])).toEqual([READ_LOGS]);
  });
});

describe('a thread', () => {
  it('holds everything that follows from its proposal, and nothing of another’s', async () => {
    const [first, second] = [await story.done(), await story.done({ reason: 'Another' }, ['other output\n'])];
    const mixed = first.flatMap((entry, at) => [entry, ...(second[at] === undefined ? [] : [second[at]])]);
    const [one, two] = commandThreads(mixed);
    expect(one).toMatchObject({
      proposal: first[0],
      decision: { decision: 'approved' },
      output: '12:00:01 Sync failed\n12:00:02 Retry in 30 s\n',
      missing: 0,
      lastMs: first.at(-1)?.atMs,
    });
    expect(two).toMatchObject({ proposal: { reason: 'Another' }, output: 'other output\n' });
  });

  it('puts output into its order, and shows it up to what is missing', async () => {
    const proposal = story.proposal();
    const pieces = ['a\n', 'b\n', 'c\n', 'd\n'];
    const outputs = pieces.map((text, sequence) => story.output(proposal, sequence, text));
    const result = await story.result(proposal, pieces);
    const of = (...at: number[]) => commandThreads([proposal, ...at.flatMap((n) => outputs[n] ?? [])])[0];
    expect(of(3, 1, 0, 2)).toMatchObject({ output: 'a\nb\nc\nd\n', missing: 0 });
    expect(of(0, 1, 3)).toMatchObject({ output: 'a\nb\n', missing: 1 });
    expect(of(2)).toMatchObject({ output: '', missing: 2 });
    expect(commandThreads([proposal, outputs[0] ?? proposal, result])[0]).toMatchObject({ output: 'a\n', missing: 3 });
  });

  it('takes the first of what is said twice', async () => {
    const [proposal, approved, output, , result] = await story.done();
    if (output.type !== 'output') throw new Error('no output');
    const denied = story.decision(proposal, { decision: 'denied' });
    const other = story.output(proposal, 0, 'something else\n');
    const failed = await story.result(proposal, [], { status: 'failed' });
    const again = { ...proposal, id: crypto.randomUUID(), reason: 'Another reason' };
    const threads = commandThreads([proposal, again, approved, denied, output, other, result ?? failed, failed]);
    expect(threads).toHaveLength(1);
    expect(threads[0]).toMatchObject({ proposal, decision: { decision: 'approved' }, result: { status: 'done' } });
    expect(threads[0]?.output.startsWith('12:00:01')).toBe(true);
  });

  it('leaves alone what follows no proposal', async () => {
    const [, ...rest] = await story.done();
    expect(commandThreads(rest)).toEqual([]);
  });

  it('is put together in one pass: ten thousand entries of a thousand proposals', () => {
    const proposals = Array.from({ length: 1000 }, () => story.proposal());
    const entries = proposals.flatMap((proposal) => [
      proposal,
      ...Array.from({ length: 9 }, (_, sequence) => story.output(proposal, sequence, `line ${sequence}\n`)),
    ]);
    // A lost piece of a hostile number costs nothing either.
    const threads = commandThreads([...entries, story.output(proposals[0] ?? story.proposal(), 1_000_000, 'far\n')]);
    expect(threads).toHaveLength(1000);
    expect(threads[0]?.missing).toBe(1_000_001 - 10);
  });
});

describe('its state', () => {
  const stateOf = (entries: Parameters<typeof commandThreads>[0], nowMs = NOW_MS): string | undefined => {
    const thread = commandThreads(entries)[0];
    return thread === undefined ? undefined : threadState(thread, nowMs);
  };

  it('waits until the letter ends, then is unanswered', () => {
    const proposal = story.proposal({ expiresMs: NOW_MS + 10 });
    expect(stateOf([proposal])).toBe('waiting');
    expect(stateOf([proposal], NOW_MS + 11)).toBe('unanswered');
  });

  it.each(['denied', 'expired', 'withdrawn', 'refused'] as const)('is what was decided: %s', (decision) => {
    const proposal = story.proposal();
    expect(stateOf([proposal, story.decision(proposal, { decision })], NOW_MS * 2)).toBe(decision);
  });

  it('runs from the approval to the result, however late that comes', async () => {
    const proposal = story.proposal({ expiresMs: NOW_MS });
    const approved = [proposal, story.decision(proposal)];
    expect(stateOf(approved, NOW_MS * 2)).toBe('running');
    for (const status of ['done', 'failed', 'cancelled', 'timed-out'] as const) {
      expect(stateOf([...approved, await story.result(proposal, [], { status })])).toBe(status);
    }
  });

  it('is the result’s, also where the letter of the approval never came', async () => {
    const proposal = story.proposal();
    expect(stateOf([proposal, await story.result(proposal, [])])).toBe('done');
  });
});
