import { crc32 as zlibCrc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../../src/shared/bundle/crc32.js';
import { foldPath, isInsidePath } from '../../../../src/shared/bundle/entry-path.js';
import { inflateEntry } from '../../../../src/shared/bundle/inflate.js';
import { parseDomLines, parseLaneLines } from '../../../../src/shared/bundle/parse-lines.js';
import { runs } from '../../../lab/fuzz.js';

/** Time of this process, whatever else the machine does. */
async function cpuMs(action: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('crc32', () => {
  it('is what zlib says, in any pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, cut) => {
        expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(zlibCrc32(bytes));
      }),
    );
  });
});

describe('inflating', () => {
  it('gives back what was deflated, small or large', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 50 }), fc.integer({ min: 1, max: 5000 }), async (piece, times) => {
        const plain = Uint8Array.from(
          { length: piece.length * times },
          (_, i) => (piece[i % piece.length] ?? 0) ^ (i >> 9),
        );
        const stored = deflateSync(plain, { level: 1 });
        expect(Buffer.compare(await inflateEntry(stored, plain.length, 'a'), plain)).toBe(0);
      }),
      { numRuns: runs(50) },
    );
  });

  it.each([
    ['in one step', 3000],
    ['in many', 3_000_000],
  ])('holds it to its size %s', async (_, length) => {
    const plain = Uint8Array.from({ length }, (_, i) => (i * i) >> 7);
    // Level 0 makes uncompressed blocks, which are unpacked in another way.
    for (const level of [0, 6] as const) {
      const stored = deflateSync(plain, { level });
      await expect(inflateEntry(stored, 10, 'a')).rejects.toMatchObject({ code: 'zip-bomb' });
      await expect(inflateEntry(stored, length - 1, 'a')).rejects.toMatchObject({ code: 'zip-bomb', path: 'a' });
      await expect(inflateEntry(stored, length + 1, 'a')).rejects.toMatchObject({ code: 'wrong-size', path: 'a' });
      expect(await inflateEntry(stored, length, 'a')).toHaveLength(length);
    }
  });

  it('stops soon after the bound, whatever the stream goes on to make', async () => {
    const bomb = deflateRawSync(new Uint8Array(100e6), { level: 1 });
    const whole = await cpuMs(() => inflateEntry(bomb, 100e6, 'a'));
    const bounded = await cpuMs(() =>
      inflateEntry(bomb, 1000, 'a').catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'zip-bomb' });
      }),
    );
    expect(bounded).toBeLessThan(whole / 3);
  });

  it('refuses a stream that is cut off', async () => {
    const plain = new TextEncoder().encode('all that was recorded '.repeat(50));
    const stored = deflateSync(plain);
    for (let length = 0; length < stored.length; length++) {
      await expect(inflateEntry(stored.subarray(0, length), plain.length, 'a')).rejects.toMatchObject({
        code: expect.stringMatching(/^wrong-(hash|size)$/) as string,
      });
    }
  });

  it('is aborted between two steps', async () => {
    const plain = new Uint8Array(20e6);
    const controller = new AbortController();
    const inflating = inflateEntry(deflateSync(plain), plain.length, 'a', controller.signal);
    controller.abort(new Error('enough'));
    await expect(inflating).rejects.toThrow('enough');
  });
});

describe('paths', () => {
  it.each(['dom/w1-1/00000-0000.ndjson', 'a', 'ä/ö.x', '...', 'a/.b', 'a b/c'])('%j lies inside', (path) => {
    expect(isInsidePath(path)).toBe(true);
  });

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    './a',
    'a/..',
    'a/../b',
    'a\\b',
    'C:a',
    'a\u0000',
    'a\nb',
    'a\u0085',
  ])('%j does not', (path) => {
    expect(isInsidePath(path)).toBe(false);
  });

  it('are one file where case and composition do not count', () => {
    expect(foldPath('A/\u0041\u030a')).toBe(foldPath('a/\u00e5'));
  });
});

describe('lines', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('keep their order and count what is bad', () => {
    const line = (t: number): string =>
      JSON.stringify({ type: 'log', t, level: 'log', logger: 'console', message: 'm' });
    const parsed = parseLaneLines(bytes(`${line(1)}\n{\n${line(2)}\n\n${line(3)}`), 'log');
    expect(parsed.events.map(({ t }) => t)).toEqual([1, 2, 3]);
    expect(parsed).toMatchObject({ badLines: 1, unknownEvents: 0 });
  });

  it('that are no UTF-8 are bad', () => {
    const line = bytes('{"type":"log","t":1,"level":"log","logger":"console","message":"?"}');
    expect(parseLaneLines(line, 'log').events).toHaveLength(1);
    line[line.indexOf('?'.charCodeAt(0))] = 0xff;
    expect(parseLaneLines(line, 'log')).toEqual({ events: [], badLines: 1, unknownEvents: 0 });
  });

  it('of dom keep all that rrweb wrote', () => {
    const event = { type: 3, data: { source: 0, texts: [], removes: [{ id: 1 }] }, timestamp: 12.5, delay: 3 };
    expect(parseDomLines(bytes(JSON.stringify(event))).events).toEqual([event]);
  });

  it('cannot reach the prototype of anything', () => {
    const text = '{"type":3,"data":{"__proto__":{"polluted":true}},"timestamp":1,"__proto__":{"polluted":true}}';
    const [event] = parseDomLines(bytes(text)).events;
    expect(event).toBeDefined();
    expect((event as { polluted?: unknown }).polluted).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('are read whatever bytes they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (plain) => {
        expect(parseLaneLines(plain, 'log').events).toEqual([]);
      }),
    );
  });
});
