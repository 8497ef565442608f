import type { LiveEvents, LiveOptions } from '../live-state.js';
import { LiveSession } from '../session.js';

export { LetterSignaling, type LiveCorrespondence, type LiveLetter } from '../signaling/letters.js';
export { ManualSubscriber } from '../signaling/manual.js';
export { RelaySignaling } from '../signaling/relay.js';
export type { LiveEvents, LiveState } from '../live-state.js';
export type { LiveSession } from '../session.js';
export type { Signaling } from '../signaling/signaling.js';
export type { Quality } from '../quality.js';
export { FramedSender } from '../framed-sender.js';
export { Incoming } from './incoming.js';

/** The technician's half of a live session. */
export function subscribe(options: Omit<LiveOptions, 'role'>, events: LiveEvents): LiveSession {
  return new LiveSession({ ...options, role: 'subscriber' }, events);
}
