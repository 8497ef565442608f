/** A stretch of a field's value that was written in one go. */
interface Run {
  readonly start: number;
  readonly end: number;
}

/** Values longer than this are not compared letter by letter on every key. */
const MAX_COMPARED = 64 * 1024;

/**
 * What was written in one go into a field that held something before: "bc" of "abcd" is as much the person's word as the
 * whole value is. Keys one after the other, a paste, corrections on the way.
 */
export class TypedRun {
  #run: Run | undefined;
  #text = '';

  /**
   * Takes a change of the value. Answers what was written so far, and what that was before this change. `caret` is where
   * the caret is now: with "aa" become "aaa" only it tells which one is new.
   */
  change(before: string, after: string, caret?: number): { readonly text: string; readonly earlier: string } {
    const earlier = this.#text;
    if (before.length > MAX_COMPARED || after.length > MAX_COMPARED) return { text: '', earlier };
    const from = insertedAt(before, after, caret) ?? commonStart(before, after);
    let suffix = 0;
    const rest = Math.min(before.length, after.length) - from;
    while (suffix < rest && before.at(-1 - suffix) === after.at(-1 - suffix)) suffix++;
    this.#run = nextRun(this.#run, from, before.length - suffix, after.length - suffix);
    this.#text = after.slice(this.#run.start, this.#run.end);
    return { text: this.#text, earlier };
  }
}

/** Where text was put in, if the caret stands behind it and nothing else changed. */
function insertedAt(before: string, after: string, caret: number | undefined): number | undefined {
  if (caret === undefined) return undefined;
  const from = caret - (after.length - before.length);
  if (from < 0 || from > caret || from > before.length) return undefined;
  return after.startsWith(before.slice(0, from)) && after.endsWith(before.slice(from)) ? from : undefined;
}

function commonStart(before: string, after: string): number {
  const shorter = Math.min(before.length, after.length);
  let length = 0;
  while (length < shorter && before[length] === after[length]) length++;
  return length;
}

/** The stretch from `from` to `to` became the one from `from` to `until`. */
function nextRun(run: Run | undefined, from: number, to: number, until: number): Run {
  // Next to what was written before, or inside it: one go. Anywhere else a new one begins.
  if (run === undefined || from > run.end || to < run.start) return { start: from, end: until };
  return { start: Math.min(run.start, from), end: Math.max(run.end + (until - to), until) };
}
