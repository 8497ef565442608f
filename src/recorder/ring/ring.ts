import type { Ring, RingOptions } from './ring-contract.js';
import { WorkerRing } from './worker-ring.js';

export type { RingBatch, RingSettings, RingTotals } from './messages.js';
export type { Ring, RingOptions } from './ring-contract.js';

/** The worker starts with the first batch. `createWorker` is there for tests that kill it. */
export function openRing(options: RingOptions, createWorker: () => Worker = createRingWorker): Ring {
  return new WorkerRing(options, createWorker);
}

function createRingWorker(): Worker {
  return new Worker(new URL('./ring-worker.ts', import.meta.url), { type: 'module', name: 'fluxrec-ring' });
}
