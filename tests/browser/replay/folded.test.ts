import 'rrweb-player/dist/style.css';
import { afterEach, expect, test } from 'vitest';
import { domLane } from '../../../src/recorder/lanes/dom.js';
import { ChainEvents } from '../../../src/viewer/replay-document/chain-events.js';
import { Screen } from '../../../src/viewer/replay-document/screen.js';
import { collectFacts } from '../../e2e/fidelity/facts.js';
import { seededRandom } from '../../lab/seeded-random.js';
import { STARTED_MS } from '../../unit/viewer/make-bundle.js';
import { LaneDouble, wait } from '../recorder/lane-double.js';
import { ndjson } from './recording.js';

// What a jump shows is built from one checkout, into which all that followed was folded. Here a page changes in all the ways that a
// recording knows, and at each moment the folded page must be the one that rrweb's replayer makes of all events one by one.

let lane = new LaneDouble();

afterEach(() => {
  lane.stop();
  lane = new LaneDouble();
  document.body.replaceChildren();
  document.adoptedStyleSheets = [];
});

const PAGE = `
  <style id="sheet">.warm { color: rgb(200, 60, 0) } .wide { letter-spacing: 2px }</style>
  <h1>Orders</h1>
  <ul>${Array.from({ length: 6 }, (_, row) => `<li data-row="${String(row)}">Order <b>${String(row)}</b></li>`).join('')}</ul>
  <section><p>First</p><!-- a comment --><p>Second</p></section>
  <form>
    <input id="name" value="Ada"><input id="urgent" type="checkbox"><input name="way" type="radio"><input name="way" type="radio" checked>
    <textarea id="note">By post</textarea>
    <select id="one"><option value="a">A</option><option value="b" selected>B</option></select>
  </form>
  <div id="scroller" style="height:60px;overflow:auto"><div style="height:400px">long</div></div>
  <details><summary>More</summary>nothing</details>
  <dialog id="dialog"><p>Sure?</p></dialog>
  <div id="host"></div>
  <svg width="20" height="20"><circle cx="10" cy="10" r="5"></circle></svg>`;

type Random = () => number;
/** What a step does; it may find nothing to do. */
type Act = (random: Random, step: number) => void;

/** An element, and as one of a kind. */
const find = (selector: string): Element | null => document.querySelector(`main ${selector}`);
const findOf = <T extends Element>(kind: new () => T, selector: string): T | undefined => {
  const element = find(selector);
  return element instanceof kind ? element : undefined;
};
const all = (selector: string): Element[] => [...document.querySelectorAll(`main ${selector}`)];
const pick = <T>(random: Random, from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
const make = (tag: string, text: string): HTMLElement =>
  Object.assign(document.createElement(tag), { textContent: text });

const ACTS: Readonly<Record<string, Act>> = {
  'a row comes': (random, step) => {
    pick(random, all('li'))?.before(make('li', `New ${String(step)}`));
  },
  'rows come at the end': (_, step) => {
    for (const one of [1, 2, 3]) find('ul')?.append(make('li', `Last ${String(step)} ${String(one)}`));
  },
  'a row goes': (random) => {
    if (all('li').length > 2) pick(random, all('li'))?.remove();
  },
  'a row moves': (random) => {
    const row = pick(random, all('li'));
    if (row !== undefined) find('ul')?.prepend(row);
  },
  'all rows are sorted': () => {
    find('ul')?.append(...all('li').sort((a, b) => (a.textContent < b.textContent ? -1 : 1)));
  },
  'all rows are made anew': (_, step) => {
    find('ul')?.replaceChildren(...[1, 2, 3, 4].map((row) => make('li', `Again ${String(step)} ${String(row)}`)));
  },
  'a row comes and goes at once': () => {
    const row = make('li', 'Never seen');
    find('ul')?.append(row);
    row.remove();
  },
  'a tree comes in one piece, and its leaves change': (_, step) => {
    const tree = make('section', '');
    tree.innerHTML = `<p>Tree <i>of ${String(step)}</i></p><ul><li>leaf</li></ul>`;
    find('section')?.append(tree);
    tree.querySelector('i')?.replaceChildren(`at ${String(step)}`, make('b', '!'));
  },
  'a text changes': (random, step) => {
    const text = pick(random, all('p, b'))?.firstChild;
    if (text?.nodeType === 3) text.nodeValue = `Text ${String(step)}`;
  },
  'classes and names change': (random, step) => {
    const element = pick(random, all('li, p, h1'));
    element?.classList.toggle(step % 2 === 0 ? 'warm' : 'wide');
    element?.setAttribute('data-step', String(step));
    if (step % 3 === 0) element?.removeAttribute('data-row');
  },
  'a single property of a style changes': (random, step) => {
    const element = pick(random, all('li, p, h1')) as HTMLElement | undefined;
    element?.style.setProperty('padding-left', `${String(step % 9)}px`);
    if (step % 4 === 0) element?.style.setProperty('color', 'rgb(1, 2, 3)', 'important');
    if (step % 5 === 0) element?.style.removeProperty('padding-left');
  },
  'a whole style changes': (random, step) => {
    pick(random, all('li, p, h1'))?.setAttribute('style', `margin-left: ${String(step % 7)}px`);
  },
  'a rule is inserted': (_, step) => {
    findOf(HTMLStyleElement, '#sheet')?.sheet?.insertRule(`h1 { font-size: ${String(20 + (step % 9))}px }`);
  },
  'a rule is taken out': () => {
    const { sheet } = findOf(HTMLStyleElement, '#sheet') ?? {};
    if ((sheet?.cssRules.length ?? 0) > 1) sheet?.deleteRule(0);
  },
  'a rule is changed': (_, step) => {
    const rule = findOf(HTMLStyleElement, '#sheet')?.sheet?.cssRules[0];
    if (rule instanceof CSSStyleRule) rule.style.setProperty('opacity', step % 2 === 0 ? '0.5' : '1');
  },
  'a style element is written anew': (_, step) => {
    const sheet = find('#sheet');
    if (sheet !== null) sheet.textContent = `.warm { color: rgb(${String(step)}, 0, 0) }`;
  },
  'the text of a style element changes': (_, step) => {
    const text = find('#sheet')?.firstChild;
    if (text != null) text.nodeValue = `.wide { letter-spacing: ${String(step % 5)}px }`;
  },
  'a text is added to a style element': (_, step) => {
    find('#sheet')?.append(`p { text-indent: ${String(step % 8)}px }`);
  },
  'a style element comes': (_, step) => {
    find('section')?.append(make('style', `li { line-height: ${String(18 + (step % 6))}px }`));
  },
  'a style element goes': () => {
    find('section style')?.remove();
  },
  'a style element moves': () => {
    const style = find('section style');
    if (style !== null) find('h1')?.before(style);
  },
  'sheets are adopted': (_, step) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`b { font-weight: ${step % 2 === 0 ? '400' : '700'} }`);
    document.adoptedStyleSheets = [sheet];
  },
  'an adopted sheet changes': (_, step) => {
    document.adoptedStyleSheets[0]?.insertRule(`summary { color: rgb(0, ${String(step)}, 0) }`);
  },
  'a shadow root is attached, or changes': (_, step) => {
    const host = find('#host');
    const root = host?.shadowRoot ?? host?.attachShadow({ mode: 'open' });
    if (root === undefined) return;
    if (root.childElementCount > 4) root.replaceChildren();
    root.append(make('p', `Shadow ${String(step)}`));
    root.querySelector('p')?.setAttribute('title', String(step));
  },
  'something is put beside a shadow root': (_, step) => {
    find('#host')?.replaceChildren(make('span', `Light ${String(step)}`));
  },
  'a host moves': () => {
    const host = find('#host');
    if (host !== null) find('section')?.append(host);
  },
  'a field is filled in': (_, step) => {
    const field = findOf(HTMLInputElement, '#name');
    if (field === undefined) return;
    field.value = `Name ${String(step)}`;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  },
  'a note is written': (_, step) => {
    const note = findOf(HTMLTextAreaElement, '#note');
    if (note === undefined) return;
    note.value = `Note ${String(step)}`;
    note.dispatchEvent(new Event('input', { bubbles: true }));
  },
  'a note’s text is another': (_, step) => {
    const note = find('#note');
    if (note !== null) note.textContent = `Text ${String(step)}`;
  },
  'a note moves': () => {
    const note = find('#note');
    if (note !== null) find('form')?.prepend(note);
  },
  'boxes are ticked': (random) => {
    (pick(random, all('input[type]')) as HTMLInputElement | undefined)?.click();
  },
  'an option is chosen': (random) => {
    const select = findOf(HTMLSelectElement, '#one');
    if (select === undefined) return;
    select.selectedIndex = Math.floor(random() * 2);
    select.dispatchEvent(new Event('change', { bubbles: true }));
  },
  'an option comes': (_, step) => {
    if (all('#one option').length < 5) find('#one')?.append(make('option', `Option ${String(step)}`));
  },
  'a field moves with what it holds': () => {
    const field = find('#name');
    if (field !== null) find('form')?.append(field);
  },
  'a field is disabled': (_, step) => {
    find('#name')?.toggleAttribute('disabled', step % 2 === 0);
  },
  'something is scrolled': (_, step) => {
    find('#scroller')?.scrollTo(0, (step * 37) % 300);
  },
  'details are opened or closed': () => {
    find('details')?.toggleAttribute('open');
  },
  'a dialog is opened, or closed': (_, step) => {
    const dialog = findOf(HTMLDialogElement, '#dialog');
    if (dialog?.open === true) dialog.close();
    else if (step % 2 === 0) dialog?.showModal();
    else dialog?.show();
  },
  'a drawing changes': (_, step) => {
    find('circle')?.setAttribute('r', String(3 + (step % 5)));
  },
  'a frame comes, or goes': () => {
    const frame = find('iframe');
    if (frame !== null) frame.remove();
    else {
      const one = make('iframe', '') as HTMLIFrameElement;
      one.srcdoc = '<p>Framed</p>';
      find('section')?.append(one);
    }
  },
  'a frame changes inside': (_, step) => {
    const body = findOf(HTMLIFrameElement, 'iframe')?.contentDocument?.body;
    body?.append(make('p', `Inner ${String(step)}`));
    body?.firstElementChild?.setAttribute('title', String(step));
  },
};

const STEPS = 40;
/** rrweb and the recorder look a turn later. */
const TOLD_MS = 25;
const SIZE = { width: 640, height: 400 };

/** Changes the page step by step; answers when each was told. */
async function record(random: Random): Promise<{ readonly ms: number; readonly act: string }[]> {
  document.body.innerHTML = `<main>${PAGE}</main>`;
  lane.start(domLane);
  const moments: { ms: number; act: string }[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const [name, act] = pick(random, Object.entries(ACTS)) ?? ['', () => undefined];
    act(random, step);
    await wait(TOLD_MS);
    moments.push({ ms: performance.now(), act: name });
  }
  lane.stop();
  document.body.replaceChildren();
  return moments;
}

function chainEvents(): ChainEvents {
  const anchors = [{ monoMs: 0, sessionMs: 0, wallMs: STARTED_MS, uncertaintyMs: 0 }];
  const events = new ChainEvents({ originMs: STARTED_MS, anchors, offsetMs: 0 });
  events.add(ndjson(lane.domEvents.map((event) => ({ ...event, timestamp: STARTED_MS + event.timestamp }))));
  return events;
}

function isMoreThanCheckout(untilMs: number): boolean {
  return lane.domEvents.some(({ type, timestamp }) => type === 3 && timestamp <= untilMs);
}

/** What is to be seen at a moment of what was taken, each applied to the page itself. */
function seenAt(ms: number, events: ReturnType<ChainEvents['take']>): string {
  const element = document.body.appendChild(document.createElement('div'));
  const screen = new Screen(element, events, SIZE, true);
  try {
    screen.goTo(ms);
    const page = element.querySelector('iframe')?.contentDocument;
    if (page == null) throw new Error('Nothing is replayed.');
    const fields = [...page.querySelectorAll<HTMLInputElement>('input, textarea, select')];
    const held = fields.map(({ id, value, checked, defaultValue }) => [id, value, checked, defaultValue]);
    return JSON.stringify([...collectFacts(page).facts, ...held], undefined, 1);
  } finally {
    screen.destroy();
  }
}

test.for([1, 2, 3, 4])('a page that changes in every way is the same folded and one by one (%i)', async (seed) => {
  const moments = await record(seededRandom(seed));
  for (const [index, { ms }] of moments.entries()) {
    const folded = chainEvents();
    const atOnce = folded.take(ms);
    const oneByOne = chainEvents();
    const all = [...oneByOne.take(-Infinity), ...oneByOne.take(ms)];
    const acts = moments.slice(0, index + 1).map(({ act }) => act);
    expect(folded.isFolded, acts.join(', ')).toBe(isMoreThanCheckout(ms));
    expect(seenAt(ms, atOnce), acts.join(', ')).toBe(seenAt(ms, all));
  }
});
