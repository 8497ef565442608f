import { MASKED_KINDS, type MaskedKind } from './policy.js';

/** A value that a masked field holds or held. */
export interface MaskedValue {
  readonly value: string;
  readonly kind: MaskedKind;
  /** The value that the same field held before, if this one grew out of it: somebody is typing. */
  readonly follows?: string | undefined;
}

/** Shorter values are masked in their own field only: they occur in any text by chance. */
export const MIN_SECRET_LENGTH = 3;
export const MIN_VALUE_LENGTH = 4;

const MIN_IDENTIFIER_LENGTH = 6;

/** How many values are kept of each kind; past it the oldest of that kind goes. */
const CAPACITY: Readonly<Record<MaskedKind | 'typing', number>> = { secret: 500, field: 1500, text: 500, typing: 300 };
/** A longer value is kept as pieces of this length, each masked wherever it stands. */
const PIECE_LENGTH = 256;
/** Of one value at most this much is looked at: a text area can hold a book. */
const MAX_VALUE_LENGTH = 64 * 1024;

// Values that forms are full of and that tell nothing: masking them would eat the words of the page.
const TRIVIAL: ReadonlySet<string> = new Set([
  'auto',
  'default',
  'false',
  'none',
  'null',
  'submit',
  'true',
  'undefined',
  'utf-8',
  'utf8',
]);

/**
 * The parts of a value that may turn up alone: its lines; of a very long line its sentences, so that typing in the middle
 * of a long text changes one part and not all that follow.
 */
function partsOf(value: string): string[] {
  const whole = value.slice(0, MAX_VALUE_LENGTH).trim();
  if (whole.length <= PIECE_LENGTH && !/[\r\n]/.test(whole)) return [whole];
  const parts = new Set<string>();
  for (const line of whole.split(/[\r\n]+/)) {
    for (const sentence of line.length <= PIECE_LENGTH ? [line] : line.split(/(?<=[.!?;])\s+/)) {
      for (let at = 0; at < sentence.length; at += PIECE_LENGTH)
        parts.add(sentence.slice(at, at + PIECE_LENGTH).trim());
    }
  }
  return [...parts];
}

/** Words of a masked area that name somebody or something wherever they stand: numbers, codes, addresses. */
function identifiersIn(text: string): string[] {
  return text.split(/\s+/).filter((word) => word.length >= MIN_IDENTIFIER_LENGTH && /[\d@]/.test(word));
}

/**
 * The bounded set of values that masked fields hold or held. It lives in memory only, in the recorded page, in the
 * ring's worker and in the host process. What is shorter than the least length, or trivial, is not kept.
 */
export class MaskedValues {
  readonly #pools: Record<MaskedKind | 'typing', Map<string, MaskedKind>> = {
    secret: new Map(),
    field: new Map(),
    text: new Map(),
    typing: new Map(),
  };
  #revision = 0;

  /** Rises with every change. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * Keeps a value. Answers the parts of it that were new, which is what another copy of this set has to be given.
   * `follows` is what the same field held before: if this value grew out of it, it counts as a step of typing.
   */
  add(value: string, kind: MaskedKind, follows = ''): MaskedValue[] {
    const parts = partsOf(value);
    if (kind === 'text') parts.push(...identifiersIn(value.slice(0, MAX_VALUE_LENGTH)));
    const fresh = parts.filter((part) => this.#addPart(part, kind));
    if (fresh.length === 0) return [];
    this.#revision++;
    const [grown] = fresh;
    const left = follows === '' ? [] : partsOf(follows).filter((part) => !parts.includes(part));
    const [step] = left;
    if (
      fresh.length !== 1 ||
      left.length !== 1 ||
      grown === undefined ||
      step === undefined ||
      !grown.startsWith(step)
    ) {
      return fresh.map((part) => ({ value: part, kind }));
    }
    this.#retire(step, kind);
    return [{ value: grown, kind, follows: step }];
  }

  /** Everything kept, with its kind. */
  *entries(): IterableIterator<readonly [string, MaskedKind]> {
    for (const pool of [...MASKED_KINDS, 'typing'] as const) yield* this.#pools[pool];
  }

  snapshot(): MaskedValue[] {
    return [...this.entries()].map(([value, kind]) => ({ value, kind }));
  }

  #addPart(part: string, kind: MaskedKind): boolean {
    if (part.length < (kind === 'secret' ? MIN_SECRET_LENGTH : MIN_VALUE_LENGTH)) return false;
    if (kind !== 'secret' && TRIVIAL.has(part.toLowerCase())) return false;
    // A secret stays a secret, whatever else holds the same characters; a value seen again becomes the youngest.
    const pool = this.#pools[kind];
    const known = pool.delete(part) || this.#pools.typing.delete(part) || this.#pools.secret.has(part);
    if (kind !== 'secret' && this.#pools.secret.has(part)) return false;
    pool.set(part, kind);
    this.#bound(kind);
    return !known;
  }

  /** A step of typing is kept for a while longer, apart, so that a long text does not push everything else out. */
  #retire(step: string, kind: MaskedKind): void {
    if (!this.#pools[kind].delete(step)) return;
    this.#pools.typing.set(step, kind);
    this.#bound('typing');
  }

  #bound(name: MaskedKind | 'typing'): void {
    const pool = this.#pools[name];
    if (pool.size <= CAPACITY[name]) return;
    const oldest = pool.keys().next();
    if (!oldest.done) pool.delete(oldest.value);
  }
}
