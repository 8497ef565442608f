import type { ErrorResult } from '../shared/errors.js';
import type { RecordingState, ScreenSurface } from '../shared/protocol/host.js';
import type { Anchor } from '../shared/session/clock.js';
import type { HostLink } from './host-link.js';
import { now } from './page.js';
import type { Ring } from './ring/ring.js';

/** How much there is, is told so often while the customer looks, and so often while nobody does. */
const SEEN_MS = 2000;
const UNSEEN_MS = 10_000;

export interface StatusTellerDeps {
  readonly call: HostLink['call'];
  readonly ring: () => Ring | undefined;
  readonly state: () => RecordingState;
  /** What a video is being recorded of. */
  readonly surface: () => ScreenSurface | undefined;
  /** The window's title, masked. */
  readonly title: () => string;
  readonly isLookedAt: () => boolean;
  /** Why the ring cannot record, as it says itself; undefined where it can. */
  readonly onFailure: (failure: ErrorResult | undefined) => void;
}

/** Tells the host process how this document's recording stands, and by which clock. */
export class StatusTeller {
  readonly #deps: StatusTellerDeps;
  #anchor: Anchor | undefined;
  #toldTitle = '';
  #isTelling = false;
  #toldMs = 0;

  constructor(deps: StatusTellerDeps) {
    this.#deps = deps;
  }

  get anchor(): Anchor | undefined {
    return this.#anchor;
  }

  /** Tells it from now on. Returns the function that stops. */
  start(): () => void {
    const timer = setInterval(() => {
      if (this.#deps.isLookedAt() || now() - this.#toldMs >= UNSEEN_MS - SEEN_MS / 2) void this.tell();
    }, SEEN_MS);
    return () => {
      clearInterval(timer);
    };
  }

  /** Never rejects. */
  async tell(): Promise<void> {
    const { call, ring: ringNow, state, surface, title, onFailure } = this.#deps;
    const ring = ringNow();
    if (ring === undefined || this.#isTelling) return;
    this.#isTelling = true;
    this.#toldMs = now();
    try {
      const { lanes, oldestMs, dropped, failure } = await ring.totals();
      onFailure(failure);
      if (title() !== this.#toldTitle) this.#sendAnchor();
      const screen = surface();
      await call('status', {
        state: state(),
        ...(failure === undefined ? {} : { error: failure }),
        ...(oldestMs === undefined ? {} : { oldestMs }),
        lanes,
        dropped,
        ...(screen === undefined ? {} : { screen }),
      });
    } catch {
      // The host is away or has forgotten us: the link takes care of it, and the next status tells it all.
    } finally {
      this.#isTelling = false;
    }
  }

  setAnchor(anchor: Anchor): void {
    this.#anchor = anchor;
    this.#sendAnchor();
  }

  /** The host has just been told the title. */
  noteTitle(): void {
    this.#toldTitle = this.#deps.title();
  }

  #sendAnchor(): void {
    const anchor = this.#anchor;
    if (anchor === undefined) return;
    this.noteTitle();
    // Lost with the host: its next hello brings a new one.
    this.#deps.call('anchor', { anchor, title: this.#toldTitle }).catch(() => undefined);
  }
}
