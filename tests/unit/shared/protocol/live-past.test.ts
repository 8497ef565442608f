import fc from 'fast-check';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeBulk, encodeBulk } from '../../../../src/shared/protocol/live-bulk.js';
import { LiveError } from '../../../../src/shared/protocol/live-errors.js';
import {
  inflatePast,
  MAX_PAST_BYTES,
  MAX_PAST_PLAIN_BYTES,
  type PastHead,
} from '../../../../src/shared/protocol/live-past.js';

const HEAD: PastHead = {
  kind: 'past',
  request: '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10',
  source: 'w1-1',
  startMs: 1000,
  endMs: 2000,
  fromMs: 500,
  originMs: 1_700_000_000_000,
  offsetMs: 20,
  size: 1,
};
const packed = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(deflateRawSync(Buffer.from(text)));

describe('a chain of before', () => {
  test('comes out as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 5000 }), async (text) => {
        const size = Buffer.byteLength(text);
        const { head, bytes } = decodeBulk(encodeBulk({ head: { ...HEAD, size }, bytes: packed(text) }));
        expect(head).toEqual({ ...HEAD, size });
        expect(Buffer.from(await inflatePast({ size }, bytes)).toString()).toBe(text);
      }),
    );
  });

  test('that is more or less than its head says, or no stream at all, is refused', async () => {
    const bytes = packed('x'.repeat(5000));
    for (const size of [1, 4999, 5001, MAX_PAST_PLAIN_BYTES]) {
      await expect(inflatePast({ size }, bytes)).rejects.toMatchObject({ code: 'live-malformed' });
    }
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 100 }),
        async (any, size) => {
          const plain = await inflatePast({ size }, any).catch((error: unknown) => error);
          if (plain instanceof Uint8Array) expect(plain).toHaveLength(size);
          else expect(plain).toBeInstanceOf(LiveError);
        },
      ),
    );
  });

  test('has bounds for both of its sizes', () => {
    const bytes = new Uint8Array(1);
    const refused = (head: PastHead, of = bytes): void => {
      expect(() => decodeBulk(encodeBulk({ head, bytes: of }))).toThrow(LiveError);
    };
    refused({ ...HEAD, size: MAX_PAST_PLAIN_BYTES + 1 });
    refused({ ...HEAD, size: 0 });
    refused({ ...HEAD, startMs: Number.NaN });
    refused({ ...HEAD, source: '../w1' });
    refused(HEAD, new Uint8Array(MAX_PAST_BYTES + 1));
    refused(HEAD, new Uint8Array(0));
  });
});
