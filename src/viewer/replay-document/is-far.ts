import { SCROLL } from '../../shared/session/rrweb-numbers.js';
import type { SafeMutation } from './sanitise-mutation.js';

/** So many changes cost as much as to build the page of which they are changes: with 5,000 nodes some 50 ms. */
const FAR_CHANGES = 2000;
/** In changes: the layout that each of them asks for. */
const SCROLL_CHANGES = 300;

interface Timed {
  readonly timestamp: number;
  /** Of an event that only marks a time there is none. */
  readonly data?: unknown;
}

/** Whether so much happened after `from` and until `to` that a page is better built anew than changed. */
export function isFar(events: readonly Timed[], from: number, to: number): boolean {
  let changes = 0;
  for (const { timestamp, data } of events) if (timestamp > from && timestamp <= to) changes += changesIn(data);
  return changes > FAR_CHANGES;
}

function changesIn(data: unknown): number {
  const { source, adds, removes, texts, attributes } = (data ?? {}) as { source?: unknown } & Partial<
    Omit<SafeMutation, 'source'>
  >;
  if (source === SCROLL) return SCROLL_CHANGES;
  return [adds, removes, texts, attributes].reduce((sum, list) => sum + (list?.length ?? 0), 0);
}
