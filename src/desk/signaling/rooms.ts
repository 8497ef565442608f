import { randomBytes } from 'node:crypto';
import type { RelayMessage } from '../../shared/protocol/live-relay.js';
import { mintPairingCode } from '../../shared/protocol/pairing-code.js';
import { DeskError } from '../errors.js';
import { hashSecret, mintSecret } from '../secret.js';

export const ROOM_ROLES = ['publisher', 'subscriber'] as const;
export type RoomRole = (typeof ROOM_ROLES)[number];

/** How long a code waits for a technician: it is read out while both are on the phone. */
export const CODE_LIFE_MS = 10 * 60_000;
/** From when somebody joined: a lost connection is made again through the same room. */
export const ROOM_LIFE_MS = 2 * 60 * 60_000;
/** 1,000 codes among 2^35: a guess is right once in 34 million. */
export const MAX_ROOMS = 1000;
/** Of one side over the life of a room: twenty offers with all their candidates are 600 signals. */
const MAX_SIGNALS = 1000;

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
  readonly signals: Record<RoomRole, number>;
  expiresMs: number;
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
    const room: Room = {
      code,
      tickets: {},
      seats: {},
      signals: { publisher: 0, subscriber: 0 },
      expiresMs: this.#now() + CODE_LIFE_MS,
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
        room.signals[role] += 1;
        if (room.signals[role] > MAX_SIGNALS) return false;
        // Nobody there: that side will be offered anew when it comes.
        room.seats[other]?.tell({ signal });
        return true;
      },
      leave: () => {
        if (room.seats[role] !== seat) return;
        room.seats[role] = undefined;
        room.seats[other]?.tell({ event: 'left' });
      },
    };
  }

  /** Ends the rooms whose time is over. */
  sweep(): void {
    for (const room of this.#byCode.values()) {
      if (room.expiresMs <= this.#now()) this.#end(room);
    }
  }

  close(): void {
    for (const room of [...this.#byCode.values()]) this.#end(room);
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
