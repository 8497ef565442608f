/** A piece of a text, and whether it is one of the words that were searched. */
export interface Piece {
  readonly text: string;
  readonly isHit: boolean;
}

/** Cuts a text at the words of a search (lower case), for showing where they are. The pieces together are the text. */
export function highlight(text: string, words: readonly string[]): readonly Piece[] {
  const lower = text.toLowerCase();
  // A few letters change their length in lower case (İ): then positions would not fit, and nothing is marked.
  if (words.length === 0 || lower.length !== text.length) return [{ text, isHit: false }];
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const hit = nextHit(lower, words, at);
    if (hit === undefined) break;
    if (hit.start > at) pieces.push({ text: text.slice(at, hit.start), isHit: false });
    pieces.push({ text: text.slice(hit.start, hit.end), isHit: true });
    at = hit.end;
  }
  if (at < text.length || pieces.length === 0) pieces.push({ text: text.slice(at), isHit: false });
  return pieces;
}

/** The earliest hit; of several at one place the longest. */
function nextHit(lower: string, words: readonly string[], from: number): { start: number; end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  for (const word of words) {
    const start = word === '' ? -1 : lower.indexOf(word, from);
    if (start < 0) continue;
    const end = start + word.length;
    if (best === undefined || start < best.start || (start === best.start && end > best.end)) best = { start, end };
  }
  return best;
}
