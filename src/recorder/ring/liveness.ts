// Which windows are there: each holds locks for as long as it lives, and the browser frees them whatever kills it.

/** Held by the page of a source, and by its ring's worker, which may write before the page's lock is granted. */
const PAGE_LOCK = 'fluxrec-source-';
const WORKER_LOCK = 'fluxrec-ring-';
/** Held by the one worker that looks after what belongs to no living window. */
const KEEPER_LOCK = 'fluxrec-ring-keeper';
const ADOPTION_LOCK = 'fluxrec-adopt-';

/** Sources whose window is there. */
export async function livingSources(): Promise<Set<string>> {
  const { held = [] } = await navigator.locks.query();
  return new Set(
    held.flatMap(({ name = '' }) =>
      [PAGE_LOCK, WORKER_LOCK].filter((prefix) => name.startsWith(prefix)).map((prefix) => name.slice(prefix.length)),
    ),
  );
}

/** Says that this source lives, until `signal` is aborted. Resolves when it is said. */
export async function holdSource(source: string, signal: AbortSignal): Promise<void> {
  // Shared: the worker that follows a killed one must not wait for its lock to be freed.
  await new Promise<void>((resolve, reject) => {
    hold(WORKER_LOCK + source, { mode: 'shared' }, signal, resolve).catch(reject);
  });
}

/** Calls `begin` when this worker becomes the keeper, which may be at once, much later or never. */
export async function becomeKeeper(signal: AbortSignal, begin: () => void): Promise<void> {
  try {
    await navigator.locks.request(KEEPER_LOCK, { signal }, () => {
      begin();
      return untilAborted(signal);
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** No two workers seal what a dead source left. */
export async function whileAdopting<T>(source: string, work: () => Promise<T>): Promise<T> {
  return await navigator.locks.request(ADOPTION_LOCK + source, work);
}

async function hold(name: string, options: LockOptions, signal: AbortSignal, held: () => void): Promise<void> {
  await navigator.locks.request(name, options, () => {
    held();
    return untilAborted(signal);
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener('abort', () => {
        resolve();
      });
  });
}
