import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeBulk,
  decodeCommands,
  encodeBulk,
  MAX_BULK_TO_PUBLISHER_BYTES,
  type BulkHead,
} from '../../../../src/shared/protocol/live-bulk.js';
import { LiveError } from '../../../../src/shared/protocol/live-errors.js';
import {
  decodeDomMessage,
  encodeDomMessage,
  parseConsole,
  parseInput,
  type DomMessage,
} from '../../../../src/shared/protocol/live-streams.js';
import { runs } from '../../../lab/fuzz.js';

const GRANT = '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10';

describe('a message of the dom stream', () => {
  const events = (text: string): DomMessage => ({
    kind: 'events',
    events: [{ type: 3, data: { source: 0, texts: [{ id: 1, value: text }] }, timestamp: 1 }],
  });

  test('comes out as it went in, whatever its size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.string({ minLength: 2000, maxLength: 4000 })), async (text) => {
        expect(await decodeDomMessage(await encodeDomMessage(events(text)))).toEqual(events(text));
      }),
      { numRuns: runs(50) },
    );
  });

  test('is made small', async () => {
    expect((await encodeDomMessage(events('row '.repeat(5000)))).length).toBeLessThan(400);
    const pointer: DomMessage = { kind: 'pointer', x: 0.5, y: 1, t: 12 };
    expect((await encodeDomMessage(pointer)).length).toBe(JSON.stringify(pointer).length + 1);
  });

  test('of any bytes is read or refused, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 1, 2), fc.uint8Array({ maxLength: 200 }), async (first, rest) => {
        const refusal = await decodeDomMessage(new Uint8Array([first, ...rest])).catch((error: unknown) => error);
        expect(refusal).toMatchObject({ code: 'live-malformed' });
      }),
    );
  });

  test('that says it would be larger than it can be takes no memory', async () => {
    const lie = new Uint8Array(100);
    lie[0] = 1;
    new DataView(lie.buffer).setUint32(1, 64 * 1024 * 1024, true);
    await expect(decodeDomMessage(lie)).rejects.toThrow(LiveError);
  });

  test('that is longer than it says is refused', async () => {
    const honest = await encodeDomMessage(events('x'.repeat(5000)));
    new DataView(honest.buffer).setUint32(1, 1000, true);
    await expect(decodeDomMessage(honest)).rejects.toThrow(LiveError);
  });
});

describe('console and input', () => {
  test('are read', () => {
    const line = { source: 'w1-1', at: 5, event: { type: 'error', t: 1, kind: 'uncaught', name: 'E', message: 'm' } };
    expect(parseConsole(JSON.stringify({ kind: 'lines', lines: [line] }))).toMatchObject({ lines: [line] });
    expect(parseInput('{"kind":"point","x":0,"y":1}')).toEqual({ kind: 'point', x: 0, y: 1 });
  });

  test.each([
    '',
    'null',
    '{"kind":"lines","lines":[]}',
    '{"kind":"lines","lines":[{"source":"../x","at":1,"event":{}}]}',
    `{"kind":"dropped","lines":1,"pad":"${'x'.repeat(70_000)}"}`,
  ])('of no known shape are refused (%#)', (text) => {
    expect(parseConsole(text)).toBeUndefined();
  });

  test.each([
    '{"kind":"point","x":1.5,"y":0}',
    '{"kind":"point","x":-0.1,"y":0}',
    '{"kind":"point","x":null,"y":0}',
    '{"kind":"press","x":0,"y":0}',
    `{"kind":"point-gone","pad":"${'x'.repeat(600)}"}`,
  ])('a pointer outside of the view is none (%#)', (text) => {
    expect(parseInput(text)).toBeUndefined();
  });

  test('are never an exception, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        parseConsole(text);
        parseInput(text);
      }),
    );
  });
});

describe('a bulk message', () => {
  const head: BulkHead = { kind: 'letter', id: GRANT };

  test('comes out as it went in', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(decodeBulk(encodeBulk({ head, bytes }))).toEqual({ head, bytes });
    const picture: BulkHead = { kind: 'screenshot', request: GRANT, width: 10, height: 20, atMs: 1.5 };
    expect(decodeBulk(encodeBulk({ head: picture, bytes }))).toEqual({ head: picture, bytes });
  });

  test('without bytes, with too many for its kind, or of no known kind is refused', () => {
    expect(() => decodeBulk(encodeBulk({ head, bytes: new Uint8Array(0) }))).toThrow(LiveError);
    const letter = new Uint8Array(MAX_BULK_TO_PUBLISHER_BYTES);
    expect(() => decodeBulk(encodeBulk({ head, bytes: letter }))).toThrow(LiveError);
    const stranger = { kind: 'file', id: GRANT } as unknown as BulkHead;
    expect(() => decodeBulk(encodeBulk({ head: stranger, bytes: new Uint8Array(1) }))).toThrow(LiveError);
  });

  test('that lists commands has those that are known, and is refused where it is no list or too long a one', () => {
    const command = { name: 'clear-cache', title: 'Clear the cache', summary: 'Empties it.', parameters: {} };
    const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    const later = { ...command, name: 'later', parameters: { when: { type: 'moon-phase', label: 'When' } } };
    expect(decodeCommands(encode([command, later, { name: 'Not a name' }]))).toEqual([command]);
    for (const value of [command, 'x', null, Array.from({ length: 51 }, () => command)]) {
      expect(() => decodeCommands(encode(value))).toThrow(LiveError);
    }
    expect(() => decodeCommands(new Uint8Array([0xff, 0xfe]))).toThrow(LiveError);
  });

  test('of any bytes is read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => decodeBulk(new Uint8Array(bytes))).toThrow(LiveError);
      }),
    );
  });
});
