import { untrack } from 'svelte';
import type { LogLevel } from '../../shared/session/lane.js';
import type { OwnLane } from '../../shared/session/own-lane.js';
import { indexAt } from '../model/at-moment.js';
import { indexOfItem } from './line-index.js';
import type { ItemOfLane, LineList } from '../model/items.js';
import { matcher, searchItems, type ItemFilter } from '../model/search.js';
import { itemFilter } from './item-filter.js';
import type { OpenReport } from './open-report.svelte.js';

/** While lanes are read, a search is done again this often: it looks at half a million lines in about a second. */
const SEARCH_AGAIN_MS = 400;

/** The lines of one lane as a panel lists them: filtered, one current by the playhead, one picked by hand. */
export class LaneLines<L extends LineList> {
  readonly #report: OpenReport;
  readonly #lane: L;
  #text = $state('');
  #levels = $state.raw<ReadonlySet<LogLevel> | undefined>(undefined);
  #source = $state<string | undefined>(undefined);
  #failuresOnly = $state(false);
  #ownLane = $state<OwnLane | undefined>(undefined);
  /** Undefined: no filter. What an earlier filter found stays until the next has found something. */
  #found = $state.raw<readonly ItemOfLane[L][] | undefined>(undefined);
  #isSearching = $state(false);
  #picked = $state.raw<ItemOfLane[L] | undefined>(undefined);

  readonly #filter: ItemFilter = $derived(
    itemFilter({
      text: this.#text,
      levels: this.#levels,
      source: this.#source,
      failuresOnly: this.#failuresOnly,
      ownLane: this.#ownLane,
    }),
  );
  readonly isFiltered = $derived(matcher(this.#filter) !== undefined);
  readonly count = $derived(this.items.length);
  /** The last line at or before the playhead; -1 before the first. */
  readonly currentIndex = $derived.by(() => indexAt(this.items, this.#report.contents?.playback.ms ?? 0));
  readonly pickedIndex = $derived(this.#picked === undefined ? -1 : indexOfItem(this.items, this.#picked));

  constructor(report: OpenReport, lane: L) {
    this.#report = report;
    this.#lane = lane;
  }

  /** Ascending in time. Without a filter always the same array, which grows: `count` tells that it did. */
  get items(): readonly ItemOfLane[L][] {
    return this.#found ?? this.#all;
  }
  get #all(): readonly ItemOfLane[L][] {
    return this.#report.items(this.#lane);
  }
  get total(): number {
    return this.#all.length;
  }
  get text(): string {
    return this.#text;
  }
  /** Undefined: all of them. */
  get levels(): ReadonlySet<LogLevel> | undefined {
    return this.#levels;
  }
  get source(): string | undefined {
    return this.#source;
  }
  get failuresOnly(): boolean {
    return this.#failuresOnly;
  }
  /** Of the app's own lanes; undefined: all of them. */
  get ownLane(): OwnLane | undefined {
    return this.#ownLane;
  }
  get isSearching(): boolean {
    return this.#isSearching;
  }
  /** The line whose details are shown. */
  get picked(): ItemOfLane[L] | undefined {
    return this.#picked;
  }

  setText(text: string): void {
    this.#text = text;
  }

  setLevels(levels: ReadonlySet<LogLevel> | undefined): void {
    this.#levels = levels;
  }

  setSource(source: string | undefined): void {
    this.#source = source;
  }

  setFailuresOnly(on: boolean): void {
    this.#failuresOnly = on;
  }

  setOwnLane(lane: OwnLane | undefined): void {
    this.#ownLane = lane;
  }

  clearFilters(): void {
    this.#text = '';
    this.#levels = undefined;
    this.#source = undefined;
    this.#failuresOnly = false;
    this.#ownLane = undefined;
  }

  /** Shows the details of a line and takes the playhead to its moment. */
  pick(index: number): void {
    const item = this.items[index];
    if (item === undefined) return;
    this.#picked = item;
    this.#report.contents?.playback.seek(item.ms);
  }

  unpick(): void {
    this.#picked = undefined;
  }

  /** Keeps what is listed in step with the filter and the lines that are read. Returns the function that stops it. */
  watch(): () => void {
    return $effect.root(() => {
      $effect(() => {
        const filter = this.#filter;
        const search = new AbortController();
        void untrack(() => this.#keepFound(filter, search.signal));
        return () => {
          search.abort();
        };
      });
    });
  }

  async #keepFound(filter: ItemFilter, signal: AbortSignal): Promise<void> {
    if (matcher(filter) === undefined) {
      this.#found = undefined;
      this.#isSearching = false;
      return;
    }
    this.#isSearching = true;
    let searched = -1;
    for (;;) {
      const { version } = this.#report;
      if (searched !== version) {
        try {
          this.#found = await searchItems(this.#all, filter, { signal });
        } catch (error) {
          if (signal.aborted) return;
          throw error;
        }
        searched = version;
        this.#isSearching = false;
      }
      // Once all lanes are read nothing more will come.
      if (this.#report.isLoaded && searched === this.#report.version) return;
      await new Promise((resolve) => setTimeout(resolve, SEARCH_AGAIN_MS));
      if (signal.aborted) return;
    }
  }
}
