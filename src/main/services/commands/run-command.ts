import { toErrorResult, FluxionError, type ErrorResult } from '../../../shared/errors.js';
import type { ParameterValues } from '../../../shared/commands/parameters.js';
import type { Command, CommandEnd, CommandRun } from './command.js';
import { CommandError } from './command-errors.js';

export type RunStatus = 'done' | 'failed' | 'cancelled' | 'timed-out';

export interface RunOutcome extends CommandEnd {
  readonly status: RunStatus;
  readonly error?: ErrorResult;
}

export interface RunOptions {
  readonly command: Command;
  readonly values: ParameterValues;
  readonly run: Omit<CommandRun, 'signal'>;
  /** Aborted where the customer or the technician stops it. */
  readonly cancel: AbortSignal;
  /** Where it goes on after a restart: what `survive` was told. */
  readonly note?: string | undefined;
}

/** A command that was told to stop is waited for so long; then it has ended for everybody but itself. */
const STOP_GRACE_MS = 2000;
/** No command may say that it takes longer. */
export const MAX_TIME_LIMIT_MS = 60 * 60_000;

/** Runs a command to its end, its time limit or its cancelling, whichever comes first. Never rejects. */
export async function runCommand({ command, values, run, cancel, note }: RunOptions): Promise<RunOutcome> {
  const limitMs = Math.min(MAX_TIME_LIMIT_MS, command.timeLimitMs(values));
  const overdue = new AbortController();
  const timer = setTimeout(() => {
    overdue.abort(new CommandError('timed-out'));
  }, limitMs);
  // The process may end before: what it was doing is settled by its next run.
  timer.unref();
  const signal = AbortSignal.any([cancel, overdue.signal]);
  const running = start(command, values, { ...run, signal }, note);
  const stopped = givenUp(signal);
  try {
    const end = await Promise.race([running, stopped.promise]);
    // One that came to its end although it was told to stop has ended.
    return { ...end, status: 'done' };
  } catch (error) {
    if (cancel.aborted) return { status: 'cancelled', error: toErrorResult(new CommandError('cancelled')) };
    if (overdue.signal.aborted) return { status: 'timed-out', error: toErrorResult(new CommandError('timed-out')) };
    const known = error instanceof FluxionError ? error : new CommandError('command-failed', { cause: error });
    return { status: 'failed', error: toErrorResult(known) };
  } finally {
    clearTimeout(timer);
    stopped.dispose();
    // Given up: whatever it comes to is nobody's any more.
    running.catch(() => undefined);
  }
}

async function start(
  command: Command,
  values: ParameterValues,
  run: CommandRun,
  note: string | undefined,
): Promise<CommandEnd> {
  run.signal.throwIfAborted();
  if (note === undefined) return await command.run(values, run);
  if (command.resume === undefined) throw new CommandError('interrupted');
  return await command.resume(values, run, note);
}

/** Rejects some time after the signal, so that a command which heeds it can end by itself. */
function givenUp(signal: AbortSignal): { readonly promise: Promise<never>; dispose(): void } {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      timer = setTimeout(() => {
        reject(signal.reason as Error);
      }, STOP_GRACE_MS);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  return {
    promise,
    dispose() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
