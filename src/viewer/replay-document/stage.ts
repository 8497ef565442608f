import type { ChainData, ScreenFacts } from '../replay/messages.js';
import { yieldToPage } from '../model/order-of-work.js';
import { ReplayError } from '../replay/replay-error.js';
import { ChainEvents } from './chain-events.js';
import { nextPaint } from './paint.js';
import { Screen, type Size } from './screen.js';

/** Parsing goes on this long before waiting messages get their turn. */
const SLICE_MS = 20;

/** A screen with what it was built from: enough to build it again. */
interface Slot {
  readonly id: number;
  readonly clock: ChainData['clock'];
  readonly chunks: Uint8Array<ArrayBuffer>[];
  readonly events: ChainEvents;
  readonly screen: Screen;
  readonly isLive?: true;
}

/** What became of a request to show something. */
export type Outcome = { readonly kind: 'shown'; readonly facts: ScreenFacts } | { readonly kind: 'superseded' };

const SUPERSEDED: Outcome = { kind: 'superseded' };

/**
 * The screens of the replay document: the one that is shown, and behind it the one that comes next. A screen is built out
 * of sight and takes the other's place when its first frame is there, so that neither a seek nor a chain's end flashes.
 */
export class Stage {
  readonly #root: HTMLElement;
  readonly #sentence: HTMLElement;
  #size: Size;
  #front: Slot | undefined;
  #next: Slot | undefined;
  /** The newest request; an older one that is still at work gives up. */
  #latest = 0;
  #speed: number | undefined;

  constructor(root: HTMLElement, sentence: HTMLElement) {
    this.#root = root;
    this.#sentence = sentence;
    this.#size = sizeOf(root);
    new ResizeObserver(() => {
      this.#fit();
    }).observe(root);
  }

  /** The screen that is shown, by the request that brought it. */
  get shownId(): number | undefined {
    return this.#front?.id;
  }

  /** Where the replay is, while it plays. */
  get playingAtMs(): number | undefined {
    return this.#speed === undefined ? undefined : this.#front?.screen.positionMs;
  }

  async show(id: number, chain: ChainData, atMs: number): Promise<Outcome> {
    this.#latest = id;
    await yieldToPage(); // A newer one may be waiting already.
    if (id !== this.#latest) return SUPERSEDED;
    const slot = await this.#build(id, chain.clock, [...chain.chunks], atMs, () => id === this.#latest);
    return slot === undefined ? SUPERSEDED : this.#bringToFront(slot);
  }

  /** Shows a chain that grows, from now on always at its newest moment. */
  async showLive(id: number, chain: ChainData): Promise<Outcome> {
    this.#latest = id;
    await yieldToPage();
    if (id !== this.#latest) return SUPERSEDED;
    const isWanted = (): boolean => id === this.#latest;
    const slot = await this.#build(id, chain.clock, [...chain.chunks], 'live', isWanted);
    if (slot === undefined) return SUPERSEDED;
    // It is never built again, and may go on for hours.
    slot.chunks.length = 0;
    return this.#bringToFront({ ...slot, isLive: true });
  }

  /** Builds what comes next without showing it. */
  async prepare(id: number, chain: ChainData): Promise<Outcome> {
    this.#drop('next');
    const slot = await this.#build(id, chain.clock, [...chain.chunks], -Infinity, () => this.#next === undefined);
    if (slot === undefined) return SUPERSEDED;
    this.#next = slot;
    this.#giveRest(slot);
    return { kind: 'shown', facts: factsOf(slot) };
  }

  async promote(id: number, prepared: number, atMs: number): Promise<Outcome> {
    this.#latest = id;
    const slot = this.#next;
    if (slot?.id !== prepared) throw new ReplayError('not-prepared');
    this.#next = undefined;
    slot.screen.goTo(atMs);
    return this.#bringToFront(slot);
  }

  /** Goes to a moment of the chain that is shown: on from where it is, or back or far on by building it again. */
  async seek(id: number, atMs: number): Promise<Outcome> {
    this.#latest = id;
    await yieldToPage();
    const front = this.#front;
    if (id !== this.#latest) return SUPERSEDED;
    if (front === undefined) throw new ReplayError('not-prepared');
    if (atMs >= front.screen.reachedMs) this.#giveRest(front);
    const isOnward = atMs >= front.screen.reachedMs && (front.isLive === true || !front.screen.isFar(atMs));
    if (isOnward) {
      front.screen.goTo(atMs);
      await nextPaint();
      return { kind: 'shown', facts: factsOf(front) };
    }
    return this.#rebuild(front, atMs, id);
  }

  extend(screenId: number, chunks: readonly Uint8Array<ArrayBuffer>[]): void {
    const slot = [this.#front, this.#next].find((one) => one?.id === screenId);
    if (slot === undefined) return; // It is shown no more.
    if (slot.isLive !== true) slot.chunks.push(...chunks);
    for (const chunk of chunks) slot.events.add(chunk);
    this.#giveRest(slot);
  }

  play(speed: number, atMs: number): void {
    this.#speed = speed;
    this.#front?.screen.play(speed);
    this.#front?.screen.follow(atMs);
  }

  follow(atMs: number): void {
    this.#front?.screen.follow(atMs);
  }

  /** Stands still where it is, whatever that is. */
  stop(): void {
    this.#speed = undefined;
    this.#front?.screen.stop();
  }

  /** Stands still until the playback clock's next word. */
  hold(): void {
    this.#front?.screen.hold();
  }

  pause(atMs: number): void {
    this.#speed = undefined;
    this.#front?.screen.pause(atMs);
  }

  clear(title: string, detail: string): void {
    this.#latest = Infinity;
    this.#drop('front');
    this.#drop('next');
    this.#say(title, detail);
  }

  async #rebuild(old: Slot, atMs: number, id: number): Promise<Outcome> {
    const slot = await this.#build(old.id, old.clock, old.chunks, atMs, () => id === this.#latest);
    return slot === undefined ? SUPERSEDED : this.#bringToFront(slot);
  }

  async #build(
    id: number,
    clock: ChainData['clock'],
    chunks: Uint8Array<ArrayBuffer>[],
    atMs: number | 'live',
    isWanted: () => boolean,
  ): Promise<Slot | undefined> {
    const events = new ChainEvents(clock);
    let sliceStart = performance.now();
    for (const chunk of chunks) {
      events.add(chunk);
      if (performance.now() - sliceStart < SLICE_MS) continue;
      await yieldToPage();
      if (!isWanted()) return undefined;
      sliceStart = performance.now();
    }
    // No more than the first frame needs; the rest of what is there follows once it is painted.
    const first = events.take(atMs === 'live' ? Infinity : atMs);
    const element = this.#root.appendChild(document.createElement('div'));
    try {
      const screen = new Screen(element, first, this.#size, events.isFolded);
      if (atMs === 'live') screen.goLive();
      else screen.goTo(atMs);
      return { id, clock, chunks, events, screen };
    } catch (error) {
      element.remove();
      throw new ReplayError('replay-failed', { cause: error });
    }
  }

  async #bringToFront(slot: Slot): Promise<Outcome> {
    this.#drop('front');
    this.#front = slot;
    this.#say('', '');
    slot.screen.element.classList.add('shown');
    if (this.#speed !== undefined) slot.screen.play(this.#speed);
    await nextPaint();
    this.#giveRest(slot);
    return { kind: 'shown', facts: factsOf(slot) };
  }

  #giveRest(slot: Slot): void {
    if (slot === this.#front || slot === this.#next) slot.screen.extend(slot.events.take(Infinity));
  }

  #drop(which: 'front' | 'next'): void {
    const slot = which === 'front' ? this.#front : this.#next;
    if (which === 'front') this.#front = undefined;
    else this.#next = undefined;
    slot?.screen.destroy();
  }

  #say(title: string, detail: string): void {
    this.#sentence.replaceChildren();
    for (const [tag, text] of [
      ['strong', title],
      ['span', detail],
    ] as const) {
      if (text !== '') this.#sentence.appendChild(document.createElement(tag)).textContent = text;
    }
  }

  #fit(): void {
    const size = sizeOf(this.#root);
    if (size.width === 0 || size.height === 0) return; // Hidden: it comes back with its size.
    this.#size = size;
    this.#front?.screen.fit(size);
    this.#next?.screen.fit(size);
  }
}

function sizeOf(element: HTMLElement): Size {
  return { width: element.clientWidth, height: element.clientHeight };
}

function factsOf({ screen, events }: Slot): ScreenFacts {
  return { ...screen.viewport, ...events.counts };
}
