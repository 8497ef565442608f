import type { CuttingProxy } from './cutting-proxy.js';
import { seededRandom } from './seeded-random.js';

/** Between two troubles so many bytes come through. */
const MIN_BYTES = 40_000;
const MAX_BYTES = 600_000;
const MAX_STALL_MS = 1500;
/** Then it is better: what is sent in one piece of megabytes would never come through. */
const MAX_TROUBLES = 7;

/**
 * Cuts connections and lets them stall while something is sent, where and how the seed says, for a while. Answers the function that ends the
 * trouble; it tells how often there was some.
 */
export function troubleNetwork(proxy: CuttingProxy, seed: number): () => number {
  const random = seededRandom(seed);
  const step = (): number => MIN_BYTES + random() * (MAX_BYTES - MIN_BYTES);
  let nextBytes = proxy.sentBytes + step();
  let troubles = 0;
  let healing: NodeJS.Timeout | undefined;
  proxy.onSent((sentBytes) => {
    if (sentBytes < nextBytes || troubles === MAX_TROUBLES) return;
    nextBytes = sentBytes + step();
    troubles += 1;
    if (random() < 0.5) {
      proxy.cut();
      return;
    }
    proxy.stall(true);
    clearTimeout(healing);
    healing = setTimeout(() => {
      proxy.stall(false);
    }, random() * MAX_STALL_MS);
  });
  return () => {
    proxy.onSent(undefined);
    if (healing !== undefined) proxy.stall(false);
    clearTimeout(healing);
    return troubles;
  };
}
