import type { HostPort } from '../../src/shared/protocol/contract.js';
import type { RecorderContract } from '../../src/shared/protocol/host.js';

type Segments = { readonly segments: readonly unknown[] };

/**
 * Stands where the host process stands, in the page's own time, so that a page whose clocks run faster than time can be
 * recorded. `window.collect()` asks for a hand-over and posts every row to the bench's server.
 */
export function collectingHost(): HostPort<RecorderContract> {
  const listeners = new Map<string, (payload: never) => void>();
  const startedMs = Date.now() - performance.now();
  let done: (() => void) | undefined;
  const answers: Record<string, (input: unknown, bytes?: Uint8Array<ArrayBuffer>) => unknown> = {
    hello: () => ({
      session: { id: 'bench', startedMs },
      source: 'w1',
      window: 'w1',
      sessionMs: performance.now(),
      capability: 'bench',
      paused: false,
      settings: { maxAgeMs: 3_600_000, maxBytes: 1_000_000_000 },
    }),
    clock: () => ({ sessionMs: performance.now() }),
    append: async (input, bytes) => {
      const meta = new TextEncoder().encode(JSON.stringify((input as Segments).segments));
      const length = new Uint8Array(new Uint32Array([meta.byteLength]).buffer);
      await fetch('/collect', { method: 'POST', body: new Blob([length, meta, bytes ?? new Uint8Array()]) });
      return {};
    },
    handedOver: () => {
      done?.();
      return {};
    },
  };
  const port = {
    call: async (name: string, input: unknown, bytes?: Uint8Array<ArrayBuffer>) => ({
      value: (await answers[name]?.(input, bytes)) ?? {},
      bytes: new Uint8Array(),
    }),
    on: (name: string, listener: (payload: never) => void) => {
      listeners.set(name, listener);
      return () => listeners.delete(name);
    },
    onConnection: (listener: (connected: boolean) => void) => {
      listener(true);
      return () => undefined;
    },
    close: () => undefined,
  };
  Object.assign(window, {
    collect: () =>
      new Promise<void>((resolve) => {
        done = resolve;
        const request = { handOver: crypto.randomUUID(), startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
        listeners.get('handOver')?.(request as never);
      }),
  });
  return port as HostPort<RecorderContract>;
}
