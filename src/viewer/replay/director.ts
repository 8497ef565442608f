import type { BundleProblem } from '../../shared/bundle/errors.js';
import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import { nextChain, shownAt, type DomChain, type ReplayWindow } from '../model/chains.js';
import type { ClockChange, PlaybackClock } from '../model/playback-clock.js';
import type { SessionSource } from '../sources/session-source.js';
import { ChainLoad } from './chain-load.js';
import { NextChain, type ReadyChain } from './next-chain.js';
import type { ReplaySurface, ShowResult } from './surface.js';
import { WindowChoice, type ActionsSoFar } from './window-choice.js';

/** The next chain is built this long, in real time, before the shown one ends: a fetch and a rebuild on a slow machine. */
const PREPARE_AHEAD_MS = 6_000;
/**
 * What is on the surface. `loading`: the page before it stays visible. `gap`: nothing was recorded at this moment.
 * `empty`: the report has no recorded page at all.
 */
export type ReplayState =
  | { readonly kind: 'loading' }
  | {
      readonly kind: 'shown';
      readonly chain: DomChain;
      readonly width: number;
      readonly height: number;
      /** Segments of this chain that could not be read: the page stands still from there on. */
      readonly problems: readonly BundleProblem[];
      readonly badLines: number;
    }
  | { readonly kind: 'gap'; readonly startMs: number; readonly endMs: number; readonly nextMs: number | undefined }
  | { readonly kind: 'failed'; readonly error: ErrorResult }
  | { readonly kind: 'empty' };

export interface ReplayDirectorOptions {
  readonly surface: ReplaySurface;
  readonly source: Pick<SessionSource, 'readChain'>;
  readonly windows: readonly ReplayWindow[];
  readonly clock: PlaybackClock;
  /** The actions read so far, ascending: they tell which window people were busy with. */
  readonly actions?: ActionsSoFar;
}

/** Keeps the surface at the playback clock's moment: chooses window and chain, loads it, prepares the next one. */
export class ReplayDirector {
  readonly #options: ReplayDirectorOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  #state: ReplayState = { kind: 'loading' };
  #current: ChainLoad | undefined;
  readonly #choice: WindowChoice;
  readonly #next: NextChain;
  /** The moment to be shown next; a newer one replaces it. */
  #wish: number | undefined;
  /** The chain that failed: not tried again by itself. */
  #failed: DomChain | undefined;
  #isWorking = false;
  #isDisposed = false;

  constructor(options: ReplayDirectorOptions) {
    this.#options = options;
    this.#choice = new WindowChoice(options.windows, options.actions);
    this.#next = new NextChain(options.surface, options.source);
    this.#stops.push(
      options.clock.onChange((change) => {
        this.#onClock(change);
      }),
      options.surface.onFailure((error) => {
        this.#fail(error, options.clock.ms);
      }),
    );
    this.#request(options.clock.ms);
  }

  get state(): ReplayState {
    return this.#state;
  }
  /** The window that is looked at. */
  get window(): ReplayWindow | undefined {
    return this.#choice.window;
  }
  /** The window changes by itself to the one that people were busy with. */
  get isAutomatic(): boolean {
    return this.#choice.isAutomatic;
  }

  /** Looks at one window, or (undefined) always at the one that people were busy with. */
  selectWindow(key: string | undefined): void {
    this.#choice.select(key);
    this.#request(this.#options.clock.ms);
  }

  /** Tries again what failed. */
  retry(): void {
    this.#leaveCurrent();
    this.#request(this.#options.clock.ms);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
    this.#next.drop();
    this.#leaveCurrent();
  }

  #onClock(change: ClockChange): void {
    const { clock, surface } = this.#options;
    if (change === 'seek') this.#request(clock.ms);
    else if (change === 'state') this.#playOrPause();
    else if (this.#needsWork(clock.ms)) this.#request(clock.ms);
    else if (!this.#isWorking) {
      surface.follow(clock.ms);
      this.#prepareNext(clock.ms);
    }
  }

  #needsWork(ms: number): boolean {
    if (this.#state.kind === 'empty') return false;
    if (this.#state.kind === 'failed') return this.#chainAt(ms) !== this.#failed;
    if (this.#choice.changes(ms)) return true;
    const shown = this.window && shownAt(this.window, ms);
    if (shown?.kind !== 'chain') return this.#state.kind !== 'gap';
    return shown.chain !== this.#current?.chain || ms >= this.#current.loadedUntilMs;
  }

  #request(ms: number): void {
    if (this.#isDisposed) return;
    this.#wish = ms;
    if (!this.#isWorking) void this.#work();
    else if (this.#chainAt(ms) !== this.#current?.chain) this.#leaveCurrent();
  }

  #chainAt(ms: number): DomChain | undefined {
    const window = this.#choice.at(ms);
    const shown = window && shownAt(window, ms);
    return shown?.kind === 'chain' ? shown.chain : undefined;
  }

  /** Serves one wish after the other, always the newest: while a thumb is dragged, the moments between are left out. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    while (this.#wish !== undefined && !this.#isDisposed) {
      const ms = this.#wish;
      this.#wish = undefined;
      try {
        await this.#reach(ms);
      } catch (error) {
        if (this.#hasNewWish()) continue; // It was cancelled for that.
        this.#fail(error, ms);
      }
    }
    this.#isWorking = false;
  }

  #hasNewWish(): boolean {
    return this.#wish !== undefined || this.#isDisposed;
  }

  async #reach(ms: number): Promise<void> {
    const { clock } = this.#options;
    this.#choice.take(ms);
    const shown = this.window && shownAt(this.window, ms);
    if (shown === undefined || shown.kind === 'gap') {
      this.#showNothing(shown);
      return;
    }
    const { chain } = shown;
    let result: ShowResult;
    if (this.#current?.chain === chain) {
      result = await this.#goTo(this.#current, ms);
    } else {
      const ready = this.#next.take(chain);
      result = ready === undefined ? await this.#load(chain, ms) : await this.#promote(ready, ms);
    }
    if (result.kind === 'superseded' || this.#current === undefined) return;
    const { problems } = this.#current;
    this.#setState({
      kind: 'shown',
      chain,
      width: result.width,
      height: result.height,
      badLines: result.badLines,
      problems,
    });
    clock.setWaiting(false);
    this.#playOrPause();
    void this.#extend(this.#current);
  }

  async #goTo(current: ChainLoad, ms: number): Promise<ShowResult> {
    const { surface, clock } = this.#options;
    if (ms >= current.loadedUntilMs) {
      clock.setWaiting(true);
      await this.#extend(current);
    }
    return surface.seek(ms);
  }

  #promote({ load, screen }: ReadyChain, ms: number): Promise<ShowResult> {
    this.#leaveCurrent();
    this.#current = load;
    return this.#options.surface.promote(screen, Math.min(ms, load.loadedUntilMs));
  }

  async #load(chain: DomChain, ms: number): Promise<ShowResult> {
    const { surface, source, clock } = this.#options;
    this.#leaveCurrent();
    const load = new ChainLoad(source, chain);
    this.#current = load;
    if (this.#state.kind !== 'shown') this.#setState({ kind: 'loading' });
    clock.setWaiting(true);
    const data = await load.begin(ms);
    return this.#hasNewWish() ? this.#giveUp() : surface.show(data, ms);
  }

  #giveUp(): ShowResult {
    this.#leaveCurrent();
    return { kind: 'superseded' };
  }

  /** Brings the rest of the chain that is shown. What cannot be had is a problem of the chain, not of the moment. */
  async #extend(load: ChainLoad): Promise<void> {
    try {
      await load.rest((chunks) => {
        if (this.#current === load) this.#options.surface.extend(chunks);
      });
      if (this.#current === load && this.#state.kind === 'shown') {
        this.#setState({ ...this.#state, problems: load.problems });
      }
    } catch (error) {
      if (this.#current !== load || this.#isDisposed) return; // It was left for another chain.
      this.#fail(error, this.#options.clock.ms);
    }
  }

  #prepareNext(ms: number): void {
    const { clock } = this.#options;
    const current = this.#current?.chain;
    if (!clock.running || current === undefined || this.window === undefined) return;
    if (current.untilMs - ms > PREPARE_AHEAD_MS * clock.speed) return;
    const next = nextChain(this.window, current);
    if (next !== undefined) this.#next.prepare(next);
  }

  #showNothing(shown: Extract<ReturnType<typeof shownAt>, { kind: 'gap' }> | undefined): void {
    const { surface, clock } = this.#options;
    this.#leaveCurrent();
    clock.setWaiting(false);
    if (shown === undefined) {
      surface.clear('No recorded page', 'This report has logs and events only.');
      this.#setState({ kind: 'empty' });
    } else {
      surface.clear('Nothing was recorded at this moment', 'The window was closed, or the recording was off.');
      this.#setState(shown);
    }
  }

  #fail(error: unknown, ms: number): void {
    this.#failed = this.#chainAt(ms);
    this.#leaveCurrent();
    this.#options.clock.setWaiting(false);
    this.#setState({ kind: 'failed', error: toErrorResult(error) });
  }

  #leaveCurrent(): void {
    this.#current?.cancel();
    this.#current = undefined;
  }

  #playOrPause(): void {
    const { clock, surface } = this.#options;
    if (this.#state.kind !== 'shown') return;
    if (clock.running) surface.play(clock.speed, clock.ms);
    else surface.pause(clock.ms);
  }

  #setState(state: ReplayState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
