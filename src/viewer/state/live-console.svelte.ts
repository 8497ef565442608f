import type { ConsoleLane, ConsoleLine, ConsoleMessage } from '../../shared/protocol/live-console.js';
import type { LogLevel } from '../../shared/session/lane.js';
import type { ErrorItem, Item, LogItem, NetworkItem } from '../model/items.js';
import { toNetworkItem } from '../model/network.js';
import { matcher } from '../model/search.js';
import { itemFilter } from './item-filter.js';

/** One line of a live console: it can be listed, searched and shown as one of a report. */
export type LiveLine = LogItem | NetworkItem | ErrorItem;

/** More than anybody reads in a session; the oldest tenth goes when one of the two is reached. */
export const MAX_LINES = 20_000;
/** In UTF-16 units of the lines' texts, about twice as many bytes. */
export const MAX_LENGTH = 16 * 1024 * 1024;
const KEPT = 0.9;

interface View {
  /** It is another view when one of these is another one. */
  readonly generation: number;
  readonly stopped: readonly LiveLine[] | undefined;
  readonly items: LiveLine[];
  looked: number;
  readonly isListed: (line: LiveLine) => boolean;
}

/** The log, network and error lanes of the customer's app as they come. */
export class LiveConsole {
  /** One array that grows, in a new object whenever it has. */
  #held = $state.raw<{ readonly lines: LiveLine[] }>({ lines: [] });
  readonly #lengths = new WeakMap<LiveLine, number>();
  #length = 0;
  #nextKey = 1;
  /** Goes up when lines are gone, or came between others: what is listed is another array. */
  #generation = $state(0);
  /** What was there when somebody stopped it. */
  #stopped = $state.raw<readonly LiveLine[] | undefined>(undefined);
  /** ... and the key of the first line that came after that. */
  #stoppedKey = 0;
  #lane = $state<ConsoleLane | undefined>(undefined);
  #levels = $state.raw<ReadonlySet<LogLevel> | undefined>(undefined);
  #source = $state<string | undefined>(undefined);
  #text = $state('');
  #sources = $state.raw<readonly string[]>([]);
  #dropped = $state(0);
  #forgotten = $state(0);
  #isCaughtUp = $state(false);

  readonly #matches = $derived(
    matcher(itemFilter({ text: this.#text, levels: undefined, source: this.#source, failuresOnly: false })),
  );
  /** What is listed, as far as it was looked for: each line is looked at once. */
  readonly #view: View = $derived.by(() => {
    const [lane, levels, matches] = [this.#lane, this.#levels, this.#matches];
    const isListed = (line: LiveLine): boolean =>
      (lane === undefined || line.lane === lane) && (levels?.has(levelOf(line)) ?? true) && (matches?.(line) ?? true);
    return { generation: this.#generation, stopped: this.#stopped, items: [], looked: 0, isListed };
  });
  readonly isFiltered = $derived(this.#lane !== undefined || this.#levels !== undefined || this.#matches !== undefined);

  /** What is listed, oldest first. While nothing but lines comes it is the same array, which grows: `count` tells that it did. */
  get items(): readonly LiveLine[] {
    const view = this.#view;
    const all = this.#stopped ?? this.#lines;
    for (const line of all.slice(view.looked)) if (view.isListed(line)) view.items.push(line);
    view.looked = all.length;
    return view.items;
  }
  get count(): number {
    return this.items.length;
  }
  get total(): number {
    return (this.#stopped ?? this.#lines).length;
  }
  get #lines(): LiveLine[] {
    return this.#held.lines;
  }
  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }
  /** Lines that came since it was stopped. */
  get behind(): number {
    if (this.#stopped === undefined) return 0;
    return this.#lines.reduce((count, { key }) => count + (key >= this.#stoppedKey ? 1 : 0), 0);
  }
  /** Undefined: all of them. */
  get lane(): ConsoleLane | undefined {
    return this.#lane;
  }
  get levels(): ReadonlySet<LogLevel> | undefined {
    return this.#levels;
  }
  get source(): string | undefined {
    return this.#source;
  }
  get text(): string {
    return this.#text;
  }
  /** The windows and processes that have said something. */
  get sources(): readonly string[] {
    return this.#sources;
  }
  /** Lines that the customer's side left out, as the connection was too slow. */
  get dropped(): number {
    return this.#dropped;
  }
  /** Lines that were let go here, as there were too many. */
  get forgotten(): number {
    return this.#forgotten;
  }
  /** The last minutes of the ring are here; what comes now is new. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  receive(message: ConsoleMessage): void {
    if (message.kind === 'caught-up') this.#isCaughtUp = true;
    else if (message.kind === 'dropped') this.#dropped += message.lines;
    else this.#add(message.lines);
  }

  setLane(lane: ConsoleLane | undefined): void {
    this.#lane = lane;
  }
  setLevels(levels: ReadonlySet<LogLevel> | undefined): void {
    this.#levels = levels;
  }
  setSource(source: string | undefined): void {
    this.#source = source;
  }
  setText(text: string): void {
    this.#text = text;
  }
  clearFilters(): void {
    this.#lane = undefined;
    this.#levels = undefined;
    this.#source = undefined;
    this.#text = '';
  }

  /** What is listed stands still; what comes is kept for later. */
  stop(): void {
    if (this.isStopped) return;
    this.#stopped = [...this.#lines];
    this.#stoppedKey = this.#nextKey;
  }
  goOn(): void {
    this.#stopped = undefined;
  }

  clear(): void {
    this.#held = { lines: [] };
    this.#length = 0;
    this.#stopped = this.#stopped === undefined ? undefined : [];
    this.#dropped = 0;
    this.#forgotten = 0;
    this.#generation += 1;
  }

  /** The lane begins anew, with the last minutes: what is here would be there twice. */
  begin(): void {
    this.clear();
    this.#stopped = undefined;
    this.#isCaughtUp = false;
  }

  /** What is listed, as a file for whoever else has to look at it. Times are session times. */
  toJson(): string {
    return JSON.stringify(
      this.items.map(({ ms, source, event }) => ({ at: ms, source, event })),
      undefined,
      2,
    );
  }

  #add(lines: readonly ConsoleLine[]): void {
    const items: LiveLine[] = [];
    for (const line of lines) {
      const item = itemOf(line, this.#nextKey++);
      const length = lengthOf(item);
      items.push(item);
      this.#lengths.set(item, length);
      this.#length += length;
      if (!this.#sources.includes(line.source)) this.#sources = [...this.#sources.slice(-99), line.source];
    }
    this.#place(items.sort(byTime));
    if (this.#lines.length > MAX_LINES || this.#length > MAX_LENGTH) this.#forget();
    this.#held = { lines: this.#lines };
  }

  /** At its time: what windows and processes have said comes in turns. */
  #place(items: readonly LiveLine[]): void {
    const firstMs = items[0]?.ms ?? Infinity;
    let at = this.#lines.length;
    while (at > 0 && (this.#lines[at - 1]?.ms ?? -Infinity) > firstMs) at -= 1;
    if (at === this.#lines.length) {
      this.#lines.push(...items);
      return;
    }
    const later = this.#lines.splice(at);
    this.#lines.push(...[...later, ...items].sort(byTime));
    this.#generation += 1;
  }

  #forget(): void {
    let count = 0;
    while (
      this.#lines.length - count > MAX_LINES * KEPT ||
      (this.#length > MAX_LENGTH * KEPT && count < this.#lines.length - 1)
    ) {
      const line = this.#lines[count];
      this.#length -= (line && this.#lengths.get(line)) ?? 0;
      count += 1;
    }
    this.#lines.splice(0, count);
    this.#forgotten += count;
    this.#generation += 1;
  }
}

/** Stable: lines of one time stay as they came. */
function byTime(a: LiveLine, b: LiveLine): number {
  return a.ms - b.ms;
}

function itemOf({ source, at, event }: ConsoleLine, key: number): LiveLine {
  switch (event.type) {
    case 'log':
      return { lane: 'log', key, ms: at, source, event };
    case 'error':
      return { lane: 'error', key, ms: at, source, event };
    case 'network':
      return toNetworkItem({ key, ms: at, source, event });
  }
}

/** How bad it is, on the log's scale: a level is asked for to find what went wrong, wherever it stands. */
function levelOf(line: LiveLine): LogLevel {
  if (line.lane === 'log') return line.event.level;
  return line.lane === 'error' || line.isFailure ? 'error' : 'info';
}

function lengthOf({ event }: Item): number {
  return JSON.stringify(event).length;
}
