import type { ObjectStore } from '../../store/object-store.js';
import { QUARANTINE_TTL_MS } from '../limits.js';
import { QUARANTINE } from './layout.js';

/** Removes the bytes of quarantined parts that have been kept long enough; why they were refused stays in the conversation. */
export async function removeOldQuarantine(store: ObjectStore, now: () => number): Promise<number> {
  let removed = 0;
  for await (const { key, modifiedMs } of store.list(QUARANTINE)) {
    if (now() - modifiedMs <= QUARANTINE_TTL_MS) continue;
    await store.delete(key);
    removed += 1;
  }
  return removed;
}
