import type { LiveEvents, LiveOptions } from '../live-state.js';
import { LiveSession } from '../session.js';

export { LetterSignaling, type LiveLetter } from '../signaling/letters.js';
export { ManualPublisher } from '../signaling/manual.js';
export { RelaySignaling } from '../signaling/relay.js';
export type { LiveEvents, LivePhase, LiveState } from '../live-state.js';
export type { LiveSession } from '../session.js';

/** The customer's half of a live session. */
export function publish(options: Omit<LiveOptions, 'role'>, events: LiveEvents): LiveSession {
  return new LiveSession({ ...options, role: 'publisher' }, events);
}
