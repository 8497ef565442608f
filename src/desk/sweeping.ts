import { toStoreError } from '../store/errors.js';
import type { ObjectStore } from '../store/object-store.js';
import type { Intake } from './intake/intake.js';
import { LETTER_SWEEP_INTERVAL_MS, QUARANTINE_SWEEP_INTERVAL_MS, SWEEP_INTERVAL_MS } from './limits.js';
import type { Log } from './log.js';
import type { Mailboxes } from './mailbox/mailboxes.js';
import { removeOldQuarantine } from './reports/quarantine.js';

export interface SweepingOptions {
  readonly intake: Pick<Intake, 'sweep'>;
  readonly store: ObjectStore;
  readonly mailboxes: Pick<Mailboxes, 'sweep'>;
  readonly now: () => number;
  readonly log: Log;
}

/** Removes what nobody needs any more, now and then again and again; answers what ends that. */
export async function startSweeping(options: SweepingOptions): Promise<() => void> {
  const { intake, store, mailboxes, now, log } = options;
  const sweepQuarantine = async (): Promise<void> => {
    const removed = await removeOldQuarantine(store, now);
    if (removed > 0) log.info({ parts: removed }, 'old quarantined parts removed');
  };
  const sweepLetters = async (): Promise<void> => {
    const removed = await mailboxes.sweep();
    if (removed > 0) log.info({ letters: removed }, 'letters that nobody fetched removed');
  };
  // A desk that cannot remove something is better than none.
  const attempt = async (sweep: () => Promise<void>): Promise<void> => {
    try {
      await sweep();
    } catch (error) {
      log.error({ error: toStoreError(error).code }, 'removing what is not needed any more failed');
    }
  };
  const sweeps = [
    [() => intake.sweep(), SWEEP_INTERVAL_MS],
    [sweepQuarantine, QUARANTINE_SWEEP_INTERVAL_MS],
    [sweepLetters, LETTER_SWEEP_INTERVAL_MS],
  ] as const;
  const timers: NodeJS.Timeout[] = [];
  for (const [sweep, intervalMs] of sweeps) {
    await attempt(sweep);
    timers.push(setInterval(() => void attempt(sweep), intervalMs).unref());
  }
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
