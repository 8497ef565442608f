import * as v from 'valibot';

/** Letters that overtake one another by fewer numbers than this are all accepted, once each. */
export const NUMBER_WINDOW = 64;

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What a receiver remembers of one sender. Durable before a letter counts as received. */
export const numberWindowSchema = v.object({
  highest: number,
  /** The numbers accepted above `highest - NUMBER_WINDOW`, and the ids that they came with. */
  seen: v.pipe(v.array(v.object({ number, id: v.pipe(v.string(), v.uuid()) })), v.maxLength(NUMBER_WINDOW)),
});
export type NumberWindow = v.InferOutput<typeof numberWindowSchema>;

export const EMPTY_WINDOW: NumberWindow = { highest: 0, seen: [] };

/** The window with this letter in it; undefined where it is a replay: seen before, or too old to tell. The method is IPsec's (RFC 4303, 3.4.3). */
export function acceptNumber(window: NumberWindow, letter: { number: number; id: string }): NumberWindow | undefined {
  const { number, id } = letter;
  if (number <= window.highest - NUMBER_WINDOW) return undefined;
  if (window.seen.some((seen) => seen.number === number || seen.id === id)) return undefined;
  const highest = Math.max(window.highest, number);
  const seen = [...window.seen, { number, id }].filter((kept) => kept.number > highest - NUMBER_WINDOW);
  return { highest, seen };
}

/**
 * The number of a sender's next letter to somebody. It starts at the clock's milliseconds, which no count reaches: a sender whose
 * memory is lost goes on above the numbers that it has used.
 */
export function nextNumber(last: number | undefined, nowMs: number): number {
  return Math.max((last ?? 0) + 1, last === undefined ? Math.floor(nowMs) : 1);
}
