/** One piece of work after the other. What fails is told to `onError`, and the next one begins. */
export class Steps {
  readonly #onError: (error: unknown) => void;
  #tail: Promise<void> = Promise.resolve();

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.then(() => undefined, this.#onError);
    return done;
  }

  /** For work whose failure nobody waits for. */
  start(work: () => Promise<void>): void {
    this.run(work).catch(() => undefined); // `onError` has been told.
  }
}
