import type { DomEvent } from '../../shared/session/lane.js';
import { INCREMENTAL, MOUSE_MOVE } from '../../shared/session/rrweb-numbers.js';
import { listen, now, type Guard } from '../page.js';

export interface PointerPlaceOptions {
  readonly guard: Guard;
  readonly idOf: (node: Node) => number | undefined;
  readonly emit: (event: DomEvent) => void;
}

/** rrweb tells of a way every half second: what was told meanwhile is told again after it. */
const AFTER_WAY_MS = 600;
/** A list that is written anew under the pointer all the time says no more than this. */
const EVERY_MS = 100;

/**
 * Tells what the pointer is over where rrweb does not: rrweb follows a pointer that moves, and the page may move under one that stands still,
 * the pointer may leave the window, and a snapshot does not say where it is.
 */
export class PointerPlace {
  readonly #options: PointerPlaceOptions;
  /** What the pointer is over; undefined outside of the window. */
  #over: Node | undefined;
  #x = 0;
  #y = 0;
  /** It is over something else, and did not move yet. */
  #isDue = false;
  #isTimed = false;
  #toldMs = -Infinity;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PointerPlaceOptions) {
    this.#options = options;
  }

  start(): () => void {
    const { guard } = this.#options;
    const tell = guard(() => {
      this.tell();
    });
    const tellDue = guard(() => {
      this.#isTimed = false;
      if (!this.#isDue) return;
      this.#toldMs = now();
      this.tell();
      this.#forgetAgain();
      this.#again = setTimeout(tell, AFTER_WAY_MS);
    });
    const onOver = guard((event: Event) => {
      this.#at(event as MouseEvent);
      const { target } = event;
      // An event of a shadow root's comes from its host; what is in a closed one is not recorded.
      const inner = (target as Partial<Element> | null)?.shadowRoot == null ? target : event.composedPath()[0];
      this.#over = inner instanceof Node ? inner : undefined;
      this.#isDue = true;
      if (this.#isTimed) return;
      this.#isTimed = true;
      // A pointer that moves says so in the same turn; then rrweb tells.
      setTimeout(tellDue, Math.max(0, this.#toldMs + EVERY_MS - now()));
    });
    const onMove = guard((event: Event) => {
      this.#at(event as MouseEvent);
      this.#isDue = false;
      this.#forgetAgain();
    });
    const onOut = guard((event: Event) => {
      if ((event as MouseEvent).relatedTarget !== null) return;
      this.#at(event as MouseEvent);
      this.#over = undefined;
      this.#isDue = false;
      this.#forgetAgain();
      this.#emit(document);
    });
    const stops = [
      listen(window, 'mouseover', onOver),
      listen(window, 'mousemove', onMove),
      listen(window, 'mouseout', onOut),
    ];
    return () => {
      this.#forgetAgain();
      for (const stop of stops) stop();
    };
  }

  /** After a snapshot, and where the page moved. */
  tell(): void {
    this.#isDue = false;
    if (this.#over?.isConnected === true) this.#emit(this.#over);
    // What is gone is not kept for it.
    else this.#over = undefined;
  }

  #at({ clientX, clientY }: MouseEvent): void {
    this.#x = clientX;
    this.#y = clientY;
  }

  #forgetAgain(): void {
    if (this.#again === undefined) return;
    clearTimeout(this.#again);
    this.#again = undefined;
  }

  /** Over the document itself, no element is under it. */
  #emit(over: Node): void {
    const id = this.#options.idOf(over);
    // What is not recorded, as within a blocked element, is under no pointer.
    if (id === undefined) return;
    this.#options.emit({
      type: INCREMENTAL,
      data: { source: MOUSE_MOVE, positions: [{ x: this.#x, y: this.#y, id, timeOffset: 0 }] },
      timestamp: 0,
    });
  }
}
