import { afterEach, describe, expect, it } from 'vitest';
import { domLane } from '../../../src/recorder/lanes/dom.js';
import type { DomEvent } from '../../../src/shared/session/lane.js';
import type { ChainData } from '../../../src/viewer/replay/messages.js';
import { ReplaySurface } from '../../../src/viewer/replay/surface.js';
import { STARTED_MS } from '../../unit/viewer/make-bundle.js';
import { LaneDouble, wait } from '../recorder/lane-double.js';
import { ndjson } from './recording.js';

// From the recorder to the replay: which options of a select are selected.

const clock: ChainData['clock'] = {
  originMs: STARTED_MS,
  anchors: [{ monoMs: 0, sessionMs: 0, wallMs: STARTED_MS, uncertaintyMs: 0 }],
  offsetMs: 0,
};
/** rrweb and the recorder look a turn later. */
const TOLD_MS = 40;

let lane = new LaneDouble();
let surface: ReplaySurface | undefined;

afterEach(() => {
  lane.stop();
  surface?.element.parentElement?.remove();
  surface?.dispose();
  surface = undefined;
  document.body.replaceChildren();
});

interface Moment {
  readonly ms: number;
  readonly selected: string;
}

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

/** Records a page from the beginning, through some steps. */
async function recorded(html: string, prepare: () => void, steps: readonly (() => void)[]): Promise<Moment[]> {
  document.body.innerHTML = `<main>${html}</main>`;
  prepare();
  lane = new LaneDouble().start(domLane);
  const moments: Moment[] = [];
  for (const step of [() => undefined, ...steps]) {
    step();
    await wait(TOLD_MS);
    moments.push({ ms: performance.now(), selected: selectedIn(document) });
    await wait(TOLD_MS);
  }
  lane.stop();
  document.body.replaceChildren();
  return moments;
}

/** The last checkout's chain, shown at once at each moment, each in a document of its own, or one after the other. */
async function replayed(moments: readonly Moment[], way: 'jumps' | 'goes on'): Promise<Moment[]> {
  const from = lane.domEvents.findLastIndex(({ type }) => type === 4);
  const dated = (event: DomEvent): DomEvent => ({ ...event, timestamp: STARTED_MS + event.timestamp });
  // Its bytes go to the document, and are no more here.
  const chain = (): ChainData => ({ clock, chunks: [ndjson(lane.domEvents.slice(from).map(dated))] });
  const target = document.body.appendChild(document.createElement('div'));
  target.style.cssText = 'width:640px;height:400px';
  surface = new ReplaySurface({ target, documentUrl: '/src/viewer/replay.html' });
  const shown: Moment[] = [];
  for (const { ms } of moments) {
    if (way === 'jumps' || shown.length === 0) await surface.show(chain(), ms);
    else await surface.seek(ms);
    const frame = surface.element.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
    if (frame?.contentDocument == null) throw new Error('Nothing is replayed.');
    shown.push({ ms, selected: selectedIn(frame.contentDocument) });
  }
  return shown;
}

const THREE = '<option>A<option>B<option selected>C';

describe.each(['jumps', 'goes on'] as const)('what is selected in a replay that %s', (way) => {
  it('is nothing where a script took the selection away, before recording began and while it goes on', async () => {
    const moments = await recorded(
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
    expect(moments.map(({ selected }) => selected)).toEqual([' | 2', ' | ', '1 | ', '1 | 2']);
    expect(await replayed(moments, way)).toEqual(moments);
    expect(lane.faults).toEqual([]);
  });

  it('is nothing where an option has the empty value that nothing has, too', async () => {
    const moments = await recorded('<select><option value="1"><option value="" selected></select>', () => undefined, [
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
    ]);
    expect(moments.map(({ selected }) => selected)).toEqual(['1', '0', '1', '', '1']);
    expect(await replayed(moments, way)).toEqual(moments);
  });

  it('is nothing in a select that was added or filled anew', async () => {
    const moments = await recorded(`<select id="old">${THREE}</select>`, () => undefined, [
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
    expect(moments.map(({ selected }) => selected)).toEqual(['2', '2 | ', ' | ', '1 | ']);
    expect(await replayed(moments, way)).toEqual(moments);
  });

  it('is each of several, and the second of two with one value', async () => {
    const moments = await recorded(
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
    expect(moments.map(({ selected }) => selected)).toEqual([
      '2 | 0',
      '0,2 | 0',
      '0,1,2 | 0',
      '0 | 0',
      '0 | 1',
      '0 | 0',
      ' | 0',
    ]);
    expect(await replayed(moments, way)).toEqual(moments);
  });

  it('is what it was when a checkout was taken', async () => {
    const moments = await recorded(`<select>${THREE}</select>`, () => undefined, [
      () => {
        find('select').selectedIndex = -1;
      },
      () => {
        lane.freshStart();
      },
    ]);
    expect(await replayed(moments.slice(-1), way)).toEqual(moments.slice(-1));
    expect(moments.at(-1)?.selected).toBe('');
  });
});
