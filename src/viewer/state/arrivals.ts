/** Tells what came in while a list was looked at from what was there when the look began. */
export class Arrivals {
  #known = new Set<string>();
  #isBegun = false;

  /** Begins afresh: what comes next was there before. */
  reset(): void {
    this.#known = new Set();
    this.#isBegun = false;
  }

  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Notes the ids and answers those that are new since the beginning. */
  note(ids: readonly string[]): readonly string[] {
    const arrived = this.#isBegun ? ids.filter((id) => !this.#known.has(id)) : [];
    this.add(ids);
    this.#isBegun = true;
    return arrived;
  }

  /** Notes ids that a person asked for: they did not come by themselves. */
  add(ids: readonly string[]): void {
    for (const id of ids) this.#known.add(id);
  }
}

/** A fresh first page, and behind it what had been loaded beyond it. */
export function withOlder<T extends { readonly id: string }>(
  page: readonly T[],
  loaded: readonly T[],
  limit: number,
): readonly T[] {
  const last = page.at(-1)?.id;
  const at = loaded.findIndex((row) => row.id === last);
  if (page.length < limit || at < 0) return page;
  const fresh = new Set(page.map((row) => row.id));
  return [...page, ...loaded.slice(at + 1).filter((row) => !fresh.has(row.id))];
}
