import type { Recording } from '../../shared/protocol/host.js';

/** A ring that is this full drops its oldest chains by size, before they are too old. */
const FULL_SHARE = 0.8;

/** How far back what is kept now reaches, or will reach when the ring is full, milliseconds. */
export function ringReachMs({ lanes, nowMs, oldestMs, settings }: Omit<Recording, 'state'>): number {
  const bytes = lanes.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  if (oldestMs === undefined || bytes < FULL_SHARE * settings.maxBytes) return settings.maxAgeMs;
  return Math.min(settings.maxAgeMs, nowMs - oldestMs);
}
