import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../../../../src/shared/crypto/base64url.js';
import { commitmentTo, safetyWords } from '../../../../src/shared/crypto/safety-words.js';
import { SAFETY_WORDS } from '../../../../src/shared/crypto/safety-word-list.js';

const bytes = (length: number, from: number): string =>
  toBase64Url(Uint8Array.from({ length }, (_, at) => (from + at) & 0xff));
const INPUT = {
  publisherFingerprint: bytes(32, 0),
  subscriberFingerprint: bytes(32, 32),
  publisherNonce: bytes(16, 64),
  subscriberNonce: bytes(16, 80),
};

/** Whether one slip makes one word of the other: a letter changed, added, left out, or two neighbours swapped. */
function isOneSlip(a: string, b: string): boolean {
  if (a.length > b.length) return isOneSlip(b, a);
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  if (a.length !== b.length) return b.length - a.length === 1 && a.slice(at) === b.slice(at + 1);
  const swapped = a.slice(0, at) + (a[at + 1] ?? '') + (a[at] ?? '') + a.slice(at + 2);
  return a.slice(at + 1) === b.slice(at + 1) || swapped === b;
}

describe('the words', () => {
  test('are 2048, short, in order, each once', () => {
    expect(SAFETY_WORDS).toHaveLength(2048);
    expect(SAFETY_WORDS.every((word) => /^[a-z]{4,8}$/.test(word))).toBe(true);
    expect([...new Set(SAFETY_WORDS)].sort()).toEqual(SAFETY_WORDS);
  });

  test('cannot be taken for each other by one slip', () => {
    const slips = SAFETY_WORDS.flatMap((word, at) =>
      SAFETY_WORDS.slice(at + 1).filter((other) => isOneSlip(word, other)),
    );
    expect(slips).toEqual([]);
  });
});

describe('safety words', () => {
  test('are those of the worked example in docs/live-protocol.md', () => {
    expect(commitmentTo(INPUT.publisherNonce)).toBe('krdjY7pbOxaMXszlzMybkw');
    expect(safetyWords(INPUT)).toEqual(['pendant', 'birthday', 'lineage', 'molasses']);
  });

  test.each(Object.keys(INPUT))('are others when %s differs in one bit', (name) => {
    const given = INPUT[name as keyof typeof INPUT];
    const other = (given.startsWith('A') ? 'B' : 'A') + given.slice(1);
    expect(safetyWords({ ...INPUT, [name]: other })).not.toEqual(safetyWords(INPUT));
  });

  test('depend on who published', () => {
    const turned = {
      publisherFingerprint: INPUT.subscriberFingerprint,
      subscriberFingerprint: INPUT.publisherFingerprint,
      publisherNonce: INPUT.subscriberNonce,
      subscriberNonce: INPUT.publisherNonce,
    };
    expect(safetyWords(turned)).not.toEqual(safetyWords(INPUT));
  });

  test('are drawn from the whole list', () => {
    const seen = new Set<string>();
    for (let round = 0; round < 4000; round += 1) {
      for (const word of safetyWords({
        ...INPUT,
        subscriberNonce: toBase64Url(crypto.getRandomValues(new Uint8Array(16))),
      })) {
        seen.add(word);
      }
    }
    // 16,000 draws of 2048 leave out less than one word, on average.
    expect(seen.size).toBeGreaterThan(2030);
  });
});
