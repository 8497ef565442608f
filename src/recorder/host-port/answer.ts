import * as v from 'valibot';
import { FluxionError } from '../../shared/errors.js';
import type { Contract, Message, Method, Output } from '../../shared/protocol/contract.js';
import { answerSchema, decodeFrame, FrameError } from '../../shared/protocol/frame.js';

export class HostUnreachableError extends FluxionError {
  constructor(options?: ErrorOptions) {
    super(
      'host-unreachable',
      'The app’s own process does not answer. Recording goes on; try again in a moment, or restart the app.',
      options,
    );
  }
}

/** Throws a FluxionError where the contract has no such method. */
export function methodOf<C extends Contract, K extends keyof C['methods'] & string>(
  contract: C,
  name: K,
): C['methods'][K] {
  const method = contract.methods[name] as C['methods'][K] | undefined;
  if (method === undefined) throw new FluxionError('no-such-method', 'This version of the app cannot do that.');
  return method;
}

export function parseAnswer<S extends v.GenericSchema<unknown, unknown>>(schema: S, value: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw new FrameError({ cause: new v.ValiError(parsed.issues) });
  return parsed.output;
}

/** What a host's answer says. Throws the host's own FluxionError, or FrameError where it cannot be understood. */
export function readAnswer<M extends Method>(method: M, answered: Uint8Array<ArrayBuffer>): Message<Output<M>> {
  const frame = decodeFrame(answered);
  const answer = parseAnswer(answerSchema, frame.json);
  if ('error' in answer) throw new FluxionError(answer.error.code, answer.error.message);
  return { value: parseAnswer(method.output, answer.ok), bytes: frame.bytes };
}

/** Who listens to the events of a contract. What does not fit the contract is told to nobody. */
export class EventListeners<C extends Contract> {
  readonly #contract: C;
  readonly #byName = new Map<string, Set<(payload: unknown) => void>>();

  constructor(contract: C) {
    this.#contract = contract;
  }

  /** Returns the function that stops listening. */
  add<K extends keyof C['events'] & string>(
    name: K,
    listener: (payload: v.InferOutput<C['events'][K]>) => void,
  ): () => void {
    const ofName = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, ofName);
    ofName.add(listener);
    return () => ofName.delete(listener);
  }

  tell(name: string, data: unknown): void {
    // A newer host's event is one that this document cannot know.
    const schema = Object.hasOwn(this.#contract.events, name) ? this.#contract.events[name] : undefined;
    if (schema === undefined) return;
    const payload = v.safeParse(schema, data);
    if (!payload.success) return;
    for (const listener of [...(this.#byName.get(name) ?? [])]) listener(payload.output);
  }

  clear(): void {
    this.#byName.clear();
  }
}
