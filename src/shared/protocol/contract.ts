import * as v from 'valibot';

// The shapes of a contract: what one process may call in another and what it may be told. Both ends, every transport and
// the tests derive from one contract object (host.ts); nothing else names a channel.

type Schema = v.GenericSchema<unknown, unknown>;

/** A call with an answer. Either direction may carry raw bytes beside its JSON. */
export interface Method<I extends Schema = Schema, O extends Schema = Schema> {
  readonly input: I;
  readonly output: O;
}

export type Methods = Readonly<Record<string, Method>>;
/** What the host tells a document, unasked: name to payload. */
export type Events = Readonly<Record<string, Schema>>;

export interface Contract {
  readonly methods: Methods;
  readonly events: Events;
}

// A contract that a bundle does not use must not stay in it.
/* @__NO_SIDE_EFFECTS__ */
export function method<I extends Schema, O extends Schema>(input: I, output: O): Method<I, O> {
  return { input, output };
}

/** A value with raw bytes beside it. No bytes is an empty array, never absent. */
export interface Message<T> {
  readonly value: T;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type Input<M extends Method> = v.InferOutput<M['input']>;
export type Output<M extends Method> = v.InferOutput<M['output']>;

/** What a host implements: one function a method. A thrown FluxionError reaches the caller as a tagged result. */
export type Handlers<C extends Contract, Caller> = {
  readonly [K in keyof C['methods']]: (
    message: Message<Input<C['methods'][K]>>,
    caller: Caller,
  ) => Promise<Message<Output<C['methods'][K]>>>;
};

/** What a document holds: the host as seen through one transport (HTTP and WebSocket, or Electron's IPC). */
export interface HostPort<C extends Contract> {
  /** Rejects with a FluxionError: the host's own, or `host-unreachable`. */
  call<K extends keyof C['methods'] & string>(
    name: K,
    input: Input<C['methods'][K]>,
    bytes?: Uint8Array<ArrayBuffer>,
  ): Promise<Message<Output<C['methods'][K]>>>;
  /** Returns the function that stops listening. */
  on<K extends keyof C['events'] & string>(
    name: K,
    listener: (payload: v.InferOutput<C['events'][K]>) => void,
  ): () => void;
  /** Called with false when the host goes away and with true when it is back (events may have been missed). */
  onConnection(listener: (connected: boolean) => void): () => void;
  close(): void;
}
