import { describe, expect, it } from 'vitest';
import type { VerifiedLetter } from '../../../../src/shared/protocol/letters.js';
import { LiveCommands, type LiveCommandPost } from '../../../../src/viewer/state/live-commands.svelte.js';

const INSTALL = { signingKey: 'A'.repeat(43), recipient: `age1${'q'.repeat(58)}` };
const OTHER = 'B'.repeat(43);
const COMMAND = { name: 'clear-cache', title: 'Clear the cache', summary: 'Empties it.', parameters: {} };
const LETTER = { id: crypto.randomUUID(), sha256: 'a'.repeat(64), sentMs: 5, expiresMs: 1000, text: '{}' };

type Envelope = VerifiedLetter['envelope'];

/** A session whose letters the test carries. */
function open({ isCarried = true, isWelcome = true } = {}) {
  const proposed: string[] = [];
  let listener: ((letter: VerifiedLetter) => void) | undefined;
  const post: LiveCommandPost = {
    propose(_install, _title, body, onSent) {
      if (!isCarried) return Promise.reject(new Error('not carried'));
      proposed.push(body.proposal);
      onSent(LETTER);
      return Promise.resolve(undefined);
    },
    cancel: () => Promise.resolve(),
    onLetter(heard) {
      listener = heard;
      return () => {
        listener = undefined;
      };
    },
  };
  const session = { install: INSTALL, report: crypto.randomUUID() };
  const commands = new LiveCommands({ post, with: () => (isWelcome ? session : undefined), author: 'Ines' });
  commands.offer([COMMAND]);
  const hear = (kind: Envelope['kind'], body: object, from = INSTALL.signingKey): void => {
    const envelope = { id: crypto.randomUUID(), from, kind, body } as unknown as Envelope;
    listener?.({ envelope, sender: INSTALL, sha256: '', receivedMs: 0 });
  };
  return { commands, proposed, hear, session, isHeard: () => listener !== undefined };
}

async function propose(commands: LiveCommands): Promise<boolean> {
  commands.draft.reason = 'To see whether it helps';
  return await commands.draft.propose(commands.letters, undefined);
}

describe('commands in a live session', () => {
  it('are those that the app has told, and nothing before', async () => {
    const { commands, proposed } = open();
    commands.offer([]);
    expect(await propose(commands)).toBe(false);
    commands.offer([COMMAND]);
    expect(await propose(commands)).toBe(true);
    expect(proposed).toHaveLength(1);
  });

  it('name the session where there is no report, and stand in a thread with what the app answers', async () => {
    const { commands, hear, session } = open();
    await propose(commands);
    const [thread] = commands.threads;
    expect(thread?.proposal).toMatchObject({ report: session.report, command: 'clear-cache', author: 'Ines' });
    const { proposal } = thread?.proposal ?? {};
    hear('command-decision', { proposal, decision: 'approved', decidedMs: 7 });
    hear('command-output', { proposal, sequence: 0, text: 'freed ' });
    hear('command-output', { proposal, sequence: 1, text: '12 MB' });
    hear('command-output', { proposal, sequence: 1, text: '12 MB' });
    expect(commands.threads[0]).toMatchObject({ output: 'freed 12 MB', decision: { decision: 'approved' } });
  });

  it('hear neither another install, nor of a proposal that was not made here', async () => {
    const { commands, hear } = open();
    await propose(commands);
    const { proposal } = commands.threads[0]?.proposal ?? {};
    hear('command-decision', { proposal, decision: 'approved', decidedMs: 7 }, OTHER);
    hear('command-decision', { proposal: crypto.randomUUID(), decision: 'approved', decidedMs: 7 });
    expect(commands.threads).toHaveLength(1);
    expect(commands.threads[0]?.decision).toBeUndefined();
  });

  it('keep what was written where it could not be carried, or nobody has said whose app it is', async () => {
    const lost = open({ isCarried: false });
    expect(await propose(lost.commands)).toBe(false);
    expect(lost.commands.draft.error).toBeDefined();
    expect(lost.commands.draft.reason).toBe('To see whether it helps');
    expect(lost.commands.threads).toEqual([]);
    expect(await propose(open({ isWelcome: false }).commands)).toBe(false);
  });

  it('are not listened for when nobody looks at the session any more', () => {
    const { commands, isHeard } = open();
    commands.dispose();
    expect(isHeard()).toBe(false);
  });
});
