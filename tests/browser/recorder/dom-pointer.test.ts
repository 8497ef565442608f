import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { domLane, domNodeId } from '../../../src/recorder/lanes/dom.js';
import { LaneDouble } from './lane-double.js';

let lane: LaneDouble;

function get(selector: string): Element {
  const element = document.querySelector(selector);
  if (element === null) throw new Error(`There is no ${selector}.`);
  return element;
}

/** What the pointer was over, by what was told since some event. */
function toldSince(from: number): unknown[] {
  return lane.domEvents.slice(from).flatMap(({ type, data }) => {
    const isPath = type === 3 && data['source'] === 1;
    return isPath ? (data['positions'] as { id: unknown }[]).map(({ id }) => id) : [];
  });
}

/** What is hovered is told at last. */
async function untilOver(selector: string, from: number): Promise<void> {
  await vi.waitFor(
    () => {
      expect(toldSince(from).at(-1)).toBe(domNodeId(get(selector)));
    },
    { timeout: 5000 },
  );
}

beforeEach(() => {
  lane = new LaneDouble();
  document.body.innerHTML = '<main><div id="a">A</div><div id="b">B</div><div id="c">C</div></main>';
  for (const element of document.querySelectorAll<HTMLElement>('main div')) element.style.height = '50px';
});

afterEach(() => {
  lane.stop();
  document.body.replaceChildren();
});

it('what moves under a pointer that stands still is told, and what moves away is not', async () => {
  lane.start(domLane);
  // Chromium looks at once for what moved under a pointer only where that was used.
  await userEvent.click(get('#b'));
  await untilOver('#b', 0);
  const from = lane.domEvents.length;
  const above = Object.assign(document.createElement('div'), { id: 'above' });
  above.style.height = '50px';
  get('main').prepend(above);
  await untilOver('#a', from);
  get('#a').remove();
  await untilOver('#b', from);
  expect(lane.faults).toEqual([]);
});

it('what moved under a pointer is told again when rrweb has told how it came there', async () => {
  lane.start(domLane);
  await userEvent.click(get('#b'));
  const above = Object.assign(document.createElement('div'), { id: 'above' });
  above.style.height = '50px';
  get('main').prepend(above);
  await untilOver('#a', 0);
  await vi.waitFor(() => {
    const told = toldSince(0);
    expect(told.filter((id) => id === domNodeId(get('#a'))).length).toBeGreaterThan(1);
    expect(told.at(-1)).toBe(domNodeId(get('#a')));
  }, 3000);
});

it('a snapshot is followed by what the pointer is over', async () => {
  lane.start(domLane);
  await userEvent.hover(get('#c'));
  await untilOver('#c', 0);
  lane.freshStart();
  const from = lane.domEvents.findLastIndex(({ type }) => type === 2);
  expect(toldSince(from)).toEqual([domNodeId(get('#c'))]);
});

it('a pointer that left the window is over nothing', async () => {
  lane.start(domLane);
  await userEvent.hover(get('#c'));
  await untilOver('#c', 0);
  get('#c').dispatchEvent(new MouseEvent('mouseout', { bubbles: true, relatedTarget: get('#b') }));
  expect(toldSince(0).at(-1)).toBe(domNodeId(get('#c')));
  get('#c').dispatchEvent(new MouseEvent('mouseout', { bubbles: true, clientX: 3, clientY: -1 }));
  expect(toldSince(0).at(-1)).toBe(domNodeId(document));
  const before = lane.domEvents.length;
  lane.freshStart();
  expect(toldSince(before)).toEqual([]);
});
