import { userEvent } from 'vitest/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actionLane } from '../../../src/recorder/lanes/action/action.js';
import { domLane } from '../../../src/recorder/lanes/dom.js';
import { LaneDouble, wait } from './lane-double.js';

// What an area that the app marked holds beside its text: what stands on controls, what they stand for, where links lead, what style
// sheets show of attributes. Nothing of it is found by its value, as a field's is: it is masked where it stands.

const lane = new LaneDouble();
const actions = new LaneDouble();
const MARKED = `
  <select id="list"><option value="Held one">a</option><option value="Held two" label="Held label">b</option></select>
  <input id="button" type="button" value="Held 3">
  <input id="radio" type="radio" value="Held four"><input type="checkbox" value="Held five">
  <button id="named" aria-label="Held 6" value="Held seven">x</button>
  <p id="data" data-name="Held eight" data-state="open" data-level="2">x</p>
  <a id="link" href="mailto:held@example.org">x</a>
  <data value="Held nine">x</data><time datetime="Held-10">x</time><meter value="0.8311" aria-valuenow="8311"></meter>
  <img id="picture" alt="Held 11"><svg><use href="#symbol"></use></svg>
  <label>Held label <input id="field" title="Held 12" placeholder="Held 13"></label>
  <div id="scroller" aria-label="Held 14"></div>`;

beforeAll(() => {
  document.body.innerHTML = `<main data-fluxrec-mask>${MARKED}</main>
    <p data-name="Shown data"></p><a href="https://shown.example/"></a><select id="open"><option value="Shown one">a</option></select>`;
  lane.start(domLane);
  actions.start(actionLane);
});

afterAll(() => {
  lane.stop();
  actions.stop();
  document.body.innerHTML = '';
});

it('is masked in the dom lane: in snapshots, in what is added and what changes, in what is chosen', async () => {
  const late = document.createElement('div');
  late.setAttribute('data-fluxrec-mask', '');
  late.innerHTML = MARKED.replaceAll(/ id="[a-z]+"/g, '');
  document.body.append(late);
  await wait(50);
  const list = document.getElementById('list') as HTMLSelectElement;
  list.selectedIndex = 1;
  list.dispatchEvent(new Event('input', { bubbles: true }));
  document.getElementById('data')?.setAttribute('data-name', 'Held again');
  document.getElementById('link')?.setAttribute('href', 'mailto:held.again@example.org');
  (document.getElementById('button') as HTMLInputElement).value = 'Held later';
  await wait(100);
  lane.freshStart();
  const text = JSON.stringify(lane.domEvents);
  expect(text.match(/.{0,80}\bheld\b.{0,20}|8311/gi) ?? []).toEqual([]);
  for (const shown of [
    'Shown data',
    'https://shown.example/',
    'Shown one',
    '"data-state":"open"',
    '"data-level":"2"',
    '#symbol',
  ])
    expect(text).toContain(shown);
});

it('is in no words of the action lane', async () => {
  for (const id of ['button', 'radio', 'named', 'field', 'picture', 'link']) {
    await userEvent.click(document.getElementById(id) ?? document.body, { force: true, timeout: 2000 });
  }
  await actions.until(() => actions.of('action').length >= 5, 'what was clicked');
  const words = actions.of('action').map(({ text }) => text);
  expect(words.filter((text) => /held/i.test(text))).toEqual([]);
  expect(words).toContain('clicked button');
});
