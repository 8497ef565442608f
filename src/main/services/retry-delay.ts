import type { DeskDelay } from './desk-client.js';

const FIRST_MS = 1000;
/** A desk that is down is not to be stormed when it comes back. */
const LAST_MS = 5 * 60_000;
/** Where nothing leaves this machine, looking costs nobody anything. */
const OFFLINE_LAST_MS = 15_000;
const LOOPBACK_LAST_MS = 5000;

/** How long to wait before the next attempt: doubled each time, ±25 % of chance so that many customers do not come at once. */
export function retryDelayMs(
  failures: number,
  delay: Pick<DeskDelay, 'afterMs' | 'isOffline'>,
  isLoopback: boolean,
  random: () => number,
): number {
  const lastMs = isLoopback ? LOOPBACK_LAST_MS : delay.isOffline ? OFFLINE_LAST_MS : LAST_MS;
  const backoffMs = Math.min(lastMs, FIRST_MS * 2 ** Math.min(failures - 1, 20)) * (0.75 + random() / 2);
  return Math.max(backoffMs, delay.afterMs ?? 0);
}
