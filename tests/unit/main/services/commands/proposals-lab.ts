import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { defineCommand, type Command, type CommandRun } from '../../../../../src/main/services/commands/command.js';
import { Proposals } from '../../../../../src/main/services/commands/proposals.js';
import { CommandRegistry } from '../../../../../src/main/services/commands/registry.js';
import { nodeFileSystem } from '../../../../../src/main/services/durable-file.js';
import { ClockDouble } from '../clock-double.js';
import { aProposal, aSender, PostDouble } from './post-double.js';

// The proposals of a host in a folder of its own for each test, with three commands that can be told what to do.

export const HOUR_MS = 3_600_000;
export let dir: string;
export let clock: ClockDouble;
export let post: PostDouble;
export let audited: { kind: string; body: Readonly<Record<string, unknown>> }[];
export let proposals: Proposals;
/** The last run of `wait`, which ends when it is told to. */
export let waiting: CommandRun | undefined;
export let endWaiting: (() => void) | undefined;
export let secondRuns: string[];
export const sender = aSender();

export const echo = defineCommand({
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

/** Another run of the host, perhaps later, or with other commands. */
export async function open({
  later,
  more = [],
}: { later?: ClockDouble; more?: readonly Command[] } = {}): Promise<void> {
  clock = later ?? clock;
  proposals = await Proposals.open({
    folder: join(dir, 'commands'),
    fs: nodeFileSystem,
    clock,
    registry: new CommandRegistry([echo, wait, again, ...more]),
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
  secondRuns = [];
  waiting = undefined;
  endWaiting = undefined;
  await open();
});
afterEach(async () => {
  await proposals.close();
  await rm(dir, { recursive: true, force: true });
});

export async function propose(more: Parameters<typeof aProposal>[2] = {}, from = sender): Promise<string> {
  const letter = aProposal(from, clock.wallMs(), more);
  await post.receive(letter);
  return letter.envelope.body.proposal;
}
export const view = (id: string) => proposals.list().find((one) => one.id === id);
export const kinds = (): string[] => audited.map(({ kind }) => kind);
export async function settled(id: string): Promise<void> {
  await vi.waitFor(() => {
    expect(post.ofKind('command-result').some(({ proposal }) => proposal === id)).toBe(true);
  });
}
