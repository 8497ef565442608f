import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FluxionError } from '../../../../../src/shared/errors.js';
import { defineCommand, type Command, type CommandRun } from '../../../../../src/main/services/commands/command.js';
import { runCommand } from '../../../../../src/main/services/commands/run-command.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function commandOf(run: (context: CommandRun) => Promise<object>, timeLimitMs = 1000): Command {
  return defineCommand({
    name: 'c',
    title: 'C',
    summary: 'C.',
    parameters: {},
    timeLimitMs,
    effect: () => [],
    run: async (_values, context) => await run(context),
  });
}

const context = {
  proposal: 'p',
  report: 'r',
  write: () => undefined,
  survive: () => Promise.resolve(),
};
const never = new AbortController().signal;

async function outcomeOf(command: Command, cancel: AbortSignal = never, passMs = 10_000) {
  const running = runCommand({ command, values: {}, run: context, cancel });
  await vi.advanceTimersByTimeAsync(passMs);
  return await running;
}

describe('a command', () => {
  it('that comes to its end is done', async () => {
    expect(await outcomeOf(commandOf(() => Promise.resolve({ summary: 'ok' })))).toEqual({
      status: 'done',
      summary: 'ok',
    });
  });

  it('that fails tells its own reason, and nothing of an unforeseen one', async () => {
    const known = commandOf(() => Promise.reject(new FluxionError('too-cold', 'It is too cold.')));
    expect(await outcomeOf(known)).toEqual({
      status: 'failed',
      error: { code: 'too-cold', message: 'It is too cold.' },
    });
    const unknown = await outcomeOf(commandOf(() => Promise.reject(new Error('/home/grace/secret'))));
    expect(unknown).toMatchObject({ status: 'failed', error: { code: 'command-failed' } });
    expect(JSON.stringify(unknown)).not.toContain('grace');
  });

  it('that throws at once fails like any other', async () => {
    const throws = commandOf(() => {
      throw new Error('at once');
    });
    expect(await outcomeOf(throws)).toMatchObject({ status: 'failed', error: { code: 'command-failed' } });
  });

  it('is stopped at its time limit, even where it does not heed it', async () => {
    let isTold = false;
    const deaf = commandOf(
      ({ signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (isTold = true));
        }),
    );
    expect(await outcomeOf(deaf)).toMatchObject({ status: 'timed-out', error: { code: 'timed-out' } });
    expect(isTold).toBe(true);
  });

  it('is cancelled', async () => {
    const cancel = new AbortController();
    const heeds = commandOf(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('stopped'));
          });
        }),
      60_000,
    );
    const running = runCommand({ command: heeds, values: {}, run: context, cancel: cancel.signal });
    await vi.advanceTimersByTimeAsync(100);
    cancel.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(await running).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
  });

  it('that was cancelled before it began does not begin', async () => {
    let hasRun = false;
    const command = commandOf(() => {
      hasRun = true;
      return Promise.resolve({});
    });
    expect(await outcomeOf(command, AbortSignal.abort())).toMatchObject({ status: 'cancelled' });
    expect(hasRun).toBe(false);
  });
});
