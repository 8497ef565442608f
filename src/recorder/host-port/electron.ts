import { FluxionError } from '../../shared/errors.js';
import type { HostBridge } from '../../shared/protocol/bridge.js';
import type { Contract, HostPort, Input, Message, Output } from '../../shared/protocol/contract.js';
import { encodeFrame } from '../../shared/protocol/frame.js';
import { EventListeners, HostUnreachableError, methodOf, readAnswer } from './answer.js';

export interface BridgeHostPortOptions {
  /** The host knows this document by its `hello`; events begin then, and begin again after each later one. */
  readonly helloFirst?: boolean;
  /** How long a call may take. Only a host process that hangs takes long. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
/** Between attempts to hear events of a host process that is still starting. */
const LISTEN_RETRY_MS = 1000;

/** The bridge that a preload script has put into this document, if one has. */
export function findBridge(key: string): HostBridge | undefined {
  const bridge = (globalThis as Record<string, unknown>)[key] as Partial<HostBridge> | undefined;
  const { call, listen } = bridge ?? {};
  // Taken as they are now: a page that puts something else in their place changes nothing here.
  return typeof call === 'function' && typeof listen === 'function' ? { call, listen } : undefined;
}

/**
 * The host over Electron's IPC. The host process knows a document by its frame, so no capability crosses. Calls reject with
 * the host's FluxionError, or with HostUnreachableError.
 */
export function createBridgeHostPort<C extends Contract>(
  contract: C,
  bridge: HostBridge,
  options: BridgeHostPortOptions = {},
): HostPort<C> {
  const { call, listen } = bridge;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const listeners = new EventListeners(contract);
  const connectionListeners = new Set<(connected: boolean) => void>();
  let isClosed = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;

  function tellConnection(connected: boolean): void {
    for (const listener of [...connectionListeners]) listener(connected);
  }

  async function hear(): Promise<void> {
    clearTimeout(retryTimer);
    const isKnown = await within(
      timeoutMs,
      listen((event, data) => {
        if (!isClosed) listeners.tell(event, data);
      }),
    ).catch(() => undefined);
    if (isClosed) return;
    if (isKnown === true) tellConnection(true);
    // A recorder that the host does not know finds out by its next call, says hello, and so hears again.
    else if (isKnown === undefined || options.helloFirst !== true)
      retryTimer = setTimeout(() => void hear(), LISTEN_RETRY_MS);
  }
  if (options.helloFirst !== true) void hear();

  return {
    async call<K extends keyof C['methods'] & string>(
      name: K,
      input: Input<C['methods'][K]>,
      bytes?: Uint8Array<ArrayBuffer>,
    ): Promise<Message<Output<C['methods'][K]>>> {
      const method = methodOf(contract, name);
      let answered: Uint8Array<ArrayBuffer>;
      try {
        answered = await within(timeoutMs, call(name, encodeFrame(input, bytes)));
      } catch (error) {
        // Nothing of Electron's own text: it names channels, and may name paths.
        throw error instanceof FluxionError ? error : new HostUnreachableError({ cause: error });
      }
      const answer = readAnswer(method, answered);
      if (options.helloFirst === true && name === 'hello') void hear();
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
      isClosed = true;
      clearTimeout(retryTimer);
      listeners.clear();
      connectionListeners.clear();
    },
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new HostUnreachableError());
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
