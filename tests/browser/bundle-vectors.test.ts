import { testVectors } from '../vectors/vector-tests.js';
import vectors from '../vectors/vectors.json';
import type { Vector } from '../vectors/vector.js';

const urls: Record<string, string> = import.meta.glob('../vectors/*.fluxrec', {
  query: '?url',
  import: 'default',
  eager: true,
});

testVectors(vectors as Vector[], async (file) => {
  const answer = await fetch(urls[`../vectors/${file}`] ?? '');
  if (!answer.ok) throw new Error(`no vector ${file}`);
  return new Uint8Array(await answer.arrayBuffer());
});
