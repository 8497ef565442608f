import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, FrameError } from '../../../../src/shared/protocol/frame.js';

describe('a frame', () => {
  it('carries JSON and bytes both ways', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uint8Array({ maxLength: 300 }), (json, bytes) => {
        const frame = decodeFrame(encodeFrame(json, bytes));
        expect(JSON.stringify(frame.json)).toBe(JSON.stringify(json));
        expect([...frame.bytes]).toEqual([...bytes]);
      }),
    );
  });

  it('is read from a view that does not begin at 0 of its buffer', () => {
    const frame = encodeFrame({ a: 1 }, new Uint8Array([7, 8]));
    const shifted = new Uint8Array(frame.length + 3);
    shifted.set(frame, 3);
    expect(decodeFrame(shifted.subarray(3))).toEqual({ json: { a: 1 }, bytes: new Uint8Array([7, 8]) });
  });

  it('is refused with a FrameError, whatever is wrong with it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeFrame(new Uint8Array(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
    const whole = encodeFrame({ a: 'text' });
    expect(() => decodeFrame(whole.subarray(0, whole.length - 1))).toThrow(FrameError);
    expect(() => decodeFrame(new Uint8Array([1, 0, 0, 0, 0xff]))).toThrow(FrameError);
  });

  it('is refused by its declared length before any of it is decoded', () => {
    const frame = encodeFrame('x'.repeat(100));
    expect(() => decodeFrame(frame, 101)).toThrow(FrameError);
    expect(decodeFrame(frame, 102).json).toBe('x'.repeat(100));
  });
});
