import { MUTATION } from '../../shared/session/rrweb-numbers.js';

// What a recording says is a stranger's: read field by field, by what it is.

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Of a node or a style sheet. */
export function isId(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** The objects of a list; anything else in it is left out, and what is no list is an empty one. */
export function* objectsIn(value: unknown): Generator<Fields> {
  if (!Array.isArray(value)) return;
  for (const one of value as unknown[]) if (isFields(one)) yield one;
}

/** A mutation of rrweb, in which nothing else changes. */
export function mutationOf(changes: Fields): Fields {
  return { source: MUTATION, texts: [], attributes: [], removes: [], adds: [], ...changes };
}
