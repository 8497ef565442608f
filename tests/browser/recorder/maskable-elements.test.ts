import { afterEach, expect, test } from 'vitest';
import { MaskableElements } from '../../../src/recorder/masking/maskable-elements.js';
import { selectors } from '../../../src/recorder/masking/selectors.js';
import { seededRandom } from '../../lab/seeded-random.js';

// Whatever a page does, what is known of it is what a search of the whole page would find.

const FOUND = `input,textarea,iframe,frame,object,embed,${selectors.maskedText},${selectors.block}`;
const TAGS = ['div', 'p', 'input', 'textarea', 'iframe', 'object', 'span', 'section'];
const CHANGES: readonly (readonly [string, string])[] = [
  ['class', 'fluxrec-mask'],
  ['class', 'fluxrec-block other'],
  ['class', 'other'],
  ['role', 'textbox'],
  ['role', 'SearchBox'],
  ['role', 'button'],
  ['contenteditable', ''],
  ['contenteditable', 'false'],
  ['data-fluxrec-mask', ''],
  ['data-fluxrec-block', ''],
  ['title', 'nothing to it'],
];

/** A number below another one. */
function randomOf(seed: number): (below: number) => number {
  const random = seededRandom(seed);
  return (below) => Math.floor(below * random());
}

const place = document.createElement('main');
document.body.append(place);
afterEach(() => {
  place.replaceChildren();
});

function pick<T>(from: ArrayLike<T>, random: (below: number) => number): T | undefined {
  return from[random(from.length)];
}

function act(random: (below: number) => number, removed: Element[]): void {
  const all = [place, ...place.querySelectorAll('*')];
  const target = pick(all, random) ?? place;
  const change = pick(CHANGES, random) ?? ['class', ''];
  switch (random(7)) {
    case 0:
    case 1: {
      const made = document.createElement(pick(TAGS, random) ?? 'div');
      made.append(document.createElement(pick(TAGS, random) ?? 'div'), 'text');
      target.append(made);
      break;
    }
    case 2:
      target.setAttribute(...change);
      break;
    case 3:
      target.removeAttribute(change[0]);
      break;
    case 4:
      if (target === place) break;
      target.remove();
      removed.push(target);
      break;
    case 5: {
      // What was taken out, and perhaps changed there, comes back.
      const back = pick(removed, random);
      back?.setAttribute(...change);
      if (back !== undefined && !back.contains(target)) target.append(back);
      break;
    }
    default:
      target.innerHTML = '<p><input><b role="searchbox">x</b></p>';
  }
}

test('is what a search would find, after anything', () => {
  for (let seed = 1; seed <= 40; seed++) {
    place.replaceChildren();
    const maskable = new MaskableElements();
    const random = randomOf(seed);
    const removed: Element[] = [];
    for (let step = 0; step < 120; step++) {
      act(random, removed);
      if (random(3) > 0) continue;
      const known = new Set(maskable.in(document));
      const found = new Set(document.querySelectorAll(FOUND));
      expect([...known].filter((one) => !found.has(one)).map(({ outerHTML }) => outerHTML)).toEqual([]);
      expect([...found].filter((one) => !known.has(one)).map(({ outerHTML }) => outerHTML)).toEqual([]);
    }
    maskable.stop();
  }
});

test('is each root’s own', () => {
  const host = document.createElement('div');
  place.append(host);
  const root = host.attachShadow({ mode: 'closed' });
  const field = document.createElement('input');
  place.append(field);
  const maskable = new MaskableElements();
  expect([...maskable.in(document)]).toContain(field);
  expect([...maskable.in(root)]).toEqual([]);
  root.append(field);
  expect([...maskable.in(document)]).not.toContain(field);
  expect([...maskable.in(root)]).toEqual([field]);
  maskable.stop();
});
