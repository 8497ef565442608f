import { beforeEach, describe, expect, it } from 'vitest';
import type { SayRequest } from '../../../../src/shared/protocol/desk.js';
import type { LetterContent, VerifiedLetter } from '../../../../src/shared/protocol/letters.js';
import { MailboxError } from '../../../../src/shared/protocol/mailbox-client.js';
import type { ConversationEntry } from '../../../../src/shared/report/report.js';
import { DeskError } from '../../../../src/viewer/sources/desk-client.js';
import type {
  LetterListener,
  SentLetter,
  TechnicianMailbox,
} from '../../../../src/viewer/sources/technician-mailbox.js';
import { CommandLetters, type CommandLettersOptions } from '../../../../src/viewer/state/command-letters.js';
import { ProposalMemory } from '../../../../src/viewer/state/proposal-memory.js';
import type { TechnicianState } from '../../../../src/viewer/state/technician.svelte.js';
import { NOW_MS, RECIPIENT } from '../command-story.js';
import { StorageDouble } from './doubles.js';

const INSTALL = { signingKey: 'A'.repeat(43), recipient: RECIPIENT };
const OTHER_KEY = `${'B'.repeat(42)}A`;

/** A technician's mailbox that fails when a test says so; the real one is in tests/browser/viewer/technician.test.ts. */
class MailboxDouble {
  readonly sent: LetterContent[] = [];
  error: Error | undefined;

  readonly send: TechnicianMailbox['send'] = (_to, content, options) => {
    const letter: SentLetter = {
      id: crypto.randomUUID(),
      sha256: '0'.repeat(64),
      sentMs: NOW_MS,
      expiresMs: NOW_MS + 1,
      text: JSON.stringify(content),
    };
    options?.beforePost?.(letter);
    if (this.error !== undefined) return Promise.reject(this.error);
    this.sent.push(content);
    return Promise.resolve(letter);
  };
}

class TechnicianDouble implements Pick<CommandLettersOptions['technician'], 'open' | 'onLetter'> {
  state: TechnicianState = { name: 'closed' };
  readonly mailbox = new MailboxDouble();
  failure: Extract<TechnicianState, { name: 'failed' }> | undefined;
  opened = 0;
  listener: LetterListener | undefined;

  open(): Promise<void> {
    this.opened += 1;
    const mailbox = this.mailbox as unknown as TechnicianMailbox;
    this.state = this.failure ?? { name: 'open', mailbox, keys: INSTALL };
    return Promise.resolve();
  }

  onLetter(listener: LetterListener): () => void {
    this.listener = listener;
    return () => undefined;
  }

  async receive(content: LetterContent, from = INSTALL.signingKey): Promise<void> {
    const head = { v: 1, id: crypto.randomUUID(), from, to: OTHER_KEY, number: 1, sentMs: NOW_MS, expiresMs: NOW_MS };
    const envelope = { ...head, ...content } as VerifiedLetter['envelope'];
    await this.listener?.({ envelope, sender: INSTALL, sha256: '', receivedMs: NOW_MS });
  }
}

class SignInDouble {
  isSignedIn = true;
  #listeners: (() => void)[] = [];
  onSignedIn(listener: () => void): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }
  enter(): void {
    this.isSignedIn = true;
    for (const listener of this.#listeners) listener();
  }
}

let technician: TechnicianDouble;
let signIn: SignInDouble;
let storage: StorageDouble;
let said: (SayRequest & { report: string })[];
let refusal: DeskError | undefined;
let letters: CommandLetters;
const report = crypto.randomUUID();

function load(): CommandLetters {
  const desk: CommandLettersOptions['desk'] = {
    say: (id, request) => {
      if (refusal !== undefined) return Promise.reject(refusal);
      said.push({ ...request, report: id });
      return Promise.resolve({} as ConversationEntry);
    },
  };
  return new CommandLetters({ technician, desk, signIn, memory: new ProposalMemory(storage, () => NOW_MS) });
}

beforeEach(() => {
  technician = new TechnicianDouble();
  signIn = new SignInDouble();
  storage = new StorageDouble();
  said = [];
  refusal = undefined;
  letters = load();
});

const body = (proposal: string = crypto.randomUUID()) => ({
  proposal,
  report,
  command: 'logs',
  parameters: {},
  reason: 'To see more.',
});
const decision = (proposal: string): LetterContent => ({
  kind: 'command-decision',
  body: { proposal, decision: 'denied', decidedMs: NOW_MS },
});
const output = (proposal: string, sequence: number): LetterContent => ({
  kind: 'command-output',
  body: { proposal, sequence, text: 'line\n' },
});
const busy = () => new DeskError('desk-refused', 'Wait.', { status: 429 });
const full = () => new DeskError('desk-refused', 'The conversation is full.', { status: 409 });

describe('a proposal', () => {
  it('is sent, and then written down with its exact text', async () => {
    const one = body();
    const heard: string[] = [];
    letters.onWritten((id) => heard.push(id));
    await expect(letters.propose(INSTALL, 'Read the log', one)).resolves.toBeUndefined();
    expect(technician.mailbox.sent).toEqual([{ kind: 'command-proposal', body: one }]);
    expect(said).toMatchObject([{ report, type: 'proposal', title: 'Read the log' }]);
    expect(JSON.parse((said[0] as { envelope: string }).envelope)).toMatchObject({ body: one });
    expect(heard).toEqual([report]);
    expect(letters.isOwn(one.proposal)).toBe(true);
  });

  it('that the desk refuses is forgotten, and nothing is written down', async () => {
    const one = body();
    technician.mailbox.error = new MailboxError('recipient-unknown', 'There is no such mailbox.', { isFinal: true });
    await expect(letters.propose(INSTALL, 'Read the log', one)).rejects.toThrow('no such mailbox');
    expect(said).toEqual([]);
    expect(letters.isOwn(one.proposal)).toBe(false);
  });

  it('of which the desk has not said whether it has it is written down when it is answered', async () => {
    const one = body();
    technician.mailbox.error = new MailboxError('desk-unreachable', 'The desk does not answer.');
    await expect(letters.propose(INSTALL, 'Read the log', one)).rejects.toThrow('does not answer');
    signIn.enter();
    await Promise.resolve();
    expect(said, 'perhaps it was never sent').toEqual([]);
    await technician.receive(decision(one.proposal));
    expect(said.map(({ type }) => type)).toEqual(['proposal', 'decision']);
  });

  it('that cannot be written down now is, after the next sign-in or the next start, and once', async () => {
    refusal = new DeskError('desk-unreachable', 'Offline.');
    await letters.propose(INSTALL, 'Read the log', body());
    expect(said).toEqual([]);
    refusal = undefined;
    signIn = new SignInDouble();
    letters = load();
    signIn.enter();
    await expect.poll(() => said.length).toBe(1);
    signIn.enter();
    await Promise.resolve();
    expect(said).toHaveLength(1);
  });

  it('that never can be tells why', async () => {
    refusal = full();
    await expect(letters.propose(INSTALL, 'Read the log', body())).resolves.toBe(refusal);
    refusal = undefined;
    signIn.enter();
    await Promise.resolve();
    expect(said, 'it is not tried again for ever').toEqual([]);
  });

  it('needs keys: says why there are none', async () => {
    technician.failure = { name: 'failed', error: new MailboxError('keys-not-kept', 'Leave private browsing.') };
    await expect(letters.propose(INSTALL, 'Read the log', body())).rejects.toThrow('Leave private browsing.');
    await expect(letters.cancel(crypto.randomUUID())).rejects.toMatchObject({ code: 'proposal-foreign' });
  });

  it('is taken back by a letter to the install that it went to', async () => {
    const one = body();
    await letters.propose(INSTALL, 'Read the log', one);
    await letters.cancel(one.proposal);
    expect(technician.mailbox.sent.at(-1)).toEqual({ kind: 'cancel', body: { proposal: one.proposal } });
  });
});

describe('an answer', () => {
  const proposed = async (): Promise<string> => {
    const one = body();
    await letters.propose(INSTALL, 'Read the log', one);
    said.length = 0;
    return one.proposal;
  };

  it('is written down under the report that it belongs to, by the letter’s id', async () => {
    const proposal = await proposed();
    await technician.receive(decision(proposal));
    await technician.receive(output(proposal, 0));
    expect(said).toMatchObject([
      { report, type: 'decision', proposal, decision: 'denied' },
      { report, type: 'output', proposal, sequence: 0, text: 'line\n' },
    ]);
    expect(said[0]).toHaveProperty('id');
  });

  it('of another install than was asked, to nothing that was asked, or of a live session, is left alone', async () => {
    const proposal = await proposed();
    await technician.receive(decision(proposal), OTHER_KEY);
    await technician.receive(decision(crypto.randomUUID()));
    await technician.receive({ kind: 'live-end', body: { invitation: crypto.randomUUID() } });
    expect(said).toEqual([]);
  });

  it('comes again while the desk cannot take it: offline, busy, signed out', async () => {
    const proposal = await proposed();
    for (const error of [new DeskError('desk-unreachable', 'Offline.'), busy()]) {
      refusal = error;
      await expect(technician.receive(output(proposal, 0))).rejects.toBe(error);
    }
    refusal = undefined;
    signIn.isSignedIn = false;
    await expect(technician.receive(output(proposal, 0))).rejects.toMatchObject({ code: 'desk-signed-out' });
    expect(said).toEqual([]);
    signIn.isSignedIn = true;
    await technician.receive(output(proposal, 0));
    expect(said).toHaveLength(1);
  });

  it('that the desk will never take is done with', async () => {
    const proposal = await proposed();
    refusal = full();
    await expect(technician.receive(output(proposal, 0))).resolves.toBeUndefined();
  });

  it('is waited for at the next start by who proposed anything, and by nobody else', async () => {
    signIn.enter();
    expect(technician.opened).toBe(0);
    await proposed();
    technician = new TechnicianDouble();
    signIn = new SignInDouble();
    letters = load();
    expect(technician.opened).toBe(0);
    signIn.enter();
    expect(technician.opened).toBe(1);
  });
});
