import type * as v from 'valibot';
import type { Contract } from '../../shared/protocol/contract.js';

/** Tells one document an event of its contract. Never throws; where the document is gone, nothing happens. */
export type Tell<C extends Contract> = <K extends keyof C['events'] & string>(
  name: K,
  payload: v.InferInput<C['events'][K]>,
) => void;

/**
 * The documents that listen now, by a key: windows by their source, panels by a number. A transport joins a document when
 * its event channel is open and leaves when it closes. Whoever is in here is alive.
 */
export class Audience<C extends Contract> {
  readonly #members = new Map<string, Tell<C>>();
  readonly #joined = new Set<(key: string) => void>();
  readonly #left = new Set<(key: string) => void>();

  /** Returns the function that leaves. A second channel of the same document takes the place of the first. */
  join(key: string, tell: Tell<C>): () => void {
    this.#members.set(key, tell);
    for (const listener of [...this.#joined]) listener(key);
    return () => {
      if (this.#members.get(key) !== tell) return;
      this.#members.delete(key);
      for (const listener of [...this.#left]) listener(key);
    };
  }

  has(key: string): boolean {
    return this.#members.has(key);
  }

  keys(): string[] {
    return [...this.#members.keys()];
  }

  get size(): number {
    return this.#members.size;
  }

  tell<K extends keyof C['events'] & string>(key: string, name: K, payload: v.InferInput<C['events'][K]>): void {
    this.#members.get(key)?.(name, payload);
  }

  tellAll<K extends keyof C['events'] & string>(name: K, payload: v.InferInput<C['events'][K]>): void {
    for (const tell of [...this.#members.values()]) tell(name, payload);
  }

  /** Returns the function that stops listening. */
  onJoin(listener: (key: string) => void): () => void {
    this.#joined.add(listener);
    return () => this.#joined.delete(listener);
  }

  onLeave(listener: (key: string) => void): () => void {
    this.#left.add(listener);
    return () => this.#left.delete(listener);
  }
}
