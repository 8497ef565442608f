import { afterAll, beforeAll, expect, it } from 'vitest';
import { domLane } from '../../../src/recorder/lanes/dom.js';
import { LaneDouble, wait } from './lane-double.js';

// A component that marks a part of itself shows there what the page gives it: text that stands outside of the mark, in a slot inside of it.

const lane = new LaneDouble();
const text = (): string => JSON.stringify(lane.domEvents);

class MaskedCard extends HTMLElement {
  connectedCallback(): void {
    if (this.shadowRoot !== null) return;
    this.attachShadow({ mode: 'open' }).innerHTML =
      '<slot name="head"></slot><section data-fluxrec-mask><p><slot></slot></p></section>';
  }
}
customElements.define('masked-card', MaskedCard);
const card = (name: string): string =>
  `<masked-card>slotted${name}1<b>slotted${name}2 <i>slotted${name}3</i></b><u slot="head">head${name}</u></masked-card>`;

beforeAll(() => {
  document.body.innerHTML = `<p>outside</p>${card('First')}`;
  lane.start(domLane);
});

afterAll(() => {
  lane.stop();
  document.body.innerHTML = '';
});

it('is masked in snapshots, in what is added, and in what changes', async () => {
  document.body.insertAdjacentHTML('beforeend', card('Late'));
  await wait(100);
  const late = document.body.lastElementChild;
  (late?.firstChild as Text).data = 'slottedChange1';
  late?.querySelector('i')?.replaceChildren('slottedChange2');
  await wait(100);
  lane.freshStart();
  expect(text().match(/slotted\w+/g) ?? []).toEqual([]);
  for (const shown of ['outside', 'headFirst', 'headLate']) expect(text()).toContain(shown);
  expect(lane.fields.all('ring').map(({ value }) => value)).toEqual(
    expect.arrayContaining(['slottedFirst1', 'slottedFirst3', 'slottedLate2', 'slottedChange1', 'slottedChange2']),
  );
});

it('is masked by a snapshot where the component comes to what is there', async () => {
  document.body.insertAdjacentHTML('beforeend', '<later-card>cameBefore1</later-card>');
  await wait(50);
  expect(text()).toContain('cameBefore1');
  const before = lane.domEvents.length;
  lane.skipMs = 12_000;
  customElements.define('later-card', class extends MaskedCard {});
  const later = (): string => JSON.stringify(lane.domEvents.slice(before).filter(({ type }) => type === 2));
  await lane.until(() => later() !== '[]', 'a snapshot');
  expect(later()).not.toContain('cameBefore1');
});
