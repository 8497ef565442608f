import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  acceptNumber,
  EMPTY_WINDOW,
  nextNumber,
  NUMBER_WINDOW,
  numberWindowSchema,
  type NumberWindow,
} from '../../../../src/shared/crypto/number-window.js';

function accepted(numbers: readonly number[]): { taken: number[]; window: NumberWindow } {
  let window = EMPTY_WINDOW;
  const taken: number[] = [];
  for (const number of numbers) {
    const next = acceptNumber(window, { number, id: randomUUID() });
    if (next === undefined) continue;
    window = next;
    taken.push(number);
  }
  return { taken, window };
}

describe('a sender’s numbers', () => {
  test('are taken once each, also when letters overtake one another', () => {
    expect(accepted([5, 3, 5, 4, 3, 9, 4]).taken).toEqual([5, 3, 4, 9]);
  });

  test('too far back are not taken: nobody remembers whether they came', () => {
    expect(accepted([1000, 1000 - NUMBER_WINDOW + 1, 1000 - NUMBER_WINDOW]).taken).toEqual([1000, 937]);
  });

  test('that are new with an id that is not are a replay', () => {
    const id = randomUUID();
    const window = acceptNumber(EMPTY_WINDOW, { number: 1, id });
    expect(acceptNumber(window ?? EMPTY_WINDOW, { number: 2, id })).toBeUndefined();
  });

  test('in any order are never taken twice, and what is remembered stays small', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 500 }), (numbers) => {
        const { taken, window } = accepted(numbers);
        expect(new Set(taken).size).toBe(taken.length);
        expect(v.is(numberWindowSchema, window)).toBe(true);
      }),
    );
  });

  test('rise, and go on above those that a lost memory held', () => {
    const first = nextNumber(undefined, 1_795_424_400_000.5);
    expect(first).toBe(1_795_424_400_000);
    expect(nextNumber(first, 1_795_424_400_001)).toBe(first + 1);
    expect(nextNumber(undefined, 1_795_424_500_000)).toBeGreaterThan(first + 50_000);
  });
});
