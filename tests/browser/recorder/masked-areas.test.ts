import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MaskedAreas } from '../../../src/recorder/masking/masked-areas.js';
import { ShadowRoots } from '../../../src/recorder/masking/shadow-roots.js';

const texts = { revision: 0, findIn: () => [] };
const FIELD = '<input style="width:100px;height:20px">';

let areas: MaskedAreas;

beforeEach(() => {
  areas = new MaskedAreas(new ShadowRoots(), texts);
});

afterEach(() => {
  areas.stop();
  document.body.replaceChildren();
});

const count = (nowMs: number): number => areas.measure(nowMs).length / 5;

describe('a shadow root that comes with markup', () => {
  const markup = `<div><template shadowrootmode="open">${FIELD}</template></div>`;
  const nested = `<div><template shadowrootmode="open"><p><span><template shadowrootmode="open">${FIELD}</template></span></p></template></div>`;

  it.each([
    ['by itself', markup],
    ['within another one', nested],
  ])('is known with the next look, %s', (_how, html) => {
    expect(count(0)).toBe(0);
    const holder = document.createElement('section');
    holder.setHTMLUnsafe(html);
    document.body.append(holder);
    expect(count(20)).toBe(1);
    holder.remove();
    expect(count(40)).toBe(0);
    document.body.append(holder);
    expect(count(60)).toBe(1);
  });

  it('is known with the next look where it comes into one that is known', () => {
    const host = document.createElement('div');
    document.body.append(host);
    const root = host.attachShadow({ mode: 'open' });
    expect(count(0)).toBe(0);
    const holder = document.createElement('section');
    holder.setHTMLUnsafe(markup);
    root.append(holder);
    expect(count(20)).toBe(1);
  });
});

it('of a marked area what a shadow root in it shows elsewhere is painted over, too, an open one or a closed one', () => {
  const roots = new ShadowRoots();
  const own = new MaskedAreas(roots, texts);
  const area = document.createElement('section');
  area.setAttribute('data-fluxrec-mask', '');
  area.style.cssText = 'width:50px;height:20px';
  for (const mode of ['open', 'closed'] as const) {
    const root = area.appendChild(document.createElement('div')).attachShadow({ mode });
    root.innerHTML = '<p style="position:fixed;left:300px;top:200px;width:40px;height:30px;margin:0">x</p>';
    roots.add(root);
  }
  document.body.append(area);
  const measured = own.measure(0);
  const right = Array.from({ length: measured.length / 5 }, (_, index) => measured[5 * index + 3]);
  expect(right.filter((px) => px === 340)).toHaveLength(2);
  own.stop();
});

describe('a shadow root that nobody told of', () => {
  it('is found after ten seconds at the latest', () => {
    const host = document.createElement('div');
    document.body.append(host);
    expect(count(0)).toBe(0);
    host.attachShadow({ mode: 'open' }).innerHTML = FIELD;
    expect(count(9000)).toBe(0);
    expect(count(10_001)).toBe(1);
  });
});

describe('all of a frame is painted over', () => {
  const framed = (): HTMLIFrameElement => {
    const frame = document.createElement('iframe');
    frame.style.cssText = 'width:200px;height:100px;border:0';
    document.body.append(frame);
    return frame;
  };
  const boxes = (): number[][] => {
    const [...all] = areas.measure(0);
    return Array.from({ length: all.length / 5 }, (_, index) => all.slice(5 * index + 3, 5 * index + 5));
  };

  it('that is marked', () => {
    const frame = framed();
    expect(boxes()).toEqual([]);
    frame.setAttribute('data-fluxrec-mask', '');
    const { right, bottom } = frame.getBoundingClientRect();
    expect(boxes()).toEqual([[right, bottom]]);
  });

  it('that is one editable text', () => {
    const frame = framed();
    if (frame.contentDocument !== null) frame.contentDocument.designMode = 'on';
    const { right, bottom } = frame.getBoundingClientRect();
    expect(boxes()).toEqual([[right, bottom]]);
  });
});

describe('while a view transition shows what the page was before', () => {
  // A frame in which an area is there in one report only is left out: so nothing is known where every report has another one.
  const all = (): number[] => [0, 0, innerWidth, innerHeight];
  const change = async (html: string): Promise<{ finished: Promise<unknown>; skipTransition(): void }> => {
    const transition = document.startViewTransition(() => {
      document.body.innerHTML = html;
    });
    transition.ready.catch(() => undefined); // It is skipped.
    await transition.updateCallbackDone;
    return transition;
  };

  it('it is not known where masked things are', async () => {
    document.body.innerHTML = FIELD;
    expect(count(0)).toBe(1);
    const transition = await change('<p>nothing</p>');
    const [first = 0, ...box] = areas.measure(20);
    expect(box).toEqual(all());
    expect([...areas.measure(40)]).toEqual([first + 1, ...all()]);
    transition.skipTransition();
    await transition.finished;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    expect(count(60)).toBe(0);
  });

  it('it is where there were none and are none', async () => {
    document.body.innerHTML = '<p>nothing</p>';
    expect(count(0)).toBe(0);
    const transition = await change('<p>nothing else</p>');
    expect(count(20)).toBe(0);
    transition.skipTransition();
    await transition.finished;
  });
});
