import * as v from 'valibot';
import { FluxionError } from '../../shared/errors.js';
import type { Contract, HostPort, Input, Message, Output } from '../../shared/protocol/contract.js';
import { answerSchema, decodeFrame, encodeFrame, FRAME_TYPE, FrameError } from '../../shared/protocol/frame.js';
import { openEventSocket, type EventSocket } from './event-socket.js';

export interface WebHostPortOptions {
  /** Where the contract is served: `/__fluxrec/recorder` on the app's origin, `/panel` on the panel's. No slash at the end. */
  readonly baseUrl: string;
  /** The panel's, from its own document. The recorder has none until it said hello. */
  readonly capability?: string;
  /** The answer of `hello` brings the capability; events begin then, and begin again after each later hello. */
  readonly helloFirst?: boolean;
  /** How long a call may take. Loopback: only a stopped or very busy host takes long. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
const helloAnswerSchema = v.object({ capability: v.string() });

export class HostUnreachableError extends FluxionError {
  constructor(options?: ErrorOptions) {
    super(
      'host-unreachable',
      'The app’s own process does not answer. Recording goes on; try again in a moment, or restart the app.',
      options,
    );
  }
}

function parseAnswer<S extends v.GenericSchema<unknown, unknown>>(schema: S, value: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw new FrameError({ cause: new v.ValiError(parsed.issues) });
  return parsed.output;
}

/**
 * The host over HTTP and WebSocket, for documents that the web host serves. Calls reject with the host's FluxionError, or with
 * HostUnreachableError. `capability-refused` means that the host does not know this document (it began a new session,
 * or restarted): a recorder says hello again, a panel loads again.
 *
 * `fetch` and `WebSocket` are taken when the port is made: make it before the page's are wrapped for recording.
 */
export function createWebHostPort<C extends Contract>(contract: C, options: WebHostPortOptions): HostPort<C> {
  const fetchNow = globalThis.fetch.bind(globalThis);
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const baseUrl = new URL(options.baseUrl, location.href).href;
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  const connectionListeners = new Set<(connected: boolean) => void>();
  let capability = options.capability;

  const socket: EventSocket = openEventSocket(`${baseUrl}/events`, {
    onEvent(name, data) {
      const schema = contract.events[name];
      if (schema === undefined) return; // A newer host's event, which this document cannot know.
      const payload = v.safeParse(schema, data);
      if (!payload.success) return;
      for (const listener of [...(listeners.get(name) ?? [])]) listener(payload.output);
    },
    onConnection(connected) {
      for (const listener of [...connectionListeners]) listener(connected);
    },
    onRefused() {
      if (options.helloFirst === true) capability = undefined;
    },
  });
  if (capability !== undefined) socket.greet(capability);

  async function exchange(
    name: string,
    input: unknown,
    bytes?: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const response = await fetchNow(`${baseUrl}/${name}`, {
        method: 'POST',
        headers: {
          'Content-Type': FRAME_TYPE,
          ...(capability === undefined ? {} : { Authorization: `Bearer ${capability}` }),
        },
        body: encodeFrame(input, bytes),
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.headers.get('Content-Type') !== FRAME_TYPE) throw new HostUnreachableError();
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      throw error instanceof FluxionError ? error : new HostUnreachableError({ cause: error });
    }
  }

  return {
    async call<K extends keyof C['methods'] & string>(
      name: K,
      input: Input<C['methods'][K]>,
      bytes?: Uint8Array<ArrayBuffer>,
    ): Promise<Message<Output<C['methods'][K]>>> {
      const method = contract.methods[name];
      if (method === undefined) throw new FluxionError('no-such-method', 'This version of the app cannot do that.');
      const frame = decodeFrame(await exchange(name, input, bytes));
      const answer = parseAnswer(answerSchema, frame.json);
      if ('error' in answer) throw new FluxionError(answer.error.code, answer.error.message);
      const value = parseAnswer(method.output, answer.ok);
      if (options.helloFirst === true && name === 'hello') {
        capability = parseAnswer(helloAnswerSchema, answer.ok).capability;
        socket.greet(capability);
      } else {
        socket.wake(); // The host answers: an event socket that waits for its next attempt need not.
      }
      return { value, bytes: frame.bytes };
    },
    on(name, listener) {
      const ofName = listeners.get(name) ?? new Set();
      listeners.set(name, ofName);
      ofName.add(listener);
      return () => ofName.delete(listener);
    },
    onConnection(listener) {
      connectionListeners.add(listener);
      return () => connectionListeners.delete(listener);
    },
    close() {
      listeners.clear();
      connectionListeners.clear();
      socket.close();
    },
  };
}
