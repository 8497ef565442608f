import { fold, needlesOf, type Needle } from './needles.js';
import type { MaskedValues } from './masked-values.js';

/** Spellings are found by the hash of their first three characters; 16 bits keep the table in the cache. */
const TABLE_BITS = 16;
const TABLE_MASK = (1 << TABLE_BITS) - 1;
const ALPHANUMERIC = /[\p{L}\p{M}\p{N}]/u;

/** Where a text holds a masked value: from (inclusive) to (exclusive). */
export interface Hit {
  readonly from: number;
  readonly to: number;
}

function hashAt(text: string, at: number): number {
  return (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2)) & TABLE_MASK;
}

function isAlphanumeric(code: number): boolean {
  if (code < 128) return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  // Half of a surrogate pair counts as a letter of its word, except that emoji never join one.
  return ALPHANUMERIC.test(String.fromCharCode(code));
}

/** Whether the character before `at` ends an escape (%20, \n, \u0020, &amp;), so that a word may start here. */
function isAfterEscape(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 6), at);
  return /%[0-9a-f]{2}$|\\[bfnrt]$|\\u[0-9a-f]{4}$/i.test(before);
}

function standsAlone(text: string, from: number, to: number): boolean {
  // At an end that is no letter or digit itself there is nothing to stand apart from.
  if (isAlphanumeric(text.charCodeAt(from)) && from > 0 && isAlphanumeric(text.charCodeAt(from - 1))) {
    if (!isAfterEscape(text, from)) return false;
  }
  return !(to < text.length && isAlphanumeric(text.charCodeAt(to - 1)) && isAlphanumeric(text.charCodeAt(to)));
}

/**
 * Finds any of many values in a text in one pass (Wu and Manber's idea with blocks of three), whatever their number:
 * a text without any costs one table look-up a character.
 */
export class Matcher {
  readonly #values: MaskedValues;
  #revision = -1;
  #occupied = new Uint8Array(1 << TABLE_BITS);
  #byHash = new Map<number, Needle[]>();
  /** The spellings of each value: dear to make, and most values stay from one revision to the next. */
  #needles = new Map<string, Needle[]>();

  constructor(values: MaskedValues) {
    this.#values = values;
  }

  /** Whether there is anything to look for. */
  get isEmpty(): boolean {
    this.#refresh();
    return this.#byHash.size === 0;
  }

  /** The first and longest hit at or after `start`. In a style sheet the page's own vocabulary is let stand. */
  find(folded: string, start: number, inStyle: boolean): Hit | undefined {
    this.#refresh();
    const last = folded.length - 3;
    for (let at = start; at <= last; at++) {
      const hash = hashAt(folded, at);
      if (this.#occupied[hash] === 0) continue;
      for (const needle of this.#byHash.get(hash) ?? []) {
        if (inStyle && needle.isVocabulary) continue;
        if (!folded.startsWith(needle.text, at)) continue;
        const to = at + needle.text.length;
        if (needle.anywhere || standsAlone(folded, at, to)) return { from: at, to };
      }
    }
    return undefined;
  }

  /** Every hit, none overlapping another. */
  findAll(text: string, inStyle: boolean): Hit[] {
    if (text.length < 3 || this.isEmpty) return [];
    const folded = fold(text);
    const hits: Hit[] = [];
    for (let hit = this.find(folded, 0, inStyle); hit !== undefined; hit = this.find(folded, hit.to, inStyle))
      hits.push(hit);
    return hits;
  }

  replace(text: string, mask: string, inStyle: boolean): string {
    const hits = this.findAll(text, inStyle);
    if (hits.length === 0) return text;
    let out = '';
    let done = 0;
    for (const { from, to } of hits) {
      out += text.slice(done, from) + mask;
      done = to;
    }
    return out + text.slice(done);
  }

  #refresh(): void {
    if (this.#revision === this.#values.revision) return;
    this.#revision = this.#values.revision;
    this.#occupied = new Uint8Array(1 << TABLE_BITS);
    this.#byHash = new Map();
    const needlesBefore = this.#needles;
    this.#needles = new Map();
    for (const [value, kind] of this.#values.entries()) {
      const key = `${kind} ${value}`;
      const needles = needlesBefore.get(key) ?? needlesOf(value, kind);
      this.#needles.set(key, needles);
      for (const needle of needles) {
        const hash = hashAt(needle.text, 0);
        this.#occupied[hash] = 1;
        const same = this.#byHash.get(hash);
        if (same === undefined) this.#byHash.set(hash, [needle]);
        else same.push(needle);
      }
    }
    // The longest first, so that a value is not masked in part by a shorter one.
    for (const needles of this.#byHash.values()) needles.sort((a, b) => b.text.length - a.text.length);
  }
}
