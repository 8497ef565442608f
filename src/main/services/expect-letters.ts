import type { Mailbox } from './mailbox.js';
import type { Outbox } from './outbox.js';

/** Letters are about reports: the mailbox is asked from the time on that the desk has one. */
export function expectLetters(outbox: Pick<Outbox, 'list' | 'onChange'>, mailbox: Mailbox, wallMs: () => number): void {
  const known = new Set<string>();
  const look = (deliveredMs: (createdMs: number) => number): void => {
    for (const { report, status, createdMs } of outbox.list()) {
      if (status !== 'delivered' || known.has(report)) continue;
      known.add(report);
      // A full disk: true for this run, and looked at again at the next start.
      mailbox.expectLetters(deliveredMs(createdMs)).catch(() => undefined);
    }
  };
  // Delivered before this run: about when they were made.
  look((createdMs) => createdMs);
  outbox.onChange(() => {
    look(wallMs);
  });
}
