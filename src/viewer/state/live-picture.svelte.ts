import { FluxionError } from '../../shared/errors.js';
import type { DomMessage } from '../../shared/protocol/live-streams.js';
import type { DomEvent } from '../../shared/session/lane.js';
import { FULL_SNAPSHOT, INCREMENTAL, META } from '../../shared/session/rrweb-numbers.js';
import { pageBox, type PageBox, type PagePoint, type Size } from '../model/live-view.js';
import { ReplaySurface } from '../replay/surface.js';

export type PictureState =
  /** `waiting`: nothing has come yet. `stopped`: what is shown is the last that was seen. */
  { readonly name: 'waiting' | 'shown' | 'stopped' } | { readonly name: 'failed'; readonly error: FluxionError };

/** What the customer's app says of its picture. */
export type AppState = Extract<DomMessage, { kind: 'state' }>['state'];

/** rrweb's number for a change of the window's size. */
const RESIZED = 4;
/** Paths of mouse, touch and drag: half a second old when they come. Where the pointer is is told at once. */
const PATHS: readonly unknown[] = [1, 6, 12];

/** A chain is begun anew after so much, so that neither memory nor the time for each change grows: ten minutes of a busy page. */
const MAX_CHAIN_EVENTS = 10_000;
const MAX_CHAIN_BYTES = 24 * 1024 * 1024;
/** The customer's side hears one wish a second, and none right after a beginning. */
const ASK_AGAIN_MS = 2500;
/** A chain that cannot be shown is begun anew so many times in a row. */
const MAX_FAILURES = 3;
/** Between two events of a chain at least: the replayer takes what is not later for what it has played already. */
const STEP_MS = 0.01;

interface Chain {
  /** `gathering`: its full snapshot has not come. */
  phase: 'gathering' | 'building' | 'shown';
  waiting: Uint8Array<ArrayBuffer>[];
  hasSnapshot: boolean;
  events: number;
  bytes: number;
  lastMs: number;
}

/** The customer's app as it changes, in the replay's own document. */
export class LivePicture {
  readonly #replayUrl: string;
  readonly #askCheckout: () => void;
  #surface: ReplaySurface | undefined;
  #chain: Chain | undefined;
  #asking: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isOn = false;
  #state = $state.raw<PictureState>({ name: 'waiting' });
  #page = $state.raw<Size | undefined>(undefined);
  #area = $state.raw<Size | undefined>(undefined);
  #pointer = $state.raw<PagePoint | undefined>(undefined);
  #appState = $state<AppState>('on');
  #source = $state<string | undefined>(undefined);

  /** Where the page lies within the element, CSS px. */
  readonly box: PageBox | undefined = $derived(
    this.#page === undefined || this.#area === undefined ? undefined : pageBox(this.#page, this.#area),
  );

  /** `askCheckout`: asks the other side to begin the picture anew. */
  constructor(replayUrl: string, askCheckout: () => void) {
    this.#replayUrl = replayUrl;
    this.#askCheckout = askCheckout;
  }

  get state(): PictureState {
    return this.#state;
  }
  get appState(): AppState {
    return this.#appState;
  }
  /** Which document of the customer's app it is of. */
  get source(): string | undefined {
    return this.#source;
  }
  /** The customer's pointer. */
  get pointer(): PagePoint | undefined {
    return this.#pointer;
  }
  /** The size of the customer's page, CSS px. */
  get page(): Size | undefined {
    return this.#page;
  }

  /** An attachment: fills an element with the picture. What came before there was an element is asked for again. */
  readonly mount = (target: HTMLElement): (() => void) => {
    const surface = new ReplaySurface({ target, documentUrl: this.#replayUrl });
    this.#surface = surface;
    surface.element.title = 'The customer’s app';
    const unhear = surface.onFailure((error) => {
      this.#fail(error);
    });
    const observer = new ResizeObserver(() => {
      this.#area = { width: target.clientWidth, height: target.clientHeight };
    });
    observer.observe(target);
    if (this.#isOn) this.#ask();
    return () => {
      observer.disconnect();
      unhear();
      surface.dispose();
      this.#surface = undefined;
      this.#chain = undefined;
      this.#state = { name: 'waiting' };
    };
  };

  /** It is granted now. The other side begins it by itself. */
  start(): void {
    this.#isOn = true;
    this.#failures = 0;
    this.#state = { name: 'waiting' };
    this.#appState = 'on';
    this.#awaitBeginning();
  }

  /** It is granted no more: what is shown stays, and is said to be old. */
  stop(): void {
    this.#isOn = false;
    clearTimeout(this.#asking);
    this.#pointer = undefined;
    this.#chain = undefined;
    this.#state = { name: this.#state.name === 'shown' ? 'stopped' : 'waiting' };
  }

  /** The person wants to see it again. */
  retry(): void {
    this.#failures = 0;
    this.#state = { name: 'waiting' };
    this.#ask();
  }

  receive(message: DomMessage): void {
    if (!this.#isOn) return;
    switch (message.kind) {
      case 'begin':
        clearTimeout(this.#asking);
        this.#source = message.source;
        this.#pointer = undefined;
        this.#chain = {
          phase: 'gathering',
          waiting: [],
          hasSnapshot: false,
          events: 0,
          bytes: 0,
          lastMs: -Infinity,
        };
        return;
      case 'events':
        this.#take(message.events);
        return;
      case 'pointer':
        this.#pointer = { x: message.x, y: message.y };
        return;
      case 'state':
        this.#appState = message.state;
        return;
    }
  }

  #take(events: readonly DomEvent[]): void {
    const chain = this.#chain;
    const surface = this.#surface;
    if (chain === undefined || surface === undefined) return;
    const lines = events.filter((event) => !isPath(event)).map((event) => this.#lineOf(event, chain));
    if (lines.length === 0) return;
    const bytes = new TextEncoder().encode(lines.join(''));
    chain.bytes += bytes.length;
    chain.events += lines.length;
    if (chain.phase === 'shown') surface.extend([bytes]);
    else chain.waiting.push(bytes);
    if (chain.phase === 'gathering' && chain.hasSnapshot) void this.#show(surface, chain);
    if (chain.events > MAX_CHAIN_EVENTS || chain.bytes > MAX_CHAIN_BYTES) {
      // Once for this chain; what it has goes on being shown until the next one is there.
      [chain.events, chain.bytes] = [0, 0];
      this.#ask();
    }
  }

  #lineOf(event: DomEvent, chain: Chain): string {
    if (event.type === FULL_SNAPSHOT) chain.hasSnapshot = true;
    if (event.type === META || (event.type === INCREMENTAL && event.data['source'] === RESIZED))
      this.#resize(event.data);
    chain.lastMs = Math.max(event.timestamp, chain.lastMs + STEP_MS);
    return `${JSON.stringify({ ...event, timestamp: chain.lastMs })}\n`;
  }

  #resize({ width, height }: DomEvent['data']): void {
    if (typeof width !== 'number' || typeof height !== 'number' || !(width >= 1) || !(height >= 1)) return;
    this.#page = { width: Math.round(width), height: Math.round(height) };
  }

  async #show(surface: ReplaySurface, chain: Chain): Promise<void> {
    chain.phase = 'building';
    const chunks = chain.waiting;
    chain.waiting = [];
    try {
      const clock = { originMs: 0, offsetMs: 0, anchors: [] };
      const result = await surface.showLive({ chunks, clock });
      // A newer chain took its place, or it was stopped.
      if (result.kind === 'superseded' || this.#chain !== chain) return;
      chain.phase = 'shown';
      if (chain.waiting.length > 0) surface.extend(chain.waiting.splice(0));
      this.#failures = 0;
      this.#state = { name: 'shown' };
    } catch (error) {
      if (!(error instanceof FluxionError)) throw error;
      if (this.#chain === chain) this.#fail(error);
    }
  }

  /** Another beginning may be whole again. */
  #fail(error: FluxionError): void {
    if (!this.#isOn) return;
    this.#chain = undefined;
    this.#failures += 1;
    if (this.#failures >= MAX_FAILURES) this.#state = { name: 'failed', error };
    else this.#ask();
  }

  #ask(): void {
    if (!this.#isOn) return;
    this.#askCheckout();
    this.#awaitBeginning();
  }

  #awaitBeginning(): void {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => {
      // A page that is too far behind, or hidden, comes back by itself; asking costs nothing.
      this.#ask();
    }, ASK_AGAIN_MS);
  }
}

function isPath({ type, data }: DomEvent): boolean {
  return type === INCREMENTAL && PATHS.includes(data['source']);
}
