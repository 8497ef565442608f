import { defineCommand, type Command } from '../command.js';
import { CommandError } from '../command-errors.js';

export interface RestartOptions {
  /**
   * Ends this process in an orderly way, after which it is started again. Absent: the app was started in a way in which
   * nobody would start it again, and the command is not offered.
   */
  readonly restart: () => void;
  /** The app's windows belong to this process, and close with it. */
  readonly ownsWindows?: boolean | undefined;
  readonly session: { readonly id: string };
  /** Unix ms. */
  readonly wallMs: () => number;
}

/** What the run before the restart tells the one after it. */
interface Before {
  readonly pid: number;
  readonly atMs: number;
  readonly session: string;
}

/** An app that cannot close what it has open is ended by who watches over it; then this has failed. */
const END_MS = 30_000;

const KEEPING = {
  summary:
    'Ends the app’s own process and starts it again. Windows stay open and connect again; the recording goes on.',
  effect: [
    'Ends the app’s own process and starts it again at once. The window stays open and is connected again by itself.',
    'What that process was working on, and had not saved, is lost. What is being recorded goes on.',
  ],
};
const CLOSING = {
  summary:
    'Closes the app with all its windows and opens it again. What was not saved in it is lost; the recording goes on.',
  effect: [
    'Closes the app with all its windows, this one too, and opens it again at once.',
    'What the app was working on, and what you have entered and not saved, is lost. What was recorded is kept and goes on.',
  ],
};

export function restartCommand({ restart, ownsWindows = false, session, wallMs }: RestartOptions): Command {
  const { summary, effect } = ownsWindows ? CLOSING : KEEPING;
  return defineCommand({
    name: 'restart',
    title: 'Restart the app’s process',
    summary,
    parameters: {},
    timeLimitMs: END_MS,
    effect: () => effect,
    async run(_values, { signal, survive, write }) {
      write('The process is asked to end.');
      const before: Before = { pid: process.pid, atMs: wallMs(), session: session.id };
      await survive(JSON.stringify(before));
      restart();
      // The process ends under this promise; if it does not, the time limit ends the command.
      return await new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new CommandError('no-restart'));
        });
      });
    },
    resume(_values, { write }, note) {
      const before = JSON.parse(note) as Before;
      const tookMs = Math.max(0, wallMs() - before.atMs);
      const seconds = (tookMs / 1000).toFixed(1);
      // A container may give its first process the same number again and again.
      write(`Process ${before.pid} ended, process ${process.pid} was started. It was away for ${seconds} s.`);
      write(
        before.session === session.id
          ? `Session ${session.id} goes on.`
          : `It was away for so long that a new session began: ${session.id}.`,
      );
      return Promise.resolve({ summary: `restarted in ${seconds} s` });
    },
  });
}
