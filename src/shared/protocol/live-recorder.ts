import * as v from 'valibot';
import { MAX_SEALED_LETTER_BYTES } from '../constants.js';
import { method } from './contract.js';

// The live session's part of the recorder's contract: one call and one event. What `news` holds is parsed by the host process and by
// the chunk that only a live session loads (live-host.ts), so that the recorder itself does not grow by it.

const session = v.pipe(v.string(), v.uuid());

export const liveRecorderMethods = {
  live: method(v.object({ session, news: v.unknown() }), v.object({})),
} as const;

export const liveRecorderEvents = {
  live: v.object({ session, news: v.unknown() }),
} as const;

/** A sealed letter beside its news. */
export const MAX_LIVE_LETTER_REQUEST_BYTES = MAX_SEALED_LETTER_BYTES + 4096;
