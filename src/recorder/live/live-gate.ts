import type { LivePage, LivePageDeps } from './live-page.js';

/** What the recorder itself knows of live sessions. All the rest is loaded when the host process speaks of one. */
export class LiveGate {
  readonly #deps: LivePageDeps;
  #page: LivePage | undefined;
  #loading: Promise<void> | undefined;
  #isStopped = false;

  constructor(deps: LivePageDeps) {
    this.#deps = deps;
  }

  /** In the order of the host process, also while it is being loaded. */
  receive(session: string, news: unknown): void {
    if (this.#page !== undefined) {
      this.#page.receive(session, news);
      return;
    }
    this.#loading = (this.#loading ?? Promise.resolve())
      .then(() => this.#load())
      .then((page) => page?.receive(session, news))
      .catch(() => undefined); // It cannot be loaded: the host process hears of no session, and says so.
  }

  noteHost(isThere: boolean): void {
    this.#page?.noteHost(isThere);
  }

  notePaused(): void {
    this.#page?.notePaused();
  }

  /** The page goes, perhaps to come back: out of the cache the host process tells it anew. */
  leave(): void {
    this.#page?.leave();
    this.#page = undefined;
  }

  stop(): void {
    this.#isStopped = true;
    this.#page?.stop();
    this.#page = undefined;
  }

  async #load(): Promise<LivePage | undefined> {
    const { LivePage: Page } = await import('./live-page.js');
    if (this.#isStopped) return undefined;
    return (this.#page ??= new Page(this.#deps));
  }
}
