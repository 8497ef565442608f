import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networkOf } from '../../../src/desk/signaling/network.js';
import {
  CODE_LIFE_MS,
  MAX_ROOM_LIFE_MS,
  MAX_ROOMS,
  ROOM_LIFE_MS,
  Rooms,
  type Seat,
} from '../../../src/desk/signaling/rooms.js';
import { iceServers, TURN_LIFE_MS } from '../../../src/desk/signaling/turn.js';
import type { RelayMessage } from '../../../src/shared/protocol/live-relay.js';
import { mintPairingCode, parsePairingCode, showPairingCode } from '../../../src/shared/protocol/pairing-code.js';

class Listener implements Seat {
  readonly told: RelayMessage[] = [];
  hasLeft = false;

  tell(message: RelayMessage): void {
    this.told.push(message);
  }

  leave(): void {
    this.hasLeft = true;
  }
}

function roomFor(rooms: Rooms) {
  const { code, ticket } = rooms.open();
  const customer = new Listener();
  const technician = new Listener();
  const publisher = rooms.enter(ticket, customer);
  const subscriber = rooms.enter(rooms.join(code).ticket, technician);
  return { code, ticket, customer, technician, publisher, subscriber };
}

describe('a room', () => {
  test('passes on what one side says, to the other alone', () => {
    const { customer, technician, publisher } = roomFor(new Rooms(() => 0));
    expect(publisher?.pass('hello')).toBe(true);
    expect(technician.told).toEqual([{ event: 'joined' }, { signal: 'hello' }]);
    expect(customer.told).toEqual([{ event: 'joined' }]);
  });

  test('is for the first who joins, and its code for one guess of theirs', () => {
    const rooms = new Rooms(() => 0);
    const { code } = roomFor(rooms);
    expect(() => rooms.join(code)).toThrow('one technician');
    expect(() => rooms.join('00000000')).toThrow('No live session');
  });

  test('ends ten minutes after its code was made, where nobody joined, also with the customer there', () => {
    let nowMs = 0;
    const rooms = new Rooms(() => nowMs);
    const { code, ticket } = rooms.open();
    const customer = new Listener();
    rooms.enter(ticket, customer)?.leave();
    rooms.enter(ticket, customer);
    nowMs = CODE_LIFE_MS;
    expect(() => rooms.join(code)).toThrow('No live session');
    expect(customer.hasLeft).toBe(true);
  });

  test('lives for as long as somebody is there, and two hours more', () => {
    let nowMs = 0;
    const rooms = new Rooms(() => nowMs);
    const { customer, technician, ticket, publisher, subscriber } = roomFor(rooms);
    nowMs = 2 * ROOM_LIFE_MS;
    rooms.sweep();
    expect(customer.hasLeft).toBe(false);
    publisher?.leave();
    subscriber?.leave();
    nowMs += ROOM_LIFE_MS - 1;
    const again = new Listener();
    const back = rooms.enter(ticket, again);
    expect(back).toBeDefined();
    back?.leave();
    nowMs += ROOM_LIFE_MS;
    rooms.sweep();
    expect(rooms.enter(ticket, new Listener())).toBeUndefined();
    expect(rooms.size).toBe(0);
    expect(technician.told.at(-1)).toEqual({ event: 'left' });
  });

  test('ends after twelve hours, whoever is there', () => {
    let nowMs = 0;
    const rooms = new Rooms(() => nowMs);
    const { customer, ticket } = roomFor(rooms);
    nowMs = MAX_ROOM_LIFE_MS - 1;
    rooms.sweep();
    expect(customer.hasLeft).toBe(false);
    nowMs += 1;
    rooms.sweep();
    expect(customer.told.at(-1)).toEqual({ event: 'over' });
    expect(customer.hasLeft).toBe(true);
    expect(rooms.enter(ticket, new Listener())).toBeUndefined();
  });

  test('knows who comes back, and who left in between', () => {
    const rooms = new Rooms(() => 0);
    const { ticket, customer, technician, publisher } = roomFor(rooms);
    publisher?.leave();
    expect(technician.told.at(-1)).toEqual({ event: 'left' });
    const again = new Listener();
    rooms.enter(ticket, again);
    expect(technician.told.at(-1)).toEqual({ event: 'joined' });
    expect(again.told).toEqual([{ event: 'joined' }]);
    const third = new Listener();
    rooms.enter(ticket, third);
    expect(again.hasLeft).toBe(true);
    expect(customer.hasLeft).toBe(false);
    expect(publisher?.pass('from a place that was given up')).toBe(false);
  });

  test('bears a thousand rooms, and as many signals of a side in two hours', () => {
    let nowMs = 0;
    const rooms = new Rooms(() => nowMs);
    const { publisher } = roomFor(rooms);
    let passed = 0;
    while (publisher?.pass('x') === true) passed += 1;
    expect(passed).toBe(1000);
    nowMs = ROOM_LIFE_MS;
    expect(publisher?.pass('x')).toBe(true);
    while (rooms.size < MAX_ROOMS) rooms.open();
    expect(() => rooms.open()).toThrow('Too many');
  });
});

describe('a pairing code', () => {
  test('is read as people type it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 7, maxLength: 7 }), (random) => {
        const code = mintPairingCode(random);
        expect(
          parsePairingCode(` ${showPairingCode(code).toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')}\n`),
        ).toBe(code);
      }),
    );
  });

  test('says that a character is wrong, or two were swapped, before a guess is spent', () => {
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 7, maxLength: 7 }),
        fc.nat(6),
        fc.constantFrom(...alphabet.split(/(?=.)/)),
        (random, at, other) => {
          const code = mintPairingCode(random);
          const changed = code.slice(0, at) + other + code.slice(at + 1);
          // 0 and Z are the same to a sum modulo 31.
          const isHidden = [code[at], other].sort().join('') === '0Z';
          if (changed !== code && !isHidden) expect(parsePairingCode(changed)).toBeUndefined();
          const swapped = code.slice(0, at) + (code[at + 1] ?? '') + (code[at] ?? '') + code.slice(at + 2);
          const isSame = [code[at], code[at + 1]].sort().join('') === '0Z' || code[at] === code[at + 1];
          if (at < 6 && !isSame) expect(parsePairingCode(swapped)).toBeUndefined();
        },
      ),
    );
    expect(parsePairingCode('K7QF-2M4')).toBeUndefined();
    expect(parsePairingCode('K'.repeat(1000))).toBeUndefined();
  });
});

describe('servers that help', () => {
  test('are none unless they are configured', () => {
    expect(iceServers({}, 0)).toEqual([]);
  });

  test('get credentials as coturn expects them, which end', () => {
    const nowMs = 1_795_424_460_000;
    const [stun, turn] = iceServers(
      { stun: ['stun:a.example'], turn: { urls: ['turn:b.example'], secret: 'north-wind' } },
      nowMs,
    );
    expect(stun).toEqual({ urls: ['stun:a.example'] });
    expect(turn?.username).toMatch(new RegExp(`^${(nowMs + TURN_LIFE_MS) / 1000}:[0-9a-f]{16}$`));
    expect(turn?.credential).toMatch(/^[A-Za-z0-9+/]{27}=$/);
    const [again] = iceServers({ turn: { urls: ['turn:b.example'], secret: 'north-wind' } }, nowMs);
    expect(again?.username).not.toBe(turn?.username);
  });
});

describe('a network', () => {
  const request = (remoteAddress: string, forwarded?: string) =>
    ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as Parameters<
      typeof networkOf
    >[0];

  test('is one IPv4 address, or a /64 of IPv6', () => {
    expect(networkOf(request('::ffff:203.0.113.7'), false)).toBe('203.0.113.7');
    const [one, two, other] = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'].map((address) =>
      networkOf(request(address), false),
    );
    expect(one).toBe(two);
    expect(one).not.toBe(other);
  });

  test('is what the proxy says, where there is one, and never what a stranger says', () => {
    expect(networkOf(request('10.0.0.2', '1.2.3.4, 203.0.113.9'), true)).toBe('203.0.113.9');
    expect(networkOf(request('203.0.113.7', '1.2.3.4'), true)).toBe('203.0.113.7');
    expect(networkOf(request('10.0.0.2', '1.2.3.4'), false)).toBe('10.0.0.2');
  });
});
