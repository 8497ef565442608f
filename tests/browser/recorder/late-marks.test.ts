import { afterAll, beforeAll, expect, it } from 'vitest';
import { domLane } from '../../../src/recorder/lanes/dom.js';
import type { DomEvent } from '../../../src/shared/session/lane.js';
import { LaneDouble, wait } from './lane-double.js';

// What is marked when it has been recorded as it was: a replay, and a technician who watches, see it until there is a snapshot.

const lane = new LaneDouble();
const snapshots = (): DomEvent[] => lane.domEvents.filter(({ type }) => type === 2);
const shown = (id: string): HTMLElement => document.getElementById(id) ?? document.body;

beforeAll(() => {
  document.body.innerHTML = '<p id="amount">markedLate1</p><p id="total">markedLate2</p>';
  lane.start(domLane);
});

afterAll(() => {
  lane.stop();
  document.body.innerHTML = '';
});

async function masks(text: string, mark: () => void): Promise<void> {
  const before = snapshots().length;
  expect(JSON.stringify(snapshots().at(-1))).toContain(text);
  mark();
  await lane.until(() => snapshots().length > before, 'a snapshot');
  expect(JSON.stringify(snapshots().at(-1))).not.toContain(text);
}

it('is masked by an attribute at once', async () => {
  await masks('markedLate1', () => {
    shown('amount').setAttribute('data-fluxrec-mask', '');
  });
});

it('is masked by a class, and a class that comes and goes beside it costs nothing', async () => {
  // Longer ago than such snapshots are apart, and not so long that a checkout is due.
  lane.skipMs = 12_000;
  await masks('markedLate2', () => {
    shown('total').className = 'fluxrec-mask';
  });
  lane.skipMs = 24_000;
  const before = snapshots().length;
  shown('total').className = 'fluxrec-mask hovered';
  await wait(300);
  expect(snapshots()).toHaveLength(before);
});
