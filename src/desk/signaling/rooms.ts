import { randomBytes } from 'node:crypto';
import type { RelayMessage } from '../../shared/protocol/live-relay.js';
import { mintPairingCode } from '../../shared/protocol/pairing-code.js';
import { DeskError } from '../errors.js';
import { hashSecret, mintSecret } from '../secret.js';

export const ROOM_ROLES = ['publisher', 'subscriber'] as const;
export type RoomRole = (typeof ROOM_ROLES)[number];

/** How long a code waits for a technician: it is read out while both are on the phone. */
export const CODE_LIFE_MS = 10 * 60_000;
/** From when somebody joined, or was last there: a lost connection is made again through the same room. */
export const ROOM_LIFE_MS = 2 * 60 * 60_000;
/** From when somebody joined, whoever is there: a grant lasts eight hours at most, so this is a long day's session. */
export const MAX_ROOM_LIFE_MS = 12 * 60 * 60_000;
/** 1,000 codes among 2^35: a guess is right once in 34 million. */
export const MAX_ROOMS = 1000;
/** Of one side in one stretch: twenty offers with all their candidates are 600 signals. */
const MAX_SIGNALS = 1000;
/** A session of a whole day reconnects more often than one of an hour. */
const SIGNALS_STRETCH_MS = ROOM_LIFE_MS;

/** One side's connection, as the room sees it. */
export interface Seat {
  tell(message: RelayMessage): void;
  /** Another connection has taken the place, or the room has ended. */
  leave(): void;
}

interface Room {
  readonly code: string;
  readonly tickets: Partial<Record<RoomRole, string>>;
  readonly seats: Partial<Record<RoomRole, Seat | undefined>>;
  readonly signals: Record<RoomRole, { sinceMs: number; count: number }>;
  /** Counts while nobody is there. */
  expiresMs: number;
  /** Counts always. */
  endMs: number;
}

/** A place in a room, for as long as one connection has it. */
export interface Place {
  /** Passes a signal on, unread. False where that side has sent more than any that is honest. */
  pass(signal: string): boolean;
  leave(): void;
}

/** Rooms for two: whoever minted a code, and whoever joined by it first. Kept in memory: a desk that restarts ends them. */
export class Rooms {
  readonly #now: () => number;
  readonly #byCode = new Map<string, Room>();
  /** By the hash of a ticket: how long finding it takes tells nothing of it. */
  readonly #byTicket = new Map<string, { room: Room; role: RoomRole }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#byCode.size;
  }

  /** Throws `live-busy`. */
  open(): { code: string; ticket: string; lifeMs: number } {
    this.sweep();
    if (this.#byCode.size >= MAX_ROOMS) throw new DeskError('live-busy');
    let code: string;
    do code = mintPairingCode(randomBytes(7));
    while (this.#byCode.has(code));
    const nowMs = this.#now();
    const room: Room = {
      code,
      tickets: {},
      seats: {},
      signals: { publisher: { sinceMs: nowMs, count: 0 }, subscriber: { sinceMs: nowMs, count: 0 } },
      expiresMs: nowMs + CODE_LIFE_MS,
      endMs: nowMs + CODE_LIFE_MS,
    };
    this.#byCode.set(code, room);
    return { code, ticket: this.#ticketFor(room, 'publisher'), lifeMs: CODE_LIFE_MS };
  }

  /** A code is good for one: throws `live-code-unknown` for one that was used, too. */
  join(code: string): { ticket: string } {
    this.sweep();
    const room = this.#byCode.get(code);
    if (room === undefined || room.tickets.subscriber !== undefined) throw new DeskError('live-code-unknown');
    room.expiresMs = this.#now() + ROOM_LIFE_MS;
    room.endMs = this.#now() + MAX_ROOM_LIFE_MS;
    return { ticket: this.#ticketFor(room, 'subscriber') };
  }

  /** Takes the ticket's place; who had it before leaves. Undefined where no room knows the ticket. */
  enter(ticket: string, seat: Seat): Place | undefined {
    this.sweep();
    const known = this.#byTicket.get(hashSecret(ticket));
    if (known === undefined) return undefined;
    const { room, role } = known;
    const other = role === 'publisher' ? 'subscriber' : 'publisher';
    const before = room.seats[role];
    room.seats[role] = seat;
    before?.leave();
    const across = room.seats[other];
    if (across !== undefined) {
      across.tell({ event: 'joined' });
      seat.tell({ event: 'joined' });
    }
    return {
      pass: (signal) => {
        if (room.seats[role] !== seat) return false;
        if (!this.#count(room.signals[role])) return false;
        // Nobody there: that side will be offered anew when it comes.
        room.seats[other]?.tell({ signal });
        return true;
      },
      leave: () => {
        if (room.seats[role] !== seat) return;
        room.seats[role] = undefined;
        // A code that nobody has used yet does not live longer because its customer's connection broke.
        if (room.tickets.subscriber !== undefined) room.expiresMs = this.#now() + ROOM_LIFE_MS;
        room.seats[other]?.tell({ event: 'left' });
      },
    };
  }

  /** Ends the rooms whose time is over. */
  sweep(): void {
    const nowMs = this.#now();
    for (const room of this.#byCode.values()) {
      const isInUse = room.seats.publisher !== undefined || room.seats.subscriber !== undefined;
      if (nowMs >= room.endMs || (!isInUse && nowMs >= room.expiresMs)) this.#end(room);
    }
  }

  close(): void {
    for (const room of [...this.#byCode.values()]) this.#end(room);
  }

  #count(signals: { sinceMs: number; count: number }): boolean {
    const nowMs = this.#now();
    if (nowMs - signals.sinceMs >= SIGNALS_STRETCH_MS) Object.assign(signals, { sinceMs: nowMs, count: 0 });
    signals.count += 1;
    return signals.count <= MAX_SIGNALS;
  }

  #ticketFor(room: Room, role: RoomRole): string {
    const ticket = mintSecret();
    const hash = hashSecret(ticket);
    room.tickets[role] = hash;
    this.#byTicket.set(hash, { room, role });
    return ticket;
  }

  #end(room: Room): void {
    this.#byCode.delete(room.code);
    for (const role of ROOM_ROLES) {
      const hash = room.tickets[role];
      if (hash !== undefined) this.#byTicket.delete(hash);
      const seat = room.seats[role];
      room.seats[role] = undefined;
      seat?.tell({ event: 'over' });
      seat?.leave();
    }
  }
}
