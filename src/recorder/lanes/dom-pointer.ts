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

interface Place {
  readonly x: number;
  readonly y: number;
  readonly node: Node;
}

/**
 * Tells what the pointer is over where rrweb does not: rrweb follows a pointer that moves, and the page may move under one that stands still,
 * the pointer may leave the window, and a snapshot does not say where it is.
 */
export class PointerPlace {
  readonly #options: PointerPlaceOptions;
  /** Where the pointer is; undefined outside of the window. */
  #place: Place | undefined;
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
    const tellAgain = guard((place: Place | undefined) => {
      if (place === this.#place) this.tell();
    });
    const tellDue = guard(() => {
      this.#isTimed = false;
      if (!this.#isDue) return;
      this.#toldMs = now();
      this.tell();
      clearTimeout(this.#again);
      const place = this.#place;
      this.#again = setTimeout(() => {
        tellAgain(place);
      }, AFTER_WAY_MS);
    });
    const onOver = guard((event: Event) => {
      this.#place = placeOf(event as MouseEvent);
      this.#isDue = true;
      if (this.#isTimed) return;
      this.#isTimed = true;
      // A pointer that moves says so in the same turn; then rrweb tells.
      setTimeout(tellDue, Math.max(0, this.#toldMs + EVERY_MS - now()));
    });
    const onMove = guard((event: Event) => {
      this.#place = placeOf(event as MouseEvent);
      this.#isDue = false;
    });
    const onOut = guard((event: Event) => {
      if ((event as MouseEvent).relatedTarget !== null) return;
      this.#place = undefined;
      this.#isDue = false;
      const { clientX: x, clientY: y } = event as MouseEvent;
      this.#emit({ x, y, node: document });
    });
    const stops = [
      listen(window, 'mouseover', onOver),
      listen(window, 'mousemove', onMove),
      listen(window, 'mouseout', onOut),
    ];
    return () => {
      clearTimeout(this.#again);
      for (const stop of stops) stop();
    };
  }

  /** After a snapshot, and where the page moved. */
  tell(): void {
    this.#isDue = false;
    if (this.#place !== undefined) this.#emit(this.#place);
  }

  #emit({ x, y, node }: Place): void {
    const id = this.#options.idOf(node);
    // What is not recorded, as within a blocked element, is under no pointer.
    if (id === undefined) return;
    this.#options.emit({
      type: INCREMENTAL,
      data: { source: MOUSE_MOVE, positions: [{ x, y, id, timeOffset: 0 }] },
      timestamp: 0,
    });
  }
}

function placeOf(event: MouseEvent): Place | undefined {
  const [node] = event.composedPath();
  return node instanceof Node ? { x: event.clientX, y: event.clientY, node } : undefined;
}
