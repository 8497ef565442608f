import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FluxionError } from '../../../../../src/shared/errors.js';
import { verifyReceipt } from '../../../../../src/shared/crypto/receipt.js';
import { defineCommand, type Command, type CommandRun } from '../../../../../src/main/services/commands/command.js';
import { Proposals } from '../../../../../src/main/services/commands/proposals.js';
import { CommandRegistry } from '../../../../../src/main/services/commands/registry.js';
import { nodeFileSystem } from '../../../../../src/main/services/durable-file.js';
import { ClockDouble } from '../clock-double.js';
import { aCancel, aProposal, aSender, PostDouble } from './post-double.js';
import { codeOf } from './running.js';

const HOUR_MS = 3_600_000;
let dir: string;
let clock: ClockDouble;
let post: PostDouble;
let audited: { kind: string; body: Readonly<Record<string, unknown>> }[];
let proposals: Proposals;
let extra: Command[];
/** The last run of `wait`, which ends when it is told to. */
let waiting: CommandRun | undefined;
let endWaiting: (() => void) | undefined;
let secondRuns: string[];
const sender = aSender();

const echo = defineCommand({
  name: 'echo',
  title: 'Echo',
  summary: 'Says it again.',
  parameters: { word: { type: 'text', label: 'Word', maxLength: 100, default: 'hello' } },
  timeLimitMs: 5000,
  effect: ({ word }) => [`Says ${word}.`],
  dryRun: ({ word }) => Promise.resolve([`Would say ${word}.`]),
  run: ({ word }, { write }) => {
    write(`${word}\npassword=hunter2`);
    return Promise.resolve({ summary: 'said' });
  },
});
const wait = defineCommand({
  name: 'wait',
  title: 'Wait',
  summary: 'Waits.',
  parameters: {},
  timeLimitMs: 60_000,
  effect: () => ['Waits.'],
  run: async (_values, run) => {
    waiting = run;
    run.write('waiting');
    await new Promise<void>((resolve, reject) => {
      endWaiting = resolve;
      run.signal.addEventListener('abort', () => {
        reject(new Error('stopped'));
      });
    });
    return {};
  },
});
const again = defineCommand({
  name: 'again',
  title: 'Again',
  summary: 'Goes on in the next run.',
  parameters: {},
  timeLimitMs: 60_000,
  effect: () => ['Goes on.'],
  run: async (_values, { write, survive }) => {
    write('before');
    await survive('note');
    return await new Promise<never>(() => undefined);
  },
  resume: (_values, { write }, note) => {
    secondRuns.push(note);
    write('after');
    return Promise.resolve({ summary: 'both' });
  },
});

async function open(): Promise<void> {
  proposals = await Proposals.open({
    folder: join(dir, 'commands'),
    fs: nodeFileSystem,
    clock,
    registry: new CommandRegistry([echo, wait, again, ...extra]),
    post,
    audit: {
      append: (kind, body) => {
        audited.push({ kind, body });
        return Promise.resolve();
      },
    },
    report: () => ({ receiptCode: 'K7QF2-9DM4X-7', startedMs: 1000 }),
    redaction: () => (line) => line.replaceAll('hunter2', '***'),
  });
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fluxrec-proposals-'));
  clock = new ClockDouble();
  post = await PostDouble.make();
  audited = [];
  extra = [];
  secondRuns = [];
  waiting = undefined;
  endWaiting = undefined;
  await open();
});
afterEach(async () => {
  await proposals.close();
  await rm(dir, { recursive: true, force: true });
});

async function propose(more: Parameters<typeof aProposal>[2] = {}, from = sender): Promise<string> {
  const letter = aProposal(from, clock.wallMs(), more);
  await post.receive(letter);
  return letter.envelope.body.proposal;
}
const view = (id: string) => proposals.list().find((one) => one.id === id);
const kinds = (): string[] => audited.map(({ kind }) => kind);
async function settled(id: string): Promise<void> {
  await vi.waitFor(() => {
    expect(post.ofKind('command-result').some(({ proposal }) => proposal === id)).toBe(true);
  });
}

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

describe('a running command', () => {
  it('is stopped by the customer', async () => {
    const id = await propose({ command: 'wait' });
    await proposals.decide(id, 'approve', ['Waits.']);
    await vi.waitFor(() => {
      expect(waiting).toBeDefined();
    });
    await proposals.stop(id);
    await settled(id);
    expect(post.ofKind('command-result')).toMatchObject([{ status: 'cancelled', error: { code: 'cancelled' } }]);
    expect(kinds()).toContain('command-cancelled');
    expect(codeOf(await proposals.stop(id).catch((error: unknown) => error))).toBe('not-running');
  });

  it('is stopped by the technician who proposed it', async () => {
    const id = await propose({ command: 'wait' });
    await proposals.decide(id, 'approve', ['Waits.']);
    await post.receive(aCancel(sender, id));
    await settled(id);
    expect(post.ofKind('command-result')).toMatchObject([{ status: 'cancelled' }]);
  });

  it('that ends while its output cannot be sent has failed, and the next run tells', async () => {
    const id = await propose({ command: 'wait' });
    await proposals.decide(id, 'approve', ['Waits.']);
    await vi.waitFor(() => {
      expect(endWaiting).toBeDefined();
    });
    post.failure = new FluxionError('disk-full', 'The disk is full.');
    endWaiting?.();
    await vi.waitFor(() => {
      expect(view(id)?.state).not.toBe('running');
    });
    post.failure = undefined;
    await proposals.close();
    await open();
    await settled(id);
    expect(post.ofKind('command-result')).toMatchObject([{ status: 'failed' }]);
  });
});

describe('over a restart of the host', () => {
  it('what waits still waits, and can be decided', async () => {
    const id = await propose();
    await proposals.close();
    await open();
    expect(view(id)?.state).toBe('pending');
    await proposals.decide(id, 'approve', ['Says hello.']);
    await settled(id);
  });

  it('what nobody was there to decide in time expires', async () => {
    const id = await propose();
    await proposals.close();
    clock = new ClockDouble(clock.wallMs() + 2 * HOUR_MS);
    await open();
    expect(view(id)?.state).toBe('expired');
    expect(post.ofKind('command-decision')).toMatchObject([{ decision: 'expired' }]);
  });

  it('a command that announced it goes on, and its output is one', async () => {
    const id = await propose({ command: 'again' });
    await proposals.decide(id, 'approve', ['Goes on.']);
    await vi.waitFor(() => {
      expect(post.ofKind('command-output')).toHaveLength(1);
    });
    await proposals.close();
    await open();
    await settled(id);
    expect(secondRuns).toEqual(['note']);
    // The last piece of the first run is sent again: it may not have got out. It has the same place.
    expect(post.ofKind('command-output').map(({ sequence, text }) => `${sequence} ${text.trim()}`)).toEqual([
      '0 before',
      '0 before',
      '1 after',
    ]);
    const [result] = post.ofKind('command-result');
    expect(result).toMatchObject({ status: 'done', summary: 'both', chunks: 2 });
    const statement = await verifyReceipt(result?.receipt, post.self.signingKey);
    expect(statement.outputSha256).toBe(createHash('sha256').update('before\nafter\n').digest('hex'));
  });

  it('a command that did not is interrupted, by closing and by a crash', async () => {
    const closed = await propose({ command: 'wait' });
    await proposals.decide(closed, 'approve', ['Waits.']);
    await proposals.close();
    expect(post.ofKind('command-result')).toMatchObject([{ status: 'failed', error: { code: 'interrupted' } }]);

    await open();
    const crashed = await propose({ command: 'wait' });
    await proposals.decide(crashed, 'approve', ['Waits.']);
    await vi.waitFor(() => {
      expect(post.ofKind('command-output').some(({ proposal }) => proposal === crashed)).toBe(true);
    }, 5000);
    // No close: the process is gone. The first one is left alone; whatever it would still do belongs to nobody.
    await open();
    await settled(crashed);
    expect(post.ofKind('command-result').at(-1)).toMatchObject({
      proposal: crashed,
      status: 'failed',
      error: { code: 'interrupted' },
      chunks: 1,
    });
  });

  it('a command that the app does not have any more cannot be approved', async () => {
    extra = [{ ...echo, name: 'gone' }];
    await proposals.close();
    await open();
    const id = await propose({ command: 'gone' });
    await proposals.close();
    extra = [];
    await open();
    const error: unknown = await proposals.decide(id, 'approve', ['Says hello.']).catch((caught: unknown) => caught);
    expect(codeOf(error)).toBe('command-unknown');
    await proposals.decide(id, 'deny', []);
  });

  it('a file that cannot be read costs itself', async () => {
    const id = await propose();
    await proposals.close();
    await writeFile(join(dir, 'commands', '11111111-1111-4111-8111-111111111111.json'), '{"version":1');
    await open();
    expect(proposals.list().map((one) => one.id)).toEqual([id]);
  });

  it('only so much of the past is kept', async () => {
    for (let count = 0; count < 230; count += 1) {
      const id = await propose();
      if (view(id) !== undefined) await proposals.decide(id, 'deny', []);
      clock.pass(HOUR_MS / 20);
    }
    const kept = (await readdir(join(dir, 'commands'))).filter((name) => name.endsWith('.json'));
    expect(kept).toHaveLength(200);
    expect(proposals.list().length).toBeLessThanOrEqual(50);
  }, 20_000);
});
