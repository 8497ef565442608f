import { hostname, userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordAgainCommand } from '../../../../../../src/main/services/commands/built-in/record-again.js';
import { restartCommand } from '../../../../../../src/main/services/commands/built-in/restart.js';
import { systemInfoCommand } from '../../../../../../src/main/services/commands/built-in/system-info.js';
import { codeOf, runWith } from '../running.js';

describe('the computer’s state', () => {
  it('is told in versions and sizes, and names nobody', async () => {
    const command = systemInfoCommand({
      app: { name: 'Fluxion', version: '4.2.0' },
      dataDir: process.cwd(),
      session: { id: 's1', startedMs: 0 },
    });
    const { lines, end } = await runWith(command, {});
    const text = lines.join('\n');
    expect(text).toMatch(/^App +Fluxion 4\.2\.0$/m);
    expect(text).toMatch(/^Runtime +Node \d+/m);
    expect(text).toMatch(/^Memory +\d+(\.\d)? [KMGT]?B free of \d/m);
    expect(text).toMatch(/^Disk of the app’s data +\d+(\.\d)? [KMGT]?B free of \d/m);
    expect(text).not.toContain(hostname());
    // `root` and the like are words of any text.
    if (userInfo().username.length > 5) expect(text).not.toContain(userInfo().username);
    expect(end.summary).toContain('of memory free');
    expect(await command.dryRun?.({}, new AbortController().signal)).toContain('App: Fluxion 4.2.0');
  });
});

describe('restarting', () => {
  it('is announced before the process is asked to end, and goes on in the next run', async () => {
    const steps: string[] = [];
    let note = '';
    const before = restartCommand({
      restart: () => steps.push('restart'),
      session: { id: 's1' },
      wallMs: () => 1000,
    });
    const stop = new AbortController();
    const running = runWith(
      before,
      {},
      {
        signal: stop.signal,
        survive: (text) => {
          note = text;
          steps.push('survive');
          return Promise.resolve();
        },
      },
    );
    await vi.waitFor(() => {
      expect(steps).toEqual(['survive', 'restart']);
    });
    const after = restartCommand({ restart: () => undefined, session: { id: 's1' }, wallMs: () => 3500 });
    const lines: string[] = [];
    const context = { signal: stop.signal, proposal: 'p', report: 'r', survive: () => Promise.resolve() };
    const end = await after.resume?.({}, { ...context, write: (line) => lines.push(line) }, note);
    expect(end).toEqual({ summary: 'restarted in 2.5 s' });
    expect(lines.join('\n')).toContain('It was away for 2.5 s.');
    expect(lines.at(-1)).toBe('Session s1 goes on.');
    // A process that does not end in time has not been restarted.
    stop.abort();
    expect(codeOf(await running.catch((error: unknown) => error))).toBe('no-restart');
  });
});

describe('restarting, as the customer reads of it', () => {
  const told = (ownsWindows: boolean): string =>
    restartCommand({ restart: () => undefined, ownsWindows, session: { id: 's1' }, wallMs: () => 0 })
      .effect({})
      .join(' ');

  it('says that windows stay where they do, and that they close where the process takes them with it', () => {
    expect(told(false)).toContain('The window stays open');
    expect(told(true)).toContain('Closes the app with all its windows, this one too');
    expect(told(true)).not.toContain('stays open');
  });
});

describe('recording again', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const sendStretch = vi.fn(() => Promise.resolve({ number: 2, bytes: 1234 }));
  const command = (more: Partial<Parameters<typeof recordAgainCommand>[0]> = {}) =>
    recordAgainCommand({
      nowMs: () => Date.now() - 1000,
      isPaused: () => false,
      maxAgeMs: 600_000,
      checkReport: () => undefined,
      sendStretch,
      ...more,
    });

  it('waits, and sends exactly the stretch and the lanes that the customer agreed to', async () => {
    const startMs = Date.now() - 1000;
    const running = runWith(command(), { minutes: 2, lanes: ['log', 'dom'] });
    await vi.advanceTimersByTimeAsync(119_000);
    expect(sendStretch).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    const { end, lines } = await running;
    expect(sendStretch).toHaveBeenCalledExactlyOnceWith(
      '00000000-0000-4000-8000-000000000002',
      { startMs, endMs: startMs + 120_000, lanes: ['dom', 'log'] },
      expect.any(AbortSignal),
    );
    expect(end).toEqual({ part: 2, summary: 'part 3 of the report' });
    expect(lines).toContain('30 s left.');
  });

  it('sends nothing where it is stopped before', async () => {
    sendStretch.mockClear();
    const stop = new AbortController();
    const running = runWith(command(), { minutes: 1 }, { signal: stop.signal }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(59_000);
    stop.abort();
    expect(codeOf(await running)).toBe('cancelled');
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sendStretch).not.toHaveBeenCalled();
  });

  it('does not let the customer record for nothing', async () => {
    const paused = runWith(command({ isPaused: () => true }), {});
    expect(codeOf(await paused.catch((error: unknown) => error))).toBe('recording-paused');
    const gone = runWith(
      command({
        checkReport: () => {
          throw new Error('gone');
        },
      }),
      {},
    );
    await expect(gone).rejects.toThrow('gone');
  });

  it('is never longer than the ring keeps', () => {
    const { minutes } = command({ maxAgeMs: 240_000 }).parameters;
    expect(minutes).toMatchObject({ max: 3, default: 3 });
  });
});
