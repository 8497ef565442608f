import { afterEach, expect, test } from 'vitest';
import { ReplaySurface } from '../../../src/viewer/replay/surface.js';
import type { ChainData } from '../../../src/viewer/replay/messages.js';
import type { DomEvent } from '../../../src/shared/session/lane.js';
import { STARTED_MS } from '../../unit/viewer/make-bundle.js';
import { comparable, ndjson, recordPage, type Recording } from './recording.js';

const clock: ChainData['clock'] = {
  originMs: STARTED_MS,
  anchors: [{ monoMs: 0, sessionMs: 0, wallMs: STARTED_MS, uncertaintyMs: 0 }],
  offsetMs: 0,
};
const surfaces: ReplaySurface[] = [];

function openSurface(): ReplaySurface {
  const target = document.body.appendChild(document.createElement('div'));
  target.style.cssText = 'width:640px;height:400px';
  const surface = new ReplaySurface({ target, documentUrl: '/src/viewer/replay.html' });
  surfaces.push(surface);
  return surface;
}

afterEach(() => {
  for (const surface of surfaces.splice(0)) {
    surface.element.parentElement?.remove();
    surface.dispose();
  }
});

function chainOf(recording: Recording, chain = 0): ChainData {
  return { clock, chunks: [ndjson(recording.chains[chain] ?? [])] };
}

/** The recorded page as the shown screen has it. */
function replayed(surface: ReplaySurface): string {
  const frame = surface.element.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
  const main = frame?.contentDocument?.querySelector('main');
  if (main == null) throw new Error('nothing is replayed');
  return comparable(main);
}

function counter(): Promise<Recording> {
  return recordPage('<h1>Orders</h1><ul></ul>', 8, (body, index) => {
    const item = document.createElement('li');
    item.textContent = `Order ${index}`;
    item.setAttribute('data-row', String(index));
    body.querySelector('ul')?.prepend(item);
    if (index % 3 === 2) body.querySelector('li:last-child')?.remove();
    body.querySelector('h1')?.setAttribute('title', `step ${index}`);
  });
}

test('a moment shows what the live page showed then', async () => {
  const recording = await counter();
  const surface = openSurface();
  const middle = recording.seen[3];
  if (middle === undefined) throw new Error('nothing recorded');
  const shown = await surface.show(chainOf(recording), middle.ms);
  expect(shown.kind).toBe('shown');
  expect(replayed(surface)).toBe(middle.html);
});

test('seeking forward, back and forward again shows each moment as it was', async () => {
  const recording = await counter();
  const surface = openSurface();
  await surface.show(chainOf(recording), 0);
  for (const index of [5, 1, 7, 0, 2, 2, 6]) {
    const moment = recording.seen[index];
    if (moment === undefined) throw new Error('nothing recorded');
    await surface.seek(moment.ms);
    expect(replayed(surface), `step ${index}`).toBe(moment.html);
  }
});

/** The shown recorded page's document. */
function shownDocument(surface: ReplaySurface): Document {
  const frame = surface.element.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
  if (frame?.contentDocument == null) throw new Error('nothing is replayed');
  return frame.contentDocument;
}

test('far on, where a page is built anew, it is as it was, and goes on from there', async () => {
  const recording = await recordPage('<ol></ol>', 6, (body, index) => {
    const rows = Array.from({ length: 1500 }, (_, row) => {
      const item = document.createElement('li');
      item.textContent = `${index} ${row}`;
      return item;
    });
    if (index % 2 === 0) body.querySelector('ol')?.replaceChildren(...rows);
    else body.querySelector('li')?.setAttribute('title', `step ${index}`);
  });
  const surface = openSurface();
  await surface.show(chainOf(recording), recording.seen[0]?.ms ?? 0);
  for (const step of [1, 4, 5, 2, 3, 0]) {
    const { ms, html } = recording.seen[step] ?? { ms: 0, html: '' };
    expect((await surface.seek(ms)).kind).toBe('shown');
    expect(replayed(surface)).toBe(html);
  }
});

test('what was scrolled is there, also where the room for it was told of afterwards', async () => {
  const recording = await recordPage(
    '<section style="height: 50px; overflow: auto"><p style="height: 60px"></p></section>',
    2,
    (body, index) => {
      if (index === 0) return;
      body.querySelector('p')?.setAttribute('style', 'height: 500px');
      body.querySelector('section')?.scrollTo(0, 300);
    },
  );
  const events = recording.chains[0] ?? [];
  const scroll = events.findIndex(({ data }) => data['source'] === 3);
  const growth = events.findIndex(({ data }) => data['source'] === 0);
  const [first, second] = [events[growth], events[scroll]];
  if (first === undefined || second === undefined || scroll < growth) throw new Error('It was recorded otherwise.');
  const swapped = events.with(growth, { ...second, timestamp: first.timestamp });
  const chain = { clock, chunks: [ndjson(swapped.with(scroll, { ...first, timestamp: second.timestamp }))] };
  const surface = openSurface();
  await surface.show(chain, recording.seen[0]?.ms ?? 0);
  await surface.seek(recording.seen[1]?.ms ?? 0);
  const frame = surface.element.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
  expect(frame?.contentDocument?.querySelector('section')?.scrollTop).toBe(300);
});

test('what was scrolled at a checkout is there, also where a script’s style sheet makes the room for it', async () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('section p { height: 500px }');
  document.adoptedStyleSheets = [sheet];
  const recording = await recordPage(
    '<section style="height: 50px; overflow: auto"><p></p></section>',
    4,
    (body) => {
      body.querySelector('section')?.scrollTo(0, 300);
    },
    2,
  );
  document.adoptedStyleSheets = [];
  const surface = openSurface();
  await surface.show(chainOf(recording, 1), recording.seen[2]?.ms ?? 0);
  const frame = surface.element.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
  expect(frame?.contentDocument?.querySelector('section')?.scrollTop).toBe(300);
});

test('shadow roots, frames, fields, sheets and scroll positions are as they were, forward and back', async () => {
  const start = `<div id="host"></div><iframe srcdoc="<p>In the frame</p>"></iframe><input value="first"><div id="list" style="height:60px;overflow:auto"></div>`;
  const moments: string[] = [];
  const recording = await recordPage(start, 5, (body, index) => {
    const host = body.querySelector('#host');
    const shadow = host?.shadowRoot ?? host?.attachShadow({ mode: 'open' });
    shadow?.append(`shadow ${index} `);
    const paragraph = body.querySelector('iframe')?.contentDocument?.querySelector('p');
    if (paragraph != null) paragraph.textContent = `frame ${index}`;
    const field = body.querySelector('input');
    if (field !== null) field.value = `typed ${index}`;
    field?.dispatchEvent(new Event('input', { bubbles: true }));
    const list = body.querySelector('#list');
    for (let line = 0; line < 20; line += 1)
      list?.append(Object.assign(document.createElement('p'), { textContent: `${line}` }));
    if (index === 0) list?.scrollTo(0, 40);
    moments.push(`shadow ${index} | frame ${index} | typed ${index} | 40`);
  });
  const state = (page: Document): string => {
    const text = page.querySelector('#host')?.shadowRoot?.textContent.trim().split(' ').slice(-2).join(' ');
    const frame = page.querySelector('iframe')?.contentDocument?.querySelector('p')?.textContent;
    return [text, frame, page.querySelector('input')?.value, page.querySelector('#list')?.scrollTop].join(' | ');
  };
  const surface = openSurface();
  await surface.show(chainOf(recording), 0);
  // Not the first two: rrweb notes a scroll position up to 100 ms late.
  for (const index of [4, 2, 3, 2]) {
    await surface.seek((recording.seen[index]?.ms ?? 0) - 1);
    expect(state(shownDocument(surface)), `step ${index}`).toBe(moments[index]);
  }
});

test('the recorded page is out of reach for scripts, pointer and keyboard, also where it had the focus', async () => {
  const recording = await recordPage('<button>Send</button><input value="x">', 2, (body) => {
    body.querySelector('input')?.focus();
    body.append('x');
  });
  const surface = openSurface();
  await surface.show(chainOf(recording), Infinity);
  const frame = shownDocument(surface).defaultView?.frameElement;
  expect(frame?.getAttribute('sandbox')).toBe('allow-same-origin');
  expect(frame?.closest('[inert]')).not.toBeNull();
  expect(document.activeElement).toBe(document.body);
});

/** rrweb's event of where the focus goes; by a pointer where it is not to be seen. */
function focusEvent(recording: Recording, selector: string, atMs: number, isByPointer: boolean): DomEvent {
  const find = (node: Record<string, unknown>): number | undefined => {
    const { id, attributes, childNodes } = node as {
      id: number;
      attributes?: Record<string, unknown>;
      childNodes?: Record<string, unknown>[];
    };
    if (attributes?.['id'] === selector) return id;
    return childNodes?.map(find).find((found) => found !== undefined);
  };
  const snapshot = recording.chains[0]?.find(({ type }) => type === 2)?.data['node'];
  const data = { source: 2, type: 5, id: find(snapshot as Record<string, unknown>) };
  const means = isByPointer ? { pointerType: 0 } : {};
  return { type: 3, data: { ...data, ...means }, timestamp: STARTED_MS + atMs };
}

test('what had the focus looks so, by the page’s own rules and the browser’s, and has none', async () => {
  const recording = await recordPage(
    `<style>#field:focus { color: rgb(1, 2, 3) } form:focus-within { color: rgb(4, 5, 6) } #press:focus-visible { color: rgb(7, 8, 9) }</style>
    <form><input id="field"></form><button id="press">Send</button><a id="link" href="#">Link</a>`,
    4,
    () => undefined,
  );
  const at = (index: number): number => recording.seen[index]?.ms ?? 0;
  const events = [
    ...(recording.chains[0] ?? []),
    focusEvent(recording, 'field', at(0), true),
    focusEvent(recording, 'press', at(1), true),
    focusEvent(recording, 'press', at(2), false),
    focusEvent(recording, 'link', at(3), false),
  ];
  const surface = openSurface();
  await surface.show({ clock, chunks: [ndjson(events)] }, 0);
  const look = (): string[] => {
    const page = shownDocument(surface);
    const of = (selector: string) => getComputedStyle(page.querySelector(selector) ?? page.body);
    return [of('#field').color, of('form').color, of('#press').color, of('#link').outlineStyle];
  };
  const plain = look();
  expect(plain).not.toContain('rgb(1, 2, 3)');
  await surface.seek(at(0) + 1);
  expect(look()).toEqual(['rgb(1, 2, 3)', 'rgb(4, 5, 6)', plain[2], 'none']);
  await surface.seek(at(1) + 1);
  expect(look()).toEqual(plain);
  await surface.seek(at(2) + 1);
  expect(look()).toEqual([plain[0], plain[1], 'rgb(7, 8, 9)', 'none']);
  await surface.seek(at(3) + 1);
  expect(look()).toEqual([plain[0], plain[1], plain[2], 'auto']);
  expect(document.activeElement).toBe(document.body);
});

test('a modal dialog that was closed is not modal when it is opened again', async () => {
  const recording = await recordPage('<dialog><p>Sure?</p></dialog>', 3, (body, index) => {
    const dialog = body.querySelector('dialog');
    if (index === 0) dialog?.showModal();
    else if (index === 1) dialog?.close();
    else dialog?.show();
  });
  const surface = openSurface();
  await surface.show(chainOf(recording), 0);
  const states: string[] = [];
  for (const { ms } of recording.seen) {
    await surface.seek(ms);
    const dialog = shownDocument(surface).querySelector('dialog');
    states.push(`${String(dialog?.open)} ${String(dialog?.matches(':modal'))}`);
  }
  expect(states).toEqual(['true true', 'false false', 'true false']);
});

test('of many seeks at once the last one is what is shown, and those left out hear of it', async () => {
  const recording = await counter();
  const surface = openSurface();
  await surface.show(chainOf(recording), recording.seen[7]?.ms ?? 0);
  const results = await Promise.all([6, 5, 4, 3, 2].map((index) => surface.seek(recording.seen[index]?.ms ?? 0)));
  expect(results.at(-1)?.kind).toBe('shown');
  expect(results.filter(({ kind }) => kind === 'superseded').length).toBeGreaterThan(1);
  expect(replayed(surface)).toBe(recording.seen[2]?.html);
});

test('what comes later is given later, also when the page is already there', async () => {
  const recording = await counter();
  const events = recording.chains[0] ?? [];
  const surface = openSurface();
  const [first, second] = [ndjson(events.slice(0, 4)), ndjson(events.slice(4))];
  // The moment is beyond what is there: the page is as far as it can be, and goes on as soon as more comes.
  await surface.show({ clock, chunks: [first] }, recording.seen[6]?.ms ?? 0);
  expect(replayed(surface)).not.toBe(recording.seen[6]?.html);
  surface.extend([second]);
  await expect.poll(() => replayed(surface)).toBe(recording.seen[6]?.html);
  await surface.seek(recording.seen[1]?.ms ?? 0);
  expect(replayed(surface)).toBe(recording.seen[1]?.html);
});

test('a prepared chain takes the place of the other within one frame', async () => {
  const first = await counter();
  const second = await recordPage('<h2>Chart</h2>', 2, (body, index) => {
    body.append(`bar ${index} `);
  });
  const surface = openSurface();
  await surface.show(chainOf(first), Infinity);
  const prepared = await surface.prepare(chainOf(second));
  if (prepared === undefined) throw new Error('nothing was prepared');
  expect(replayed(surface)).toContain('Orders');
  const screens = () => surface.element.contentDocument?.querySelectorAll('.screen.shown').length;
  const seen: (number | undefined)[] = [];
  const watch = setInterval(() => seen.push(screens()), 0);
  await surface.promote(prepared, second.seen[1]?.ms ?? 0);
  clearInterval(watch);
  expect(replayed(surface)).toBe(second.seen[1]?.html);
  expect(new Set(seen)).toEqual(new Set([1]));
  expect(surface.element.contentDocument?.querySelectorAll('.screen')).toHaveLength(1);
});

test('a chain that is none is refused with a sentence, and what was shown stays', async () => {
  const recording = await counter();
  const surface = openSurface();
  await surface.show(chainOf(recording), Infinity);
  const before = replayed(surface);
  for (const text of [
    '',
    'no json',
    '{"type":3,"timestamp":1,"data":{"source":0}}',
    '{"type":2,"timestamp":1,"data":{"node":{"type":2,"id":1}}}',
  ]) {
    await expect(surface.show({ clock, chunks: [new TextEncoder().encode(text)] }, 0)).rejects.toMatchObject({
      code: 'no-snapshot',
    });
  }
  expect(replayed(surface)).toBe(before);
});

test('bytes that others hold as well are copied, not taken', async () => {
  const recording = await counter();
  const plain = ndjson(recording.chains[0] ?? []);
  const shared = new Uint8Array(plain.length + 10);
  shared.set(plain, 5);
  const surface = openSurface();
  await surface.show({ clock, chunks: [shared.subarray(5, 5 + plain.length)] }, Infinity);
  expect(shared.length).toBe(plain.length + 10);
  expect(replayed(surface)).toBe(recording.seen[7]?.html);
});

test('a frame that the page has already is taken over without loading again', async () => {
  const target = document.body.appendChild(document.createElement('div'));
  const frame = document.body.appendChild(document.createElement('iframe'));
  frame.src = '/src/viewer/replay.html';
  await new Promise((resolve) => {
    frame.addEventListener('load', resolve, { once: true });
  });
  const { contentDocument } = frame;
  const surface = new ReplaySurface({ target, documentUrl: '/src/viewer/replay.html', frame });
  surfaces.push(surface);
  await surface.ready;
  expect(frame.parentElement).toBe(target);
  expect(frame.contentDocument).toBe(contentDocument);
});
