import { describe, expect, it } from 'vitest';
import { adaptCss } from '../../../../src/viewer/replay-document/adapt-css.js';

describe('a rule in a replay', () => {
  it.each([
    ['a:hover { }', 'a.\\:hover { }'],
    [':host(:HOVER) > b:not(:hover){}', ':host(.\\:hover) > b:not(.\\:hover){}'],
    ['::slotted(a:hover), b:hover::part(c):hover { }', '::slotted(a.\\:hover), b.\\:hover::part(c):hover { }'],
    ['a { color: red; &:hover { } }', 'a { color: red; &.\\:hover { } }'],
    ['@media (min-width: 9px) { a:hover { } }', '@media (min-width: 9px) { a.\\:hover { } }'],
  ])('asks for the mark in place of the pointer: %s', (css, marked) => {
    expect(adaptCss(css)).toBe(marked);
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
    expect(adaptCss(css)).toBe(css);
  });

  it.each([
    [
      '@media (max-device-width: 9px) and (min-device-height:1px) { }',
      '@media (max-width: 9px) and (min-height:1px) { }',
    ],
    [
      '@MEDIA screen and (min-device-width: 9px) { a:hover { } }',
      '@MEDIA screen and (min-width: 9px) { a.\\:hover { } }',
    ],
    ['a { --min-device-width: 1px }', 'a { --min-device-width: 1px }'],
  ])('asks for the window in place of the screen: %s', (css, adapted) => {
    expect(adaptCss(css)).toBe(adapted);
  });
});
