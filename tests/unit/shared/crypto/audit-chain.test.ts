import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditLine, AuditVerifier, MAX_AUDIT_LINE_BYTES, NO_HASH } from '../../../../src/shared/crypto/audit-chain.js';
import { runs } from '../../../lab/fuzz.js';

/** A log of so many records, as bytes and as lines. */
function logOf(count: number): { bytes: Uint8Array<ArrayBuffer>; lines: string[] } {
  const lines: string[] = [];
  let previous = NO_HASH;
  for (let number = 1; number <= count; number += 1) {
    const body = { text: `Grüße ${number}`, nested: { at: [number] } };
    const { line, record } = auditLine({ number, atMs: 1000 + number, kind: 'letter-received', body, previous });
    lines.push(line);
    previous = record.hash;
  }
  return { bytes: new TextEncoder().encode(lines.join('')), lines };
}

function verify(bytes: Uint8Array, step = bytes.length) {
  const verifier = new AuditVerifier();
  for (let at = 0; at < bytes.length; at += step) verifier.push(bytes.subarray(at, at + step));
  return verifier.end();
}
const problemsOf = (text: string) =>
  verify(new TextEncoder().encode(text)).problems.map(({ line, code }) => [line, code]);

describe('an audit log', () => {
  test('as it was written has no problems, in pieces of any size', () => {
    const { bytes } = logOf(20);
    for (const step of [1, 7, 4096]) {
      expect(verify(bytes, step)).toEqual({ records: 20, firstNumber: 1, lastNumber: 20, problems: [], more: 0 });
    }
  });

  test('whose older files are gone begins where it begins', () => {
    const { lines } = logOf(5);
    expect(problemsOf(lines.slice(2).join(''))).toEqual([]);
  });

  test('tells the line of any changed byte', () => {
    const { bytes } = logOf(6);
    const starts = [0, ...[...bytes.keys()].filter((at) => bytes[at] === 10).map((at) => at + 1)];
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        const line = starts.filter((start) => start <= at).length;
        const { problems } = verify(changed);
        expect(problems[0]?.line).toBe(line);
        // Nothing else is blamed, but for what a lost or added line end does to its neighbours.
        if (bytes[at] !== 10 && changed[at] !== 10) expect(problems).toHaveLength(1);
      }),
      { numRuns: runs(500) },
    );
  });

  test('tells lines that were taken out, moved, put in, or replaced with a hash that fits', () => {
    const { lines } = logOf(5);
    const [one = '', two = '', three = '', four = '', five = ''] = lines;
    expect(problemsOf(one + two + four + five)).toEqual([[3, 'out-of-order']]);
    expect(problemsOf(one + three + two + four + five)).toEqual([
      [2, 'out-of-order'],
      [3, 'out-of-order'],
      [4, 'out-of-order'],
    ]);
    expect(problemsOf(`${one}${two}{"number":3}\n${three}`)).toEqual([[3, 'not-a-record']]);
    const previous = /"previous":"(\w+)"/.exec(three)?.[1] ?? '';
    const forged = auditLine({ number: 3, atMs: 1003, kind: 'letter-received', body: {}, previous }).line;
    expect(problemsOf(one + two + forged + four + five)).toEqual([[4, 'broken-chain']]);
  });

  test('tells a line that was cut off, and a first record that follows nothing', () => {
    const { lines } = logOf(2);
    expect(problemsOf(lines.join('').slice(0, -1))).toEqual([[2, 'cut']]);
    const first = auditLine({ number: 1, atMs: 1, kind: 'a', body: {}, previous: 'f'.repeat(64) }).line;
    expect(problemsOf(first)).toEqual([[1, 'broken-chain']]);
  });

  test('with a line that never ends is read in bounded memory', () => {
    const verifier = new AuditVerifier();
    for (let piece = 0; piece < 100; piece += 1) verifier.push(new Uint8Array(64 * 1024).fill(65));
    verifier.push(new TextEncoder().encode(`\n${logOf(1).lines[0] ?? ''}`));
    expect(verifier.end().problems.map(({ line, code }) => [line, code])).toEqual([[1, 'not-a-record']]);
  });

  test('takes no record that a reader would refuse', () => {
    const body = { text: 'x'.repeat(MAX_AUDIT_LINE_BYTES) };
    expect(() => auditLine({ number: 1, atMs: 1, kind: 'a', body, previous: NO_HASH })).toThrow(RangeError);
  });
});
