const HAND_OVER_LOCK = 'fluxrec-hand-over-';
/** A window that is asked so much later is too late for the host as well. */
const TERM_MS = 10 * 60_000;

/**
 * Whether this window is the one that speaks for dead sources in this hand-over: the first that asks. It stays so for a
 * while after it is done, since the others may be slower; if it dies, the next that asks is elected.
 */
export function isElected(handOver: string): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(HAND_OVER_LOCK + handOver, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise((release) => setTimeout(release, TERM_MS));
      })
      .catch(() => {
        resolve(false); // The page is being left.
      });
  });
}
