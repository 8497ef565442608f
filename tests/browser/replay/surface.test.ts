import { afterEach, expect, test } from 'vitest';
import { ReplaySurface } from '../../../src/viewer/replay/surface.js';
import type { ChainData } from '../../../src/viewer/replay/messages.js';
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
