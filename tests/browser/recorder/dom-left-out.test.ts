import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LeftOut } from '../../../src/recorder/lanes/dom-left-out.js';
import { makeGuard } from '../../../src/recorder/page.js';

let told: string[];
let looks: number;
let roots: ShadowRoot[];
let leftOut: LeftOut;
let stop: () => void;

beforeEach(() => {
  told = [];
  looks = 0;
  roots = [];
  leftOut = new LeftOut({
    guard: makeGuard((error) => {
      throw error;
    }),
    shadowRoots: () => {
      looks += 1;
      return roots;
    },
    report: (text) => told.push(text),
  });
  stop = leftOut.start();
});
afterEach(() => {
  stop();
  document.body.replaceChildren();
});

function add<K extends keyof HTMLElementTagNameMap>(name: K): HTMLElementTagNameMap[K] {
  const element = document.body.appendChild(document.createElement(name));
  leftOut.noteElement(name);
  return element;
}

describe('what a replay will lack', () => {
  it('is said of a canvas and of pictures, once', async () => {
    add('canvas');
    add('img').src = '/nowhere.png';
    await expect.poll(() => told.length).toBe(2);
    expect(told.join('\n')).toMatch(/square of the same size[^]*canvas|canvas[^]*square of the same size/);
    leftOut.lookSoon();
    await expect.poll(() => looks, { timeout: 10_000 }).toBe(2);
    expect(told).toHaveLength(2);
  });

  it('is said of a closed shadow root, and not of the recorder’s own', async () => {
    const own = document.body.appendChild(document.createElement('fluxrec-overlay')).attachShadow({ mode: 'closed' });
    const closed = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'closed' });
    roots = [own];
    leftOut.lookSoon();
    await expect.poll(() => looks).toBe(1);
    expect(told).toEqual([]);
    roots = [own, closed];
    leftOut.lookSoon();
    await expect.poll(() => told, { timeout: 10_000 }).toEqual([expect.stringContaining('closed shadow root')]);
  });

  it('is not said of a page that has none of it, nor of a picture that is in the recording', async () => {
    add('iframe');
    add('img').src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
    await expect.poll(() => looks).toBe(1);
    expect(told).toEqual([]);
  });

  it('is not looked for again and again in a page that adds pictures all the time', async () => {
    for (let index = 0; index < 20; index += 1) {
      add('img');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(looks).toBe(1);
  });

  it('is not looked for any more when the recording has stopped', async () => {
    add('canvas');
    stop();
    leftOut.lookSoon();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(looks).toBe(0);
  });
});
