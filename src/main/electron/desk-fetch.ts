import type { ElectronModule } from './electron-module.js';

type Fetch = typeof globalThis.fetch;

export interface DeskFetchOptions {
  /** Node's: it goes straight to the address, and trusts the authorities that Node came with. */
  readonly direct: Fetch;
  /** Chromium's: it knows the proxies of the system, and the authorities that the system trusts. */
  readonly system: (url: string, init: RequestInit) => Promise<Response>;
}

/**
 * For the desk and its store: directly, and where that reaches nobody (a company's proxy, an authority of its own) as the system's other
 * programs do. Which way leads to an address is remembered until it does not any more. Rejects as the way that was taken last does.
 */
export function deskFetch({ direct, system }: DeskFetchOptions): Fetch {
  const throughSystem = new Set<string>();
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const { origin } = new URL(url);
    if (!throughSystem.has(origin)) {
      try {
        return await direct(input, init);
      } catch (error) {
        if (init.signal?.aborted === true) throw error;
        throughSystem.add(origin);
        // A part of it is gone already: who sends it tries again, and then takes the other way.
        if (init.body instanceof ReadableStream) throw error;
      }
    }
    try {
      return await system(url, await wholeRequest(init));
    } catch (error) {
      if (init.signal?.aborted !== true) throughSystem.delete(origin);
      throw error;
    }
  };
}

/** Electron sends a body that it has as a whole with its length, and refuses to be told one. */
async function wholeRequest(init: RequestInit): Promise<RequestInit> {
  const headers = new Headers(init.headers);
  headers.delete('Content-Length');
  const { body } = init;
  if (!(body instanceof ReadableStream)) return { ...init, headers };
  return { ...init, headers, body: new Uint8Array(await new Response(body).arrayBuffer()) };
}

/** Of Electron, whose network may be used from when it is ready. Cookies of the app's are none of the desk's business. */
export function electronDeskFetch({ app, net }: Pick<ElectronModule, 'app' | 'net'>): Fetch {
  return deskFetch({
    direct: globalThis.fetch,
    async system(url, init) {
      await app.whenReady();
      return await net.fetch(url, { ...init, credentials: 'omit' });
    },
  });
}
