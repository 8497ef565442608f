import type { Stretch } from './activity.js';
import type { LiveItem } from './items.js';

/** A stretch of a live session that the customer let be recorded. */
export interface LiveStretch extends Stretch {
  /** Of the live session. */
  readonly session: string;
}

/** One without an end (a part that is still to come, an app that was killed) reaches to the last that is known of it. */
export function liveStretches(items: readonly LiveItem[]): LiveStretch[] {
  const stretches: LiveStretch[] = [];
  const open = new Map<string, Stretch>();
  const close = (session: string): void => {
    const stretch = open.get(session);
    if (stretch !== undefined) stretches.push({ session, ...stretch });
    open.delete(session);
  };
  for (const { ms, event } of items) {
    const { session } = event;
    const isOn = event.kind === 'recording' && event.state === 'on';
    if (isOn) close(session);
    // Where the line of its beginning could not be read, it begins with what can be.
    open.set(session, { startMs: open.get(session)?.startMs ?? ms, endMs: ms });
    if (event.kind === 'recording' && event.state === 'off') close(session);
  }
  for (const session of [...open.keys()]) close(session);
  return stretches.sort((a, b) => a.startMs - b.startMs);
}
