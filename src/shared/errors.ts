/**
 * The base of every error that a person may read. `code` is stable and is what programs compare; `message` is a sentence
 * that says what happened and what to do, and never holds a path or a secret of the customer.
 */
export class FluxionError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An error as it crosses a process or the network: a tagged result, never a thrown object. */
export interface ErrorResult {
  readonly code: string;
  readonly message: string;
}

export function toErrorResult(error: unknown): ErrorResult {
  if (error instanceof FluxionError) return { code: error.code, message: error.message };
  // The text of an unforeseen error may hold a path or a value of the customer: it stays on its side.
  return {
    code: 'internal',
    message: 'Something went wrong that was not foreseen. Try again; if it stays, restart the app.',
  };
}
