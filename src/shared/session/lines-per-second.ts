/** Lets so many lines a second pass; the others are counted, and told when the next second has come. */
export class LinesPerSecond {
  readonly #limit: number;
  readonly #onDropped: (count: number) => void;
  #second = 0;
  #inSecond = 0;
  #dropped = 0;

  constructor(limit: number, onDropped: (count: number) => void) {
    this.#limit = limit;
    this.#onDropped = onDropped;
  }

  /** `t`: monotonic ms. */
  hasRoom(t: number): boolean {
    const second = Math.floor(t / 1000);
    if (second !== this.#second) {
      if (this.#dropped > 0) this.#onDropped(this.#dropped);
      this.#second = second;
      this.#inSecond = 0;
      this.#dropped = 0;
    }
    this.#inSecond++;
    if (this.#inSecond <= this.#limit) return true;
    this.#dropped++;
    return false;
  }
}
