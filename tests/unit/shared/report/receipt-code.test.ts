import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { mintReceiptCode, parseReceiptCode } from '../../../../src/shared/report/receipt-code.js';
import { receiptCodeSchema } from '../../../../src/shared/report/report.js';

const codes = fc.uint8Array({ minLength: 10, maxLength: 10 }).map(mintReceiptCode);

describe('a receipt code', () => {
  it('is what the contract says and reads back', () => {
    fc.assert(
      fc.property(codes, (code) => {
        expect(v.is(receiptCodeSchema, code)).toBe(true);
        expect(parseReceiptCode(code)).toBe(code);
      }),
    );
  });

  it('is understood as people type it', () => {
    const code = mintReceiptCode(new Uint8Array([0, 1, 0, 1, 20, 0, 1, 0, 1, 20]));
    expect(code.slice(0, 11)).toBe('0101M-0101M');
    const check = code.slice(-1).toLowerCase();
    expect(parseReceiptCode(` oiolm 0l0im${check} `)).toBe(code);
    expect(parseReceiptCode(`0101m\u20130101m\u2013${check}`)).toBe(code);
  });

  it('notices a character misheard (but 0 for Z) and two neighbours swapped (but 0 and Z)', () => {
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    fc.assert(
      fc.property(codes, fc.nat(9), fc.nat(31), (code, at, other) => {
        const body = code.replaceAll('-', '');
        const wrong = body.slice(0, at) + alphabet.charAt(other) + body.slice(at + 1);
        const pair = new Set([body.charAt(at), alphabet.charAt(other)]);
        if (wrong !== body && !(pair.has('0') && pair.has('Z'))) expect(parseReceiptCode(wrong)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(codes, fc.nat(8), (code, at) => {
        const body = code.replaceAll('-', '');
        const [a, b] = [body.charAt(at), body.charAt(at + 1)];
        const swapped = body.slice(0, at) + b + a + body.slice(at + 2);
        const pair = new Set([a, b]);
        if (a !== b && !(pair.has('0') && pair.has('Z'))) expect(parseReceiptCode(swapped)).toBeUndefined();
      }),
    );
  });

  it('is not made of anything else', () => {
    for (const text of ['', '-', 'K7QF2-9DM4X', 'U'.repeat(11), 'x'.repeat(10_000), '0'.repeat(12)]) {
      expect(parseReceiptCode(text)).toBeUndefined();
    }
    expect(() => mintReceiptCode(new Uint8Array(9))).toThrow(RangeError);
  });
});
