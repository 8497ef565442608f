import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FluxionError } from '../../../../src/shared/errors.js';
import type { Draft } from '../../../../src/shared/protocol/host.js';
import { SelectionState } from '../../../../src/recorder/panel/state/selection-state.svelte.js';
import { aDraft, HostDouble, LANES, selected } from '../../../browser/panel/host-double.js';

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(200);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function aSelection(draft: Draft = aDraft()): { host: HostDouble; selection: SelectionState } {
  const host = new HostDouble();
  host.draft = draft;
  return { host, selection: new SelectionState(host, draft) };
}

describe('what is chosen of a draft', () => {
  test('begins with the last five minutes and every lane that has something, once the host has measured it', async () => {
    const { host, selection } = aSelection();
    expect(selection.preset).toBe(5);
    expect(selection.isSettled).toBe(false);
    await settle();
    expect(selection.isSettled).toBe(true);
    expect(host.called('selectDraft')).toEqual([
      {
        draft: host.draft.id,
        startMs: 900_000,
        endMs: 1_200_000,
        lanes: ['dom', 'action', 'error', 'log', 'network', 'recorder'],
      },
    ]);
  });

  test('offers only presets that are shorter than the recording', () => {
    const available = { startMs: 0, endMs: 180_000, lanes: LANES, recorded: [] };
    const { selection } = aSelection(aDraft({ available }));
    expect(selection.presets).toEqual([2, 'everything', 'exact']);
    expect(selection.preset).toBe('everything');
    expect([selection.startMs, selection.endMs]).toEqual([0, 180_000]);
  });

  test('lanes in which nothing was recorded are not offered', () => {
    const lanes = LANES.map((total) => (total.lane === 'error' ? { ...total, events: 0 } : total));
    const { selection } = aSelection(aDraft({ available: { ...aDraft().available, lanes } }));
    expect(selection.availableLanes.map(({ lane }) => lane)).toEqual(['dom', 'action', 'log', 'network', 'recorder']);
  });

  test('a slider moved many times asks the host once it rests', async () => {
    const { host, selection } = aSelection();
    await settle();
    for (let ms = 700_000; ms <= 800_000; ms += 1000) selection.chooseStart(ms);
    await settle();
    expect(host.called('selectDraft')).toHaveLength(2);
    expect(selection.draft.selection.startMs).toBe(800_000);
    expect(selection.preset).toBe('exact');
  });

  test('the ends stay inside the recording and do not pass each other', () => {
    const { selection } = aSelection();
    selection.chooseStart(-5);
    selection.chooseEnd(99_999_999);
    expect([selection.startMs, selection.endMs]).toEqual([600_000, 1_200_000]);
    selection.chooseStart(5_000_000);
    expect(selection.startMs).toBe(1_199_000);
    selection.chooseEnd(0);
    expect(selection.endMs).toBe(1_200_000);
  });

  test('an answer to an older choice is never shown as the present one', async () => {
    const { host, selection } = aSelection();
    const answers: (() => void)[] = [];
    host.handlers.selectDraft = (input) =>
      new Promise((resolve) => {
        answers.push(() => {
          resolve({ draft: selected(aDraft(), input) });
        });
      });
    await settle();
    selection.chooseLane('dom', false);
    await settle();
    answers[0]?.();
    await settle();
    expect(selection.isSettled).toBe(false);
    answers[1]?.();
    await settle();
    expect(selection.isSettled).toBe(true);
    expect(selection.measured('dom')).toBeUndefined();
    expect(host.called('selectDraft')).toHaveLength(2);
  });

  test('a choice made while the host fails is asked for too, and a failure can be tried again', async () => {
    const { host, selection } = aSelection();
    let fails = true;
    host.handlers.selectDraft = (input) => {
      if (fails) throw new FluxionError('busy', 'Busy.');
      return { draft: selected(aDraft(), input) };
    };
    await settle();
    expect(selection.error).toEqual({ code: 'busy', message: 'Busy.' });
    expect(selection.isSettled).toBe(false);
    fails = false;
    selection.retry();
    await settle();
    expect(selection.error).toBeUndefined();
    expect(selection.isSettled).toBe(true);
  });

  test('without any lane it is empty', async () => {
    const { selection } = aSelection();
    for (const { lane } of LANES) selection.chooseLane(lane, false);
    await settle();
    expect(selection.isEmpty).toBe(true);
    expect(selection.lanes).toEqual([]);
  });

  test('disposed, it asks nothing more', async () => {
    const { host, selection } = aSelection();
    selection.dispose();
    await settle();
    expect(host.called('selectDraft')).toEqual([]);
  });
});
