const STORAGE_KEY = 'fluxrec-window';
/** A document that is being left holds its lock for a moment after the next one has begun. */
const LOCK_WAIT_MS = 1000;
const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Holds a Web Lock until the returned function is called, or the document goes. Undefined: somebody else has it. */
export async function holdLock(name: string, waitMs: number): Promise<(() => void) | undefined> {
  const locks = (navigator as { readonly locks?: LockManager }).locks;
  // Not a secure context: nobody can hold a lock, and nobody looks for one.
  if (locks === undefined) return () => undefined;
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(waitMs);
    locks
      .request(
        name,
        { signal },
        () =>
          new Promise<void>((release) => {
            resolve(release);
          }),
      )
      .catch(() => {
        resolve(undefined);
      });
  });
}

/**
 * The id that the host gave this window for its earlier document. A duplicated tab gets a copy of it while the first still
 * lives: that one is a window of its own.
 */
export async function earlierWindowId(): Promise<string | undefined> {
  const id = readStored();
  if (id === undefined) return undefined;
  const release = await holdLock(lockName(id), LOCK_WAIT_MS);
  if (release === undefined) return undefined;
  release();
  return id;
}

export function keepWindowId(id: string): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, id);
  } catch {
    // No storage (an opaque origin, storage blocked): a reload counts as a new window.
  }
  // Held for as long as this document lives.
  void holdLock(lockName(id), LOCK_WAIT_MS);
}

function lockName(id: string): string {
  return `fluxrec-window-${id}`;
}

function readStored(): string | undefined {
  try {
    const id = sessionStorage.getItem(STORAGE_KEY);
    return id !== null && ID.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
