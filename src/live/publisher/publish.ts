import { LiveSession, type LiveEvents, type LiveOptions } from '../session.js';

export { LetterSignaling, type LiveCorrespondence, type LiveLetter } from '../signaling/letters.js';
export { ManualPublisher } from '../signaling/manual.js';
export { RelaySignaling } from '../signaling/relay.js';
export type { LiveEvents, LivePhase, LiveSession, LiveState } from '../session.js';

/** The customer's half of a live session. */
export function publish(options: Omit<LiveOptions, 'role'>, events: LiveEvents): LiveSession {
  return new LiveSession({ ...options, role: 'publisher' }, events);
}
