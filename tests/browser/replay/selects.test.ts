import { afterEach, describe, expect, it } from 'vitest';
import { LaneReplay } from './lane-replay.js';

// From the recorder to the replay: which options of a select are selected.

let pair = new LaneReplay(selectedIn);

afterEach(() => {
  pair.close();
  pair = new LaneReplay(selectedIn);
});

/** Every select's selected options, of one after the other. */
function selectedIn(document: Document): string {
  const selects = [...document.querySelectorAll('select')];
  return selects.map(({ selectedOptions }) => Array.from(selectedOptions, ({ index }) => index).join()).join(' | ');
}

function find(selector: string): HTMLSelectElement {
  const select = document.querySelector<HTMLSelectElement>(selector);
  if (select === null) throw new Error(`There is no ${selector}.`);
  return select;
}

function choose(select: HTMLSelectElement, ...indexes: number[]): void {
  for (const option of select.options) option.selected = indexes.includes(option.index);
  select.dispatchEvent(new Event('change', { bubbles: true }));
}

const THREE = '<option>A<option>B<option selected>C';

describe.each(['jumps', 'goes on'] as const)('what is selected in a replay that %s', (way) => {
  it('is nothing where a script took the selection away, before recording began and while it goes on', async () => {
    const moments = await pair.record(
      `<select id="before">${THREE}</select><select id="later">${THREE}</select>`,
      () => {
        find('#before').selectedIndex = -1;
      },
      [
        () => {
          find('#later').selectedIndex = -1;
        },
        () => {
          find('#before').value = 'B';
        },
        () => {
          find('#later').selectedIndex = 2;
        },
      ],
    );
    expect(moments.map(({ seen }) => seen)).toEqual([' | 2', ' | ', '1 | ', '1 | 2']);
    expect(await pair.replay(moments, way)).toEqual(moments);
    expect(pair.lane.faults).toEqual([]);
  });

  it('is nothing where an option has the empty value that nothing has, too', async () => {
    const moments = await pair.record(
      '<select><option value="1"><option value="" selected></select>',
      () => undefined,
      [
        () => {
          find('select').selectedIndex = 0;
        },
        () => {
          find('select').selectedIndex = 1;
        },
        () => {
          find('select').selectedIndex = -1;
        },
        () => {
          choose(find('select'), 1);
        },
      ],
    );
    expect(moments.map(({ seen }) => seen)).toEqual(['1', '0', '1', '', '1']);
    expect(await pair.replay(moments, way)).toEqual(moments);
  });

  it('is nothing in a select that was added or filled anew', async () => {
    const moments = await pair.record(`<select id="old">${THREE}</select>`, () => undefined, [
      () => {
        const select = document.createElement('select');
        select.innerHTML = THREE;
        select.selectedIndex = -1;
        document.querySelector('main')?.append(select);
      },
      () => {
        const select = find('#old');
        select.innerHTML = '<option>D<option>E';
        select.selectedIndex = -1;
      },
      () => {
        find('#old').innerHTML = '<option>F<option selected>G';
      },
    ]);
    expect(moments.map(({ seen }) => seen)).toEqual(['2', '2 | ', ' | ', '1 | ']);
    expect(await pair.replay(moments, way)).toEqual(moments);
  });

  it('is each of several, and the second of two with one value', async () => {
    const moments = await pair.record(
      `<select id="many" multiple>${THREE}</select><select id="twins"><option>A<option value="A">B<option>C</select>`,
      () => undefined,
      [
        () => {
          choose(find('#many'), 0, 2);
        },
        () => {
          choose(find('#many'), 0, 1, 2);
        },
        () => {
          choose(find('#many'), 0);
        },
        () => {
          find('#twins').selectedIndex = 1;
        },
        () => {
          choose(find('#twins'), 0);
        },
        () => {
          find('#many').options[0]?.remove();
        },
      ],
    );
    expect(moments.map(({ seen }) => seen)).toEqual([
      '2 | 0',
      '0,2 | 0',
      '0,1,2 | 0',
      '0 | 0',
      '0 | 1',
      '0 | 0',
      ' | 0',
    ]);
    const told = pair.lane.domEvents.filter(({ type, data }) => type === 3 && data['source'] === 5);
    // One for each change, rrweb's or ours.
    expect(told.map(({ data }) => data['selected'])).toEqual([[0, 2], [0, 1, 2], [0], [1], [0], []]);
    expect(await pair.replay(moments, way)).toEqual(moments);
  });

  it('is what it was when a checkout was taken', async () => {
    const moments = await pair.record(`<select>${THREE}</select>`, () => undefined, [
      () => {
        find('select').selectedIndex = -1;
      },
      () => {
        pair.lane.freshStart();
      },
    ]);
    expect(await pair.replay(moments.slice(-1), way)).toEqual(moments.slice(-1));
    expect(moments.at(-1)?.seen).toBe('');
  });
});
