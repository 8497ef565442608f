/** A small generator with a seed, so that a run can be repeated: https://en.wikipedia.org/wiki/Xorshift. */
export function seededRandom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
