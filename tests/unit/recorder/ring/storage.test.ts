import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryStore } from '../../../../src/recorder/ring/memory-store.js';
import type { RingStore, SourceRow } from '../../../../src/recorder/ring/ring-store.js';
import { Storage } from '../../../../src/recorder/ring/storage.js';

const row: SourceRow = { source: 'a', session: 's', originMs: 0, anchors: [], batch: 0, last: {}, unsealed: [] };

class NamedError extends Error {
  constructor(
    name: string,
    readonly inner?: Error,
  ) {
    super(name);
    this.name = name;
  }
}

/** A database that fails as told, in front of a memory store. */
function failing(failures: (Error | undefined)[]): RingStore {
  const store = new MemoryStore();
  store.putSource = () => {
    const failure = failures.shift();
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  };
  return store;
}

function storageOf(open: () => Promise<RingStore>, hasRoom = true) {
  const events = {
    makeRoom: vi.fn(() => Promise.resolve(hasRoom)),
    onReopened: vi.fn(),
    onMemoryOnly: vi.fn(),
  };
  return { storage: new Storage(open, events), events };
}

const put = (store: RingStore): Promise<void> => store.putSource(row);

/** Work with the pauses in it. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers();
  const done = work();
  await vi.advanceTimersByTimeAsync(5000);
  vi.useRealTimers();
  return done;
}
afterEach(() => {
  vi.useRealTimers();
});

describe('storage that is full', () => {
  const quota = (): Error => new NamedError('AbortError', new NamedError('QuotaExceededError'));

  it('makes room and tries once more', async () => {
    const { storage, events } = storageOf(() => Promise.resolve(failing([quota()])));
    await storage.run(put);
    expect(events.makeRoom).toHaveBeenCalledTimes(1);
    expect(events.onMemoryOnly).not.toHaveBeenCalled();
  });

  it('says so when that does not help, and does not empty the ring by trying again and again', async () => {
    const { storage, events } = storageOf(() => Promise.resolve(failing([quota(), quota(), quota(), quota()])));
    await expect(storage.run(put)).rejects.toMatchObject({ code: 'ring-full' });
    await expect(storage.run(put)).rejects.toMatchObject({ code: 'ring-full' });
    expect(events.makeRoom).toHaveBeenCalledTimes(1);
    expect(storage.isMemory).toBe(false);
  });

  it('says so when nothing can be spared', async () => {
    const { storage } = storageOf(() => Promise.resolve(failing([quota()])), false);
    await expect(storage.run(put)).rejects.toMatchObject({ code: 'ring-full' });
  });
});

describe('storage that breaks', () => {
  it('is opened anew and goes on', async () => {
    const stores = [failing([new NamedError('DatabaseClosedError')]), failing([])];
    const { storage, events } = storageOf(() => Promise.resolve(stores.shift() as RingStore));
    await storage.run(put);
    expect(events.onReopened).toHaveBeenCalledTimes(1);
    expect(storage.isMemory).toBe(false);
  });

  it('is opened anew once, however many fail with it', async () => {
    const broken = failing([new NamedError('DatabaseClosedError'), new NamedError('DatabaseClosedError')]);
    const opened = [broken, failing([])];
    const open = vi.fn(() => Promise.resolve(opened.shift() as RingStore));
    const { storage, events } = storageOf(open);
    await Promise.all([storage.run(put), storage.run(put)]);
    expect(open).toHaveBeenCalledTimes(2);
    expect(events.onReopened).toHaveBeenCalledTimes(1);
    expect(storage.isMemory).toBe(false);
  });

  it('is opened anew until what closes it is over', async () => {
    const closed = (): Error => new NamedError('DatabaseClosedError');
    const opened = [
      () => Promise.resolve(failing([closed()])),
      () => Promise.resolve(failing([closed()])),
      () => Promise.reject(new NamedError('UnknownError')),
      () => Promise.resolve(failing([closed()])),
      () => Promise.resolve(failing([])),
    ];
    const { storage, events } = storageOf(() => opened.shift()?.() ?? Promise.reject(closed()));
    await patiently(() => storage.run(put));
    expect(opened).toEqual([]);
    expect(storage.isMemory).toBe(false);
    expect(events.onMemoryOnly).not.toHaveBeenCalled();
    expect(events.onReopened).toHaveBeenCalledTimes(3);
  });

  it('goes on in memory when that does not help, with whatever else failed', async () => {
    const { storage, events } = storageOf(() => Promise.resolve(failing([new NamedError('UnknownError')])));
    await patiently(() => Promise.all([storage.run(put), storage.run(put)]));
    await storage.run(put);
    expect(storage.isMemory).toBe(true);
    expect(events.onMemoryOnly).toHaveBeenCalledTimes(1);
    await storage.run(put);
    expect(await storage.run((store) => store.source('a'))).toEqual(row);
  });

  it('goes on in memory when there is none, or it never opens', async () => {
    const none = storageOf(() => Promise.reject(new NamedError('MissingAPIError')));
    await none.storage.run(put);
    expect(none.storage.isMemory).toBe(true);

    vi.useFakeTimers();
    const hanging = storageOf(() => new Promise(() => undefined));
    const done = hanging.storage.run(put);
    await vi.advanceTimersByTimeAsync(10_000);
    await done;
    expect(hanging.storage.isMemory).toBe(true);
    vi.useRealTimers();
  });
});

describe('erasing', () => {
  const all = (): Promise<string[]> => Promise.resolve(['a']);

  it('is done in the database even when the ring has gone on in memory', async () => {
    const erased: string[][] = [];
    const store = failing(Array.from({ length: 4 }, () => new NamedError('UnknownError')));
    store.erase = (sources) => {
      erased.push([...sources]);
      return Promise.resolve();
    };
    const { storage } = storageOf(() => Promise.resolve(store));
    await patiently(() => storage.run(put));
    expect(storage.isMemory).toBe(true);
    await storage.erase(all);
    expect(erased).toEqual([['a']]);
    expect(await storage.run((memory) => memory.source('a'))).toBeUndefined();
  });

  it('tells when it could not be done', async () => {
    const store = failing([]);
    store.erase = () => Promise.reject(new NamedError('UnknownError'));
    const { storage } = storageOf(() => Promise.resolve(store));
    await expect(storage.erase(all)).rejects.toMatchObject({ code: 'ring-not-wiped' });
  });

  it('has nothing to do where there is no database', async () => {
    const { storage } = storageOf(() => Promise.reject(new NamedError('MissingAPIError')));
    await storage.run(put);
    await storage.erase(all);
    expect(await storage.run((memory) => memory.source('a'))).toBeUndefined();
  });
});
