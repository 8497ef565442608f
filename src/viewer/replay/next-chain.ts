import type { DomChain } from '../model/chains.js';
import type { SessionSource } from '../sources/session-source.js';
import { ChainLoad } from './chain-load.js';
import type { PreparedScreen, ReplaySurface } from './surface.js';

/** A chain whose first frame is built, out of sight. */
export interface ReadyChain {
  readonly load: ChainLoad;
  readonly screen: PreparedScreen;
}

/** The chain that comes next, fetched and built before it is needed: so that the end of a chain is not seen. */
export class NextChain {
  readonly #surface: ReplaySurface;
  readonly #source: Pick<SessionSource, 'readChain'>;
  #load: ChainLoad | undefined;
  #screen: PreparedScreen | undefined;

  constructor(surface: ReplaySurface, source: Pick<SessionSource, 'readChain'>) {
    this.#surface = surface;
    this.#source = source;
  }

  prepare(chain: DomChain): void {
    if (this.#load?.chain === chain) return;
    this.drop();
    const load = new ChainLoad(this.#source, chain);
    this.#load = load;
    load
      .begin(chain.startMs)
      .then((data) => (this.#load === load ? this.#surface.prepare(data) : undefined))
      .then((screen) => {
        if (this.#load === load) this.#screen = screen;
      })
      .catch(() => {
        // Then it is loaded when its time comes, and what is wrong is said then. Not again before: it stays as tried.
      });
  }

  /** Hands the chain over, if it is this one and it is ready. Another one that was prepared is of no use any more. */
  take(chain: DomChain): ReadyChain | undefined {
    const [load, screen] = [this.#load, this.#screen];
    if (load?.chain !== chain || screen === undefined) {
      this.drop();
      return undefined;
    }
    this.#load = undefined;
    this.#screen = undefined;
    return { load, screen };
  }

  drop(): void {
    this.#load?.cancel();
    this.#load = undefined;
    this.#screen = undefined;
  }
}
