// What one desk takes from strangers and keeps, each with its unit and its reason. Sizes of parts and texts are shared with
// the customer's side (src/shared/constants.ts).

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** An upload that nobody went on with for so long is thrown away: a customer's laptop may sleep over a long weekend. */
export const UPLOAD_TTL_MS = 7 * DAY_MS;
/** A ticket that leaks is of use for a day at most; asking again gives a new one. */
export const TICKET_TTL_MS = DAY_MS;
/** Tickets of one upload that are valid together: a client that asks twice at once may use either. */
export const TICKETS_PER_UPLOAD = 4;
/** Unfinished uploads at one time; each is a small record in memory and a file. Past it, one without a byte gives way. */
export const MAX_OPEN_UPLOADS = 10_000;
/**
 * How long the address of a chunk in the store is good: 8 MiB over 128 kbit/s take nine minutes. Who needs longer asks for it
 * again.
 */
export const CHUNK_URL_LIFE_MS = 15 * MINUTE_MS;
/** Addresses given at once: 64 MiB of chunks. Signing one takes a millisecond. */
export const CHUNK_URLS_AT_ONCE = 8;
/** How long a technician's viewer reads by one address of a part; it asks for another one by itself. */
export const READ_URL_LIFE_MS = 15 * MINUTE_MS;
/** Space that uploads leave free on the disk: for conversations, and for whatever else lives there. */
export const RESERVED_DISK_BYTES = 256 * 1024 * 1024;
/** A connection that sends nothing for so long is taken as gone; at once when another one wants to go on with its upload. */
export const UPLOAD_IDLE_MS = MINUTE_MS;
export const UPLOAD_IDLE_CONTESTED_MS = 2 * SECOND_MS;
/** How often bytes may differ from the declared hash before that is taken as the sender's fault, not the way's. */
export const MAX_DAMAGED_UPLOADS = 2;
/** Results of finished uploads kept for clients whose connection was cut before they heard. */
export const MAX_FINISHED_TICKETS = 10_000;

/**
 * How long reading one part may take: a minute, and two seconds for every MiB. 150 MiB of the kind that apps send take 40 s on
 * two cores: an eighth of that. The minute is for small parts that unpack to much: 3.5 GB at 60 MB/s.
 */
export const VERIFY_BASE_MS = MINUTE_MS;
export const VERIFY_MS_PER_MIB = 2 * SECOND_MS;
/**
 * JavaScript's heap of the reading thread (bytes of entries lie outside of it). The longest manifest takes 96 MB to check; one
 * made of as many tiny values as fit takes several times that, and is better called invalid than run out of memory over.
 */
export const VERIFY_HEAP_MB = 512;
/** The reading thread takes 10 MB and 65 ms to start: kept for the parts of one report, not for the night. */
export const VERIFY_IDLE_MS = 10 * SECOND_MS;
/** After a part was not read to its end, it is read again after this time, and four times that the next time, up to the most. */
export const VERIFY_AGAIN_MS = MINUTE_MS;
export const VERIFY_AGAIN_MAX_MS = HOUR_MS;

/**
 * Parts that could not be verified are kept for so long after their last byte came: somebody who is asked why a report was
 * refused finds its bytes after a holiday, and what nobody can open is not kept for ever.
 */
export const QUARANTINE_TTL_MS = 30 * DAY_MS;
export const QUARANTINE_SWEEP_INTERVAL_MS = DAY_MS;

/** The head of a report: a description of 10,000 characters, each at most 6 bytes when escaped, and the rest. */
export const MAX_JSON_BODY_BYTES = 96 * 1024;
/** One object of a conversation, as stored. */
export const MAX_CONVERSATION_OBJECT_BYTES = 96 * 1024;
export const MAX_CONVERSATION_ENTRIES = 10_000;
/** A conversation is answered in pages of about this many characters: 40 entries of a command's output. */
export const CONVERSATION_PAGE_LENGTH = 2 * 1024 * 1024;
/** Pictures that technicians keep in one report: more than anybody looks at, and what an hour of them at full resolution takes. */
export const MAX_PICTURES = 200;
export const MAX_PICTURES_BYTES = 512 * 1024 * 1024;
/** Pictures that are taken in at one time: each is held in memory until it is in the store. */
export const PICTURES_AT_ONCE = 4;
export const MAX_DIGEST_BYTES = 4 * 1024 * 1024;
/** Error entries of a part that are told apart when parts overlap; past it, errors are no longer counted. */
export const MAX_DIGEST_ERRORS = 10_000;
/** Plain size of an error entry that is counted. A recorder seals them at 64 KB or with the first event past it. */
export const MAX_DIGEST_ENTRY_BYTES = 4 * 1024 * 1024;

export const INBOX_LIMIT = 50;
export const MAX_INBOX_LIMIT = 200;
export const MAX_QUERY_LENGTH = 200;

/** A working week, so that nobody signs in every morning. */
export const SESSION_TTL_MS = 7 * DAY_MS;
export const MAX_SESSIONS = 1000;
/** Long enough to walk to another machine with a printed link, too short to be found in a scrollback. */
export const CODE_TTL_MS = 15 * MINUTE_MS;
export const MAX_CODES = 100;

export const SWEEP_INTERVAL_MS = HOUR_MS;
/** One chunk of 8 MiB over 256 kbit/s takes 260 s. What arrived of a slower one is kept, and it goes on from there. */
export const REQUEST_TIMEOUT_MS = 5 * MINUTE_MS;
/** How long a stopping desk waits for answers under way. */
export const CLOSE_GRACE_MS = 3 * SECOND_MS;

/** A letter that nobody fetched for so long is thrown away: by then it has expired (MAX_LETTER_LIFE_MS). */
export const LETTER_TTL_MS = 15 * DAY_MS;
export const LETTER_SWEEP_INTERVAL_MS = 6 * HOUR_MS;
/** One mailbox: the output of a few commands that ran while the technician was away. Past it, senders wait. */
export const MAX_BOX_LETTERS = 1000;
export const MAX_BOX_BYTES = 32 * 1024 * 1024;
/** Requests that wait for a letter at one time; further ones are answered at once. */
export const MAX_WAITING = 10_000;
/** How soon a letter that another desk put into the same store is seen by who waits at this one. */
export const MAILBOX_RELIST_MS = 10 * SECOND_MS;
export const CHALLENGE_TTL_MS = MINUTE_MS;
/** Challenges that were met and have not ended; at the rate limit that is a day of one address. */
export const MAX_USED_CHALLENGES = 100_000;
/** A technician who is taken off the list keeps fetching letters, all sealed, for so long. */
export const MAILBOX_TOKEN_TTL_MS = 10 * MINUTE_MS;
/** A thousand technicians take 300 KB. */
export const MAX_TECHNICIANS_BYTES = 2 * 1024 * 1024;
/** How often the file with their list is looked at. */
export const TECHNICIANS_LOOK_MS = SECOND_MS;

/** Requests per minute and address (IPv6: per /64). */
export interface RateLimits {
  readonly tickets: number;
  /** Chunks and completions; 8 MiB each, so 600 are 4.7 GiB. */
  readonly uploads: number;
  readonly signIns: number;
  /** A technician's own calls: seeking reads a few ranges a time. */
  readonly calls: number;
  /** Letters, and waiting for them: an office of a hundred installs behind one address. */
  readonly letters: number;
  /** Codes that customers ask for, and codes that technicians try: one guess a request. */
  readonly liveRooms: number;
  readonly liveGuesses: number;
  /** Pages, scripts, styles. */
  readonly files: number;
}
export const RATE_LIMITS: RateLimits = {
  tickets: 60,
  uploads: 600,
  signIns: 10,
  calls: 3000,
  letters: 1200,
  liveRooms: 30,
  liveGuesses: 10,
  files: 1200,
};
