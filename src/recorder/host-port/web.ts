import * as v from 'valibot';
import { FluxionError } from '../../shared/errors.js';
import type { Contract, HostPort, Input, Message, Output } from '../../shared/protocol/contract.js';
import { encodeFrame, FRAME_TYPE } from '../../shared/protocol/frame.js';
import { EventListeners, HostUnreachableError, methodOf, parseAnswer, readAnswer } from './answer.js';
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
  const listeners = new EventListeners(contract);
  const connectionListeners = new Set<(connected: boolean) => void>();
  let capability = options.capability;

  const socket: EventSocket = openEventSocket(`${baseUrl}/events`, {
    onEvent(name, data) {
      listeners.tell(name, data);
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
      const answer = readAnswer(methodOf(contract, name), await exchange(name, input, bytes));
      if (options.helloFirst === true && name === 'hello') {
        capability = parseAnswer(helloAnswerSchema, answer.value).capability;
        socket.greet(capability);
      } else {
        socket.wake(); // The host answers: an event socket that waits for its next attempt need not.
      }
      return answer;
    },
    on(name, listener) {
      return listeners.add(name, listener);
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
