import type { LogLevel } from '../../shared/session/lane.js';
import type { Item, LogItem, NetworkItem, OwnItem } from './items.js';
import { yieldToPage } from './order-of-work.js';
import { ownLaneWords, type OwnLane } from '../../shared/session/own-lane.js';

export interface ItemFilter {
  /** Words that all must occur, in any case and order; `"several words"` in quotes as one. */
  readonly text?: string;
  readonly sources?: ReadonlySet<string>;
  /** Of log items. */
  readonly levels?: ReadonlySet<LogLevel>;
  /** Of network items. */
  readonly failuresOnly?: boolean;
  /** Of the app's own items. */
  readonly ownLane?: OwnLane;
}

/** Of one text only this much is searched: a log line may be a megabyte. */
const MAX_SEARCHED_LENGTH = 20_000;
const MAX_WORDS = 20;
const SLICE_MS = 8;
/** The clock is read once per this many items. */
const ITEMS_PER_CHECK = 256;

/** The words of a query, lower case. A quote that is not closed reaches to the end. */
export function parseQuery(text: string): string[] {
  const words = text.slice(0, 1_000).matchAll(/"([^"]*)"?|[^\s"]+/g);
  return Array.from(words, (match) => (match[1] ?? match[0]).toLowerCase())
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS);
}

/** What of an item is searched: what a person sees of it in its line and its details. */
export function searchedTexts(item: Item): readonly (string | undefined)[] {
  const { event } = item;
  switch (event.type) {
    case 'log':
      return [event.message, event.logger, event.location?.url, event.stack];
    case 'network':
      return [event.method, event.url, event.status?.toString(), event.statusText, event.error, event.contentType];
    case 'error':
      return [event.name, event.message, event.location?.url, event.stack];
    case 'action':
    case 'recorder':
    case 'live':
      return [event.text, event.kind];
    default:
      return [event.text, ownLaneWords(event.type), event.level, dataText(event.data)];
  }
}

function dataText(data: unknown): string | undefined {
  return data === undefined ? undefined : JSON.stringify(data);
}

function hasWords(item: Item, words: readonly string[]): boolean {
  const text = searchedTexts(item)
    .map((one) => (one ?? '').slice(0, MAX_SEARCHED_LENGTH))
    .join('\n')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

const isLog = (item: Item): item is LogItem => item.lane === 'log';
const isOwn = (item: Item): item is OwnItem => item.lane === 'own';
const isNetwork = (item: Item): item is NetworkItem => item.lane === 'network';

/** The test that a filter is; undefined when it lets everything through. */
export function matcher(filter: ItemFilter): ((item: Item) => boolean) | undefined {
  const { sources, levels, failuresOnly = false, ownLane } = filter;
  const words = parseQuery(filter.text ?? '');
  const isOpen = sources === undefined && levels === undefined && !failuresOnly && ownLane === undefined;
  if (words.length === 0 && isOpen) return undefined;
  return (item) =>
    (sources?.has(item.source) ?? true) &&
    (levels === undefined || !isLog(item) || levels.has(item.event.level)) &&
    (!failuresOnly || !isNetwork(item) || item.isFailure) &&
    (ownLane === undefined || !isOwn(item) || item.event.type === ownLane) &&
    (words.length === 0 || hasWords(item, words));
}

export interface SearchOptions<T> {
  readonly signal?: AbortSignal;
  /** Called after each slice, with what was found so far (the same array, growing) and how many items were looked at. */
  readonly onProgress?: (found: readonly T[], looked: number) => void;
}

/**
 * The items that match, in their order; in slices, so that half a million lines never hold the page. It works on the items
 * as they are at the call. Rejects when aborted.
 */
export async function searchItems<T extends Item>(
  items: readonly T[],
  filter: ItemFilter,
  { signal, onProgress }: SearchOptions<T> = {},
): Promise<readonly T[]> {
  signal?.throwIfAborted();
  const all = [...items];
  const matches = matcher(filter);
  if (matches === undefined) return all;
  const found: T[] = [];
  let sliceStart = performance.now();
  for (const [index, item] of all.entries()) {
    if (index % ITEMS_PER_CHECK === 0 && performance.now() - sliceStart > SLICE_MS) {
      onProgress?.(found, index);
      await yieldToPage();
      signal?.throwIfAborted();
      sliceStart = performance.now();
    }
    if (matches(item)) found.push(item);
  }
  return found;
}
