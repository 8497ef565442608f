import { beforeEach, describe, expect, it } from 'vitest';
import type { PublicIdentity } from '../../../../src/shared/crypto/keys.js';
import type { CommandProposal } from '../../../../src/shared/protocol/letters.js';
import type { ConversationEntry } from '../../../../src/shared/report/report.js';
import { DeskError } from '../../../../src/viewer/sources/desk-client.js';
import type { OpenContents } from '../../../../src/viewer/state/open-report.svelte.js';
import { ReportCommands } from '../../../../src/viewer/state/report-commands.svelte.js';
import { CommandStory, READ_LOGS, RECIPIENT, RECORD_AGAIN } from '../command-story.js';

let story: CommandStory;
let conversation: ConversationEntry[];
let install: PublicIdentity | undefined;
let refreshed: number;
let commands: ReportCommands;

/** What the letters were asked to send. */
class LettersDouble {
  readonly proposed: { install: PublicIdentity; title: string; body: CommandProposal }[] = [];
  readonly cancelled: string[] = [];
  error: Error | undefined;
  unwritten: DeskError | undefined;

  readonly propose = (to: PublicIdentity, title: string, body: CommandProposal): Promise<DeskError | undefined> => {
    if (this.error !== undefined) return Promise.reject(this.error);
    this.proposed.push({ install: to, title, body });
    return Promise.resolve(this.unwritten);
  };
  readonly cancel = (proposal: string): Promise<void> => {
    if (this.error !== undefined) return Promise.reject(this.error);
    this.cancelled.push(proposal);
    return Promise.resolve();
  };
}
let letters: LettersDouble;

beforeEach(async () => {
  story = await CommandStory.begin();
  conversation = [];
  install = { signingKey: story.install.signingKey, recipient: RECIPIENT };
  refreshed = 0;
  letters = new LettersDouble();
  const parts = [{ summary: { commands: [READ_LOGS, RECORD_AGAIN] } }];
  commands = new ReportCommands({
    report: { contents: { index: { parts } } as unknown as OpenContents },
    desk: {
      id: story.report,
      get conversation() {
        return conversation;
      },
      refresh: () => {
        refreshed += 1;
      },
    },
    signatures: {
      get install() {
        return install;
      },
    },
  });
});

describe('what is being proposed', () => {
  it('begins with the first command and its defaults, and wants a reason', () => {
    const { draft } = commands;
    expect(draft.command).toEqual(READ_LOGS);
    expect(draft.values).toEqual({ level: 'all', limit: 500 });
    expect(draft.problem).toMatch(/Say why/);
    draft.reason = ' \n ';
    expect(draft.problem).toMatch(/Say why/);
    draft.reason = 'To see it.';
    expect(draft.problem).toBeUndefined();
  });

  it('tells which value does not fit, and sends nothing then', async () => {
    const { draft } = commands;
    draft.reason = 'To see it.';
    draft.setValue('limit', 5001);
    expect(draft.problem).toBe('At most takes a whole number from 1 to 5000.');
    draft.setValue('limit', '');
    expect(draft.problem).toMatch(/^At most takes/);
    await expect(draft.propose(letters, undefined)).resolves.toBe(false);
    draft.choose('record-again');
    draft.setValue('lanes', []);
    expect(draft.problem).toBe('Lanes takes at least 1 of its choices.');
    draft.choose('logs');
    expect(draft.values, 'of another command').toEqual({ level: 'all', limit: 500 });
    expect(letters.proposed).toEqual([]);
  });

  it('is sent to the install that made the report, as it is, and the next one begins anew', async () => {
    const { draft } = commands;
    draft.isOpen = true;
    draft.reason = ' To see it. ';
    draft.setValue('since', 1000);
    draft.setValue('level', 'error');
    draft.setValue('since', undefined);
    await expect(draft.propose(letters, 1234.6)).resolves.toBe(true);
    expect(letters.proposed).toMatchObject([
      {
        install,
        title: READ_LOGS.title,
        body: {
          report: story.report,
          momentMs: 1235,
          command: 'logs',
          parameters: { level: 'error', limit: 500 },
          reason: 'To see it.',
        },
      },
    ]);
    expect(draft).toMatchObject({ isOpen: false, reason: '', momentMs: undefined, error: undefined });
    expect(draft.values).toEqual({ level: 'all', limit: 500 });
    expect(refreshed).toBe(1);
  });

  it('is sent once, however often the button is pressed', async () => {
    const { draft } = commands;
    draft.reason = 'To see it.';
    const both = await Promise.all([draft.propose(letters, undefined), draft.propose(letters, undefined)]);
    expect(both).toEqual([true, false]);
    expect(letters.proposed).toHaveLength(1);
    expect(letters.proposed[0]?.body).not.toHaveProperty('momentMs');
  });

  it('is kept where it cannot be sent, with the reason; a stranger’s error tells nothing of itself', async () => {
    const { draft } = commands;
    draft.isOpen = true;
    draft.reason = 'To see it.';
    letters.error = new DeskError('desk-unreachable', 'Offline.');
    await expect(draft.propose(letters, undefined)).resolves.toBe(false);
    expect(draft).toMatchObject({
      isOpen: true,
      reason: 'To see it.',
      error: { message: 'Offline.' },
      isSending: false,
    });
    letters.error = new Error('/home/secret');
    await draft.propose(letters, undefined);
    expect(draft.error?.code).toBe('internal');
    letters.error = undefined;
    await draft.propose(letters, undefined);
    expect(draft.error).toBeUndefined();
  });

  it('that was sent and cannot be written down is told', async () => {
    const { draft } = commands;
    draft.reason = 'To see it.';
    letters.unwritten = new DeskError('desk-refused', 'The conversation is full.', { status: 409 });
    await expect(draft.propose(letters, undefined)).resolves.toBe(true);
    expect(draft.notice?.message).toBe('The conversation is full.');
  });

  it('goes to nobody where it is not known who made the report', async () => {
    install = undefined;
    const other = new ReportCommands({
      report: { contents: undefined },
      desk: { id: story.report, conversation, refresh: () => undefined },
      signatures: { install: undefined },
    });
    other.draft.reason = 'To see it.';
    expect(other.draft.problem).toBe('The app offers no command.');
    commands.draft.reason = 'To see it.';
    expect(commands.draft.problem).toBe('Nobody can be written to.');
    await expect(commands.draft.propose(letters, undefined)).resolves.toBe(false);
  });
});

describe('what was proposed', () => {
  it('is called as the report calls it, not as whoever proposed did', () => {
    const [named, strange] = [story.proposal({ title: 'Harmless' }), story.proposal({ command: 'own-thing' })];
    conversation = [named, strange];
    expect(commands.threads.map(({ proposal }) => commands.titleOf(proposal.proposal))).toEqual([
      READ_LOGS.title,
      'own-thing',
    ]);
    expect(commands.titleOf('unknown')).toBeUndefined();
  });

  it('is verified by the key of the install that made the report', async () => {
    conversation = [...(await story.done())];
    const [thread] = commands.threads;
    if (thread === undefined) throw new Error('no thread');
    expect(commands.check(thread)).toBeUndefined();
    await commands.verify(thread);
    expect(commands.check(thread)).toMatchObject({ name: 'good' });
  });

  it('is not called verified while nobody knows whose install it should be', async () => {
    install = undefined;
    conversation = [...(await story.done())];
    for (const thread of commands.threads) {
      await commands.verify(thread);
      expect(commands.check(thread)).toBeUndefined();
    }
  });

  it('is verified anew when more of its output has come', async () => {
    const entries = await story.done();
    conversation = entries.filter((entry) => entry.type !== 'output');
    const [before] = commands.threads;
    if (before !== undefined) await commands.verify(before);
    expect(before === undefined ? undefined : commands.check(before)).toMatchObject({ name: 'incomplete' });
  });

  it('is asked to stop once; what went wrong can be tried again', async () => {
    const { proposal } = story.proposal();
    letters.error = new DeskError('desk-unreachable', 'Offline.');
    await commands.cancel(letters, proposal);
    expect(commands.cancelError(proposal)?.message).toBe('Offline.');
    expect(commands.isCancelling(proposal)).toBe(false);
    letters.error = undefined;
    await Promise.all([commands.cancel(letters, proposal), commands.cancel(letters, proposal)]);
    expect(letters.cancelled).toEqual([proposal]);
    expect(commands.isCancelling(proposal)).toBe(true);
    expect(commands.cancelError(proposal)).toBeUndefined();
  });

  it('is shown anew each time that somebody asks for it', () => {
    commands.show('one');
    const first = commands.shown;
    commands.show('one');
    expect(commands.shown).toEqual({ proposal: 'one' });
    expect(commands.shown).not.toBe(first);
  });
});
