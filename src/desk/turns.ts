/** At most `atOnce` tasks at one time, in the order that they came. */
export class Turns {
  readonly #atOnce: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(atOnce = 1) {
    this.#atOnce = atOnce;
  }

  /** Tasks that wait for their turn. */
  get waiting(): number {
    return this.#queue.length;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) {
      await new Promise<void>((resume) => {
        this.#queue.push(resume);
      });
    } else {
      this.#running += 1;
    }
    try {
      return await task();
    } finally {
      // The next one takes over this turn, so that nobody can slip in between.
      const next = this.#queue.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** Turns per key: tasks of one report wait for each other, those of different reports do not. */
export class KeyedTurns {
  readonly #turns = new Map<string, { turns: Turns; users: number }>();

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const held = this.#turns.get(key) ?? { turns: new Turns(), users: 0 };
    this.#turns.set(key, held);
    held.users += 1;
    try {
      return await held.turns.run(task);
    } finally {
      held.users -= 1;
      if (held.users === 0) this.#turns.delete(key);
    }
  }
}
