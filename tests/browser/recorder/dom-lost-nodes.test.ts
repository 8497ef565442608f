import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { domLane } from '../../../src/recorder/lanes/dom.js';
import { LaneDouble, wait } from './lane-double.js';

const lane = new LaneDouble();

beforeAll(() => {
  document.body.innerHTML = '<table><thead><tr><th>Tonnes</th></tr></thead></table><p>Harbour</p>';
  lane.start(domLane);
});
afterAll(() => {
  lane.stop();
  document.body.innerHTML = '';
});

function snapshots(): string[] {
  return lane.domEvents.filter(({ type }) => type === 2).map((event) => JSON.stringify(event));
}

/** Puts what is in an element into a new one in it. */
function wrapContents(element: Element): void {
  const wrapper = document.createElement('div');
  wrapper.append(...element.childNodes);
  element.append(wrapper);
}

function find(selector: string): Element {
  const element = document.querySelector(selector);
  if (element === null) throw new Error(`There is no ${selector}.`);
  return element;
}

describe('what rrweb loses', () => {
  it('is nothing where contents are wrapped, and there is no snapshot more', async () => {
    wrapContents(find('p'));
    // Longer than the mending takes.
    await wait(400);
    expect(snapshots()).toHaveLength(1);
  });

  it.each([
    '<div data-fluxrec-block><b>Berth</b></div>',
    '<textarea>Berth</textarea>',
    '<style>b { color: red }</style>',
  ])('is nothing in what it does not look into: %s', async (html) => {
    const there = snapshots().length;
    // What is taken away and put back elsewhere comes with it.
    const template = document.createElement('template');
    template.innerHTML = html;
    find('p').replaceChildren(template.content);
    document.body.append(find('p'));
    await wait(400);
    expect(snapshots()).toHaveLength(there);
  });

  it('is there again by a snapshot, where what is around it was moved in the same turn', async () => {
    const there = snapshots().length;
    wrapContents(find('th'));
    const container = document.createElement('section');
    find('table').before(container);
    container.append(find('table'));
    await vi.waitFor(() => {
      expect(snapshots()).toHaveLength(there + 1);
    });
    expect(snapshots().at(-1)).toContain('Tonnes');
  });
});
