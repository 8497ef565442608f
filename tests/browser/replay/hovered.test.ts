import { afterEach, expect, it } from 'vitest';
import { domNodeId } from '../../../src/recorder/lanes/dom.js';
import { LaneReplay } from './lane-replay.js';

// What the pointer is over, as the style sheets see it that scripts made.

/** The colour of each button, in shadow roots too. */
function coloursIn(document: Document): string {
  const roots = [document, ...[...document.querySelectorAll('div')].map(({ shadowRoot }) => shadowRoot)];
  const buttons = roots.flatMap((root) => [...(root?.querySelectorAll('button') ?? [])]);
  return buttons.map((button) => button.ownerDocument.defaultView?.getComputedStyle(button).color ?? '').join(' ');
}

const pair = new LaneReplay(coloursIn);
afterEach(() => {
  pair.close();
});

it('a button under the pointer has the colours of rules that were adopted, or inserted', async () => {
  const RED = 'rgb(255, 0, 0)';
  const GREY = 'rgb(9, 9, 9)';
  let inner: Element | undefined;
  // No pointer is moved over this page: rrweb is told that it is.
  const point = (element: Element | null | undefined): void => {
    const data = { source: 1, positions: [{ x: 1, y: 1, id: element && domNodeId(element), timeOffset: 0 }] };
    pair.lane.domEvents.push({ type: 3, data, timestamp: performance.now() });
  };
  const css = `button { color: ${GREY} } button:hover { color: ${RED} }`;
  const moments = await pair.record(
    `<style></style><button>A</button><div></div>`,
    () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      const root = document.querySelector('div')?.attachShadow({ mode: 'open' });
      if (root === undefined) throw new Error('There is no root.');
      root.innerHTML = '<button>B</button>';
      root.adoptedStyleSheets = [sheet];
      inner = root.querySelector('button') ?? undefined;
    },
    [
      () => {
        const sheet = document.querySelector<HTMLStyleElement>('main style')?.sheet;
        for (const rule of css.split(/(?<=\}) /)) sheet?.insertRule(rule, sheet.cssRules.length);
      },
      () => {
        point(document.querySelector('main button'));
      },
      () => {
        point(inner);
      },
    ],
  );
  const shown = (await pair.replay(moments, 'goes on')).map(({ seen }) => seen);
  expect(shown.slice(1)).toEqual([`${GREY} ${GREY}`, `${RED} ${GREY}`, `${GREY} ${RED}`]);
});

it('a button under the pointer has the colours of style elements, and the others those of what is not', async () => {
  const [RED, GREY] = ['rgb(255, 0, 0)', 'rgb(9, 9, 9)'];
  const css = `button:hover { color: ${RED} } button:not(:hover) { color: ${GREY} }
    @media (max-device-width: 1px) { button { color: blue !important } }`;
  const moments = await pair.record(`<style>${css}</style><button>A</button><button>B</button>`, () => undefined, [
    () => {
      const [, second] = document.querySelectorAll('main button');
      const data = { source: 1, positions: [{ x: 1, y: 1, id: second && domNodeId(second), timeOffset: 0 }] };
      pair.lane.domEvents.push({ type: 3, data, timestamp: performance.now() });
    },
  ]);
  const shown = (await pair.replay(moments, 'jumps')).map(({ seen }) => seen);
  expect(shown).toEqual([`${GREY} ${GREY}`, `${GREY} ${RED}`]);
});
