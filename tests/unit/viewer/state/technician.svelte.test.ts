import { beforeEach, expect, it } from 'vitest';
import { FluxionError } from '../../../../src/shared/errors.js';
import type { VerifiedLetter } from '../../../../src/shared/protocol/letters.js';
import type {
  Enrolment,
  LetterListener,
  TechnicianMailbox,
} from '../../../../src/viewer/sources/technician-mailbox.js';
import { Technician, type OpenMailbox } from '../../../../src/viewer/state/technician.svelte.js';
import { RECIPIENT } from '../command-story.js';

// The real mailbox, its keys and letters are in tests/browser/viewer/technician.test.ts.

class MailboxDouble {
  readonly self = { signingKey: 'A'.repeat(43), recipient: RECIPIENT };
  listener: LetterListener | undefined;
  isClosed = false;
  handedOn = 0;
  enrolments: (Enrolment | FluxionError)[] = [];

  onLetter(listener: LetterListener): () => void {
    this.listener = listener;
    return () => undefined;
  }
  handOn(): Promise<void> {
    this.handedOn += 1;
    return Promise.resolve();
  }
  receive(): Promise<void> {
    return new Promise(() => undefined);
  }
  enrolment(): Promise<Enrolment> {
    const next = this.enrolments.shift() ?? { status: 'no-list' };
    return next instanceof FluxionError ? Promise.reject(next) : Promise.resolve(next);
  }
  close(): void {
    this.isClosed = true;
  }
}

let mailbox: MailboxDouble;
let enter: () => void;
let handlers: Parameters<OpenMailbox>[0] | undefined;
let technician: Technician;

beforeEach(() => {
  mailbox = new MailboxDouble();
  const signIn = {
    isSignedIn: true,
    onSignedIn: (listener: () => void) => {
      enter = listener;
      return () => undefined;
    },
  };
  technician = new Technician((given) => {
    handlers = given;
    return Promise.resolve(mailbox as unknown as TechnicianMailbox);
  }, signIn);
});

const letter = {} as VerifiedLetter;
const trouble = new FluxionError('desk-unreachable', 'The desk does not answer.');

it('hands each letter to all who listen, and keeps it where nobody does', async () => {
  await technician.open();
  await expect(mailbox.listener?.(letter)).rejects.toThrow();
  const heard: string[] = [];
  technician.onLetter(() => void heard.push('commands'));
  const stop = technician.onLetter(() => void heard.push('live'));
  expect(mailbox.handedOn, 'what waited is handed on').toBe(2);
  await mailbox.listener?.(letter);
  stop();
  await mailbox.listener?.(letter);
  expect(heard).toEqual(['commands', 'live', 'commands']);
});

it('lets a letter come again that one of them could not deal with', async () => {
  await technician.open();
  technician.onLetter(() => Promise.reject(trouble));
  technician.onLetter(() => undefined);
  await expect(mailbox.listener?.(letter)).rejects.toBe(trouble);
});

it('hands on what waits after a sign-in', async () => {
  await technician.open();
  enter();
  expect(mailbox.handedOn).toBe(1);
});

it('that is closed while it opens leaves nothing open, and can be opened again', async () => {
  const opening = technician.open();
  technician.close();
  await opening;
  expect(mailbox.isClosed).toBe(true);
  expect(technician.state.name).toBe('closed');
  await technician.open();
  expect(technician.state.name).toBe('open');
});

it('asks again who is on the list as soon as the desk is back', async () => {
  mailbox.enrolments = [trouble, { status: 'enrolled', name: 'Ines Hart', organisation: 'Fluxion Support' }];
  await technician.open();
  expect(technician.trouble).toBe(trouble);
  expect(technician.enrolment).toBeUndefined();
  handlers?.onTrouble(undefined);
  await expect.poll(() => technician.enrolment?.status).toBe('enrolled');
  expect(technician.trouble).toBeUndefined();
});
