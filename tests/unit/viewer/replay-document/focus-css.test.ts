import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markFocusIn } from '../../../../src/viewer/replay-document/focus-css.js';

describe('a style sheet', () => {
  it.each([
    ['a:focus{}', 'a[fluxrec-focus]{}'],
    ['a:FOCUS, b { }', 'a[fluxrec-focus], b { }'],
    [':focus-visible { x: y }', '[fluxrec-focus=visible] { x: y }'],
    ['form:focus-within > b{}', 'form[fluxrec-focus-within] > b{}'],
    ['input:not(:focus):hover{}', 'input:not([fluxrec-focus]):hover{}'],
    ['[type="radio"]:focus, [a=\'b\']:focus { }', '[type="radio"][fluxrec-focus], [a=\'b\'][fluxrec-focus] { }'],
    ['.focus\\:ring:focus{}', '.focus\\:ring[fluxrec-focus]{}'],
    ['@media print { a:focus { } }', '@media print { a[fluxrec-focus] { } }'],
    ['a { color: red; &:focus { } }', 'a { color: red; &[fluxrec-focus] { } }'],
    ['a:focus/* rr_split */{}', 'a[fluxrec-focus]/* rr_split */{}'],
  ])('asks for the mark in place of the focus: %s', (css, marked) => {
    expect(markFocusIn(css)).toBe(marked);
  });

  it.each([
    '.a\\:focus{}',
    'a::focus-ring{}',
    'a:focus-visible-x{}',
    'a:focus(1){}',
    'a{animation:focus 1s;b:c}',
    'a{grid-area:focus}b{}',
    'a::before{content:":focus{"}',
    '/* a:focus{} */b{}',
    '/* a:focus{',
    'a:focus',
  ])('is left as it is where that is no selector: %s', (css) => {
    expect(markFocusIn(css)).toBe(css);
  });

  it('of a stranger ends in time, and is changed once', { timeout: 20_000 }, () => {
    for (const piece of [':focus', '/*', '"', '\\', ':focus{', '::focus', '[a=":focus']) {
      const css = piece.repeat(1_000_000 / piece.length);
      expect(markFocusIn(css).length).toBeGreaterThanOrEqual(css.length);
    }
    const piece = fc.constantFrom(
      ':focus',
      ':focus-within',
      '::',
      ':',
      '"',
      "'",
      '\\',
      '/*',
      '*/',
      '{',
      '}',
      ';',
      'a',
      ' ',
      '\n',
      '(',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const marked = markFocusIn(pieces.join(''));
        expect(markFocusIn(marked)).toBe(marked);
      }),
    );
  });
});
