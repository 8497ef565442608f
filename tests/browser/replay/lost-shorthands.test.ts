import { afterEach, describe, expect, it } from 'vitest';
import { LaneReplay } from './lane-replay.js';

// A shorthand with var() whose longhand is set again in its rule has no text in the CSSOM, which is what rrweb records.

/** How wide the borders of each paragraph are. */
function bordersIn(document: Document): string {
  const roots = [document, ...[...document.querySelectorAll('div')].map(({ shadowRoot }) => shadowRoot)];
  const paragraphs = roots.flatMap((root) => [...(root?.querySelectorAll('p') ?? [])]);
  return paragraphs
    .map((element) => {
      const { borderTopWidth, borderLeftWidth, borderLeftColor } =
        element.ownerDocument.defaultView?.getComputedStyle(element) ?? {};
      return [borderTopWidth, borderLeftWidth, borderLeftColor].join(' ');
    })
    .join(' | ');
}

const BLUE = '--c: rgb(0, 0, 255)';
const RULE = (selector: string, px = 2): string =>
  `${selector} { border: ${px}px solid var(--c, red); border-top-width: 5px }`;

let pair = new LaneReplay(bordersIn);

afterEach(() => {
  pair.close();
  pair = new LaneReplay(bordersIn);
});

/** The page's own style element. */
function sheetOf(selector = 'main style'): CSSStyleSheet {
  const sheet = document.querySelector<HTMLStyleElement>(selector)?.sheet;
  if (sheet == null) throw new Error('There is no style sheet.');
  return sheet;
}

describe.each(['jumps', 'goes on'] as const)('in a replay that %s', (way) => {
  it('a border of a style element is as it was, with what is around and beside it', async () => {
    const css = `/* one } */ @charset "x"; p { ${BLUE} } ${RULE('#a')}
      #b::before { content: "} p { color: red }" } @media (min-width: 1px) { ${RULE('#b', 3)} }
      ${RULE('[title="}"]', 4)}`;
    const moments = await pair.record(`<style>${css}</style><p id="a">A<p id="b">B<p title="}">C`, () => undefined, []);
    expect(moments[0]?.seen).toBe([2, 3, 4].map((px) => `5px ${String(px)}px rgb(0, 0, 255)`).join(' | '));
    expect(await pair.replay(moments, way)).toEqual(moments);
    expect(pair.lane.faults).toEqual([]);
  });

  it('so is one of an adopted style sheet, in a shadow root too', async () => {
    const sheet = new CSSStyleSheet();
    const moments = await pair.record(`<div></div><p>A`, () => undefined, [
      () => {
        sheet.replaceSync(`p, :host { ${BLUE} } ${RULE('p')}`);
        document.adoptedStyleSheets = [sheet];
        const root = document.querySelector('div')?.attachShadow({ mode: 'open' });
        if (root === undefined) throw new Error('There is no root.');
        root.innerHTML = '<p>B';
        root.adoptedStyleSheets = [sheet];
      },
      () => {
        pair.lane.freshStart();
      },
    ]);
    expect(moments[2]?.seen).toBe('5px 2px rgb(0, 0, 255) | 5px 2px rgb(0, 0, 255)');
    expect(await pair.replay(moments.slice(-1), way)).toEqual(moments.slice(-1));
    expect(pair.lane.faults).toEqual([]);
  });

  it('so is one of a rule that a script inserted', async () => {
    const moments = await pair.record(`<style>p { ${BLUE} }</style><p id="a">A<p id="b">B`, () => undefined, [
      () => {
        sheetOf().insertRule(RULE('#a'));
        sheetOf().insertRule(RULE('#b', 3), 1);
      },
      () => {
        pair.lane.freshStart();
      },
    ]);
    expect(moments[2]?.seen).toBe('5px 2px rgb(0, 0, 255) | 5px 3px rgb(0, 0, 255)');
    expect(await pair.replay(moments.slice(-1), way)).toEqual(moments.slice(-1));
  });
});

describe('a rule that a script has changed', () => {
  it('is not what it was in its source', async () => {
    const moments = await pair.record(
      `<style>p { ${BLUE} } ${RULE('#a')} ${RULE('#a', 3)}</style><p id="a">A`,
      () => {
        (sheetOf().cssRules[2] as CSSStyleRule).style.borderTopWidth = '7px';
        sheetOf().deleteRule(1);
      },
      [],
    );
    await pair.replay(moments, 'jumps');
    const snapshot = JSON.stringify(pair.lane.domEvents.find(({ type }) => type === 2));
    expect(snapshot).not.toContain('solid var(--c');
    expect(snapshot).toContain('7px');
  });

  it('is told from another one that reads the same by their order, or not at all', async () => {
    const html = `<style>p { ${BLUE} } ${RULE('#a')} ${RULE('#a', 3)}</style><p id="a">A`;
    const moments = await pair.record(html, () => undefined, [
      () => {
        sheetOf().deleteRule(2);
      },
      () => {
        pair.lane.freshStart();
      },
    ]);
    expect(moments.map(({ seen }) => seen)).toEqual([3, 2, 2].map((px) => `5px ${String(px)}px rgb(0, 0, 255)`));
    const [first, second] = pair.lane.domEvents.filter(({ type }) => type === 2).map((event) => JSON.stringify(event));
    expect(first).toMatch(/2px solid var.*3px solid var/);
    expect(second).not.toContain('solid var(--c');
  });
});
