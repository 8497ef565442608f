import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FluxionError } from '../../../../src/shared/errors.js';
import { PanelState, viewOf } from '../../../../src/recorder/panel/state/panel-state.svelte.js';
import { aDelivery, aRecording, HostDouble, REPORT_ID } from '../../../browser/panel/host-double.js';

const T0 = Date.UTC(2026, 10, 23, 10, 0, 0);

let host: HostDouble;
let panel: PanelState;
let leave: ReturnType<typeof vi.fn<() => void>>;

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
  host = new HostDouble();
  leave = vi.fn<() => void>();
  panel = new PanelState(host, { now: () => Date.now(), leave, reload: vi.fn() });
});
afterEach(() => {
  panel.dispose();
  vi.useRealTimers();
});

test('a fragment names a view, anything else the first', () => {
  expect([viewOf('#send'), viewOf('#recording'), viewOf('#wipe'), viewOf(''), viewOf('#<script>')]).toEqual([
    'send',
    'recording',
    'wipe',
    'send',
    'send',
  ]);
});

describe('the connection', () => {
  test('is ready once the state is read', async () => {
    expect(panel.connection).toEqual({ name: 'connecting' });
    await panel.connect();
    expect(panel.isConnected).toBe(true);
    expect(panel.host?.app.name).toBe('Fluxion');
  });

  test('is tried again by itself, ever more slowly, until the host is there', async () => {
    host.isReachable = false;
    await panel.connect();
    expect(panel.connection.name).toBe('unreachable');
    await vi.advanceTimersByTimeAsync(500);
    await vi.advanceTimersByTimeAsync(1000);
    expect(host.called('state')).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(host.called('state').length).toBeLessThan(12);
    host.isReachable = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(panel.isConnected).toBe(true);
  });

  test('lost, keeps what was known, and reads everything again when it is back', async () => {
    await panel.connect();
    host.connect(false);
    expect(panel.connection).toEqual({ name: 'lost' });
    expect(panel.host?.app.name).toBe('Fluxion');
    host.state = { ...host.state, deliveries: [aDelivery({ status: 'delivered' })] };
    host.connect(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(panel.isConnected).toBe(true);
    expect(panel.deliveries).toHaveLength(1);
  });

  test('from before a restart of the app is refused, and not tried again', async () => {
    await panel.connect();
    host.handlers.state = () => {
      throw new FluxionError('capability-refused', 'Load again.');
    };
    host.connect(false);
    host.isReachable = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(panel.connection).toEqual({ name: 'refused' });
    expect(host.called('state')).toHaveLength(2);
  });
});

test('asked for another view, the panel leaves what is sent as it is', async () => {
  await panel.connect();
  await panel.send.begin();
  await panel.send.send();
  const sent = panel.send.step;
  host.tell('asked', { view: 'wipe' });
  expect(panel.send.step).toBe(sent);
  host.tell('asked', { view: 'send' });
  expect(panel.send.step.name).toBe('starting');
});

describe('what the host tells', () => {
  test('replaces what was known, newest report first', async () => {
    await panel.connect();
    host.tell('recording', aRecording({ state: 'paused' }));
    const old = aDelivery({ report: '44444444-4444-4444-8444-444444444444', createdMs: 1 });
    host.tell('deliveries', { deliveries: [old, aDelivery()] });
    expect(panel.host?.recording.state).toBe('paused');
    expect(panel.deliveries.map(({ report }) => report)).toEqual([REPORT_ID, old.report]);
  });

  test.each([
    ['queued', 1],
    ['sending', 1],
    ['waiting', 1],
    ['delivered', 0],
    ['quarantined', 0],
    ['refused', 0],
    ['stored', 0],
  ] as const)('a report that is %s counts %d as undelivered', async (status, count) => {
    host.state = { ...host.state, deliveries: [aDelivery({ status })] };
    await panel.connect();
    expect(panel.undelivered).toBe(count);
  });

  test('session time is told in wall time, and only a real step of the clock moves it', async () => {
    await panel.connect();
    expect(panel.toWallMs(1_200_000)).toBe(T0);
    await vi.advanceTimersByTimeAsync(3000);
    host.tell('recording', aRecording({ nowMs: 1_202_800 }));
    expect(panel.toWallMs(1_200_000)).toBe(T0);
    vi.setSystemTime(T0 + 3_603_000);
    host.tell('recording', aRecording({ nowMs: 1_203_000 }));
    expect(panel.toWallMs(1_200_000)).toBe(T0 + 3_600_000);
    expect(panel.toSessionMs(T0 + 3_600_000)).toBe(1_200_000);
  });
});

describe('what the customer does', () => {
  test('pausing and resuming goes to the host; a failure is told and does not stay', async () => {
    await panel.connect();
    await panel.setPaused(true);
    expect(panel.host?.recording.state).toBe('paused');
    host.handlers.setPaused = () => {
      throw new FluxionError('busy', 'Busy.');
    };
    await panel.setPaused(false);
    expect(panel.actionError).toEqual({ code: 'busy', message: 'Busy.' });
    delete host.handlers.setPaused;
    await panel.setPaused(false);
    expect(panel.actionError).toBeUndefined();
  });

  test('closing discards the draft, tells the host, and then leaves', async () => {
    await panel.connect();
    await panel.send.begin();
    await panel.close();
    expect(host.called('discardDraft')).toHaveLength(1);
    expect(host.called('closePanel')).toHaveLength(1);
    expect(leave).toHaveBeenCalledOnce();
  });

  test('closing does not wait for a host that hangs', async () => {
    await panel.connect();
    host.handlers.closePanel = () => new Promise(() => undefined);
    const closing = panel.close();
    await vi.advanceTimersByTimeAsync(400);
    await closing;
    expect(leave).toHaveBeenCalledOnce();
  });

  test('a wipe forgets the draft, which the host has erased', async () => {
    await panel.connect();
    await panel.send.begin();
    await panel.wipe.wipe();
    expect(panel.wipe.step).toEqual({ name: 'wiped', windows: 2, failed: 0 });
    expect(panel.send.step.name).toBe('idle');
    expect(host.called('discardDraft')).toEqual([]);
  });

  test('a wipe that fails says so, and asks again when shown again', async () => {
    await panel.connect();
    host.handlers.wipe = () => {
      throw new FluxionError('busy', 'Busy.');
    };
    await panel.wipe.wipe();
    expect(panel.wipe.step).toEqual({ name: 'failed', error: { code: 'busy', message: 'Busy.' } });
    panel.wipe.askAgain();
    expect(panel.wipe.step).toEqual({ name: 'asking' });
  });
});
