import { describe, expect, it } from 'vitest';
import { markHoverIn } from '../../../../src/viewer/replay-document/hover-css.js';

describe('a rule of a script', () => {
  it.each([
    ['a:hover { }', 'a.\\:hover { }'],
    [':host(:HOVER) > b:not(:hover){}', ':host(.\\:hover) > b:not(.\\:hover){}'],
    ['::slotted(a:hover), b:hover::part(c):hover { }', '::slotted(a.\\:hover), b.\\:hover::part(c):hover { }'],
    ['a { color: red; &:hover { } }', 'a { color: red; &.\\:hover { } }'],
  ])('asks for the mark in place of the pointer: %s', (css, marked) => {
    expect(markHoverIn(css)).toBe(marked);
  });

  it.each([
    '.a\\:hover{}',
    'a::-webkit-slider-thumb:hover{}',
    'a::part(b):focus:hover{}',
    'a:hovering{}',
    'a::before{content:":hover{"}',
    'a{animation:hover 1s}',
    'a{b:hover}c{}',
  ])('stays as it is where that is no selector: %s', (css) => {
    expect(markHoverIn(css)).toBe(css);
  });
});
