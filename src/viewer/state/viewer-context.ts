import { getContext, hasContext, setContext } from 'svelte';
import { FluxionError } from '../../shared/errors.js';

/** A component asked for something that no component above it provides: a mistake in the code, never in the data. */
export class ContextMissingError extends FluxionError {
  constructor(name: string) {
    super('viewer-context-missing', `This part of the viewer was used outside of what provides its ${name}.`);
  }
}

/** A typed place in Svelte's context. */
export class ViewerContext<T> {
  readonly #name: string;
  readonly #key: symbol;

  constructor(name: string) {
    this.#name = name;
    this.#key = Symbol(name);
  }

  set(value: T): T {
    return setContext(this.#key, value);
  }

  /** Throws ContextMissingError. */
  get(): T {
    if (!hasContext(this.#key)) throw new ContextMissingError(this.#name);
    return getContext<T>(this.#key);
  }
}
