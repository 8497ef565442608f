import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from '../../../../src/shared/crypto/base64url.js';
import { fingerprint, signatureSchema, signingKeySchema } from '../../../../src/shared/crypto/keys.js';
import {
  exportSigningKeys,
  generateSigningKeys,
  importSigningKeys,
  isSignedBy,
  signerOf,
} from '../../../../src/shared/crypto/sign.js';

const bytes = new TextEncoder().encode('The quick brown fox');

describe('base64url', () => {
  test('gives any bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (value) => {
        expect(fromBase64Url(toBase64Url(value))).toEqual(value);
      }),
    );
  });

  test.each(['a', 'ab=', 'a+b/', 'AB', 'aé'])('refuses %s, which is no or a second spelling', (text) => {
    expect(fromBase64Url(text)).toBeUndefined();
  });
});

describe('a key', () => {
  test('has one spelling in the schemas', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        (key, signature) => {
          expect(v.is(signingKeySchema, toBase64Url(key))).toBe(true);
          expect(v.is(signatureSchema, toBase64Url(signature))).toBe(true);
        },
      ),
    );
    expect(v.is(signingKeySchema, `${'A'.repeat(42)}B`)).toBe(false);
  });

  test('has the fingerprint that anybody can compute from it', () => {
    // printf '\0%.0s' {1..32} | sha256sum, its first ten bytes in Crockford’s base 32
    expect(fingerprint(toBase64Url(new Uint8Array(32)))).toBe('CSM7-NBFR-CAYQ-EV4F');
  });
});

describe('a signature', () => {
  test('is Ed25519 over context, zero byte and content', async () => {
    const { createPublicKey, verify } = await import('node:crypto');
    const signer = await signerOf(await generateSigningKeys(true));
    const signature = fromBase64Url(await signer.sign('manifest', bytes)) ?? new Uint8Array();
    const spki = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(signer.signingKey, 'base64url'),
    ]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(verify(null, Buffer.concat([Buffer.from('fluxrec manifest 1\0'), bytes]), key, signature)).toBe(true);
  });

  test('holds for its key, content and context, and for no other', async () => {
    const [ours, others] = [
      await signerOf(await generateSigningKeys(true)),
      await signerOf(await generateSigningKeys(true)),
    ];
    const signature = await ours.sign('receipt', bytes);
    const changed = bytes.slice();
    changed[3] = 0;
    expect(await isSignedBy(ours.signingKey, 'receipt', bytes, signature)).toBe(true);
    expect(await isSignedBy(others.signingKey, 'receipt', bytes, signature)).toBe(false);
    expect(await isSignedBy(ours.signingKey, 'receipt', changed, signature)).toBe(false);
    expect(await isSignedBy(ours.signingKey, 'letter', bytes, signature)).toBe(false);
    expect(await isSignedBy('x', 'receipt', bytes, signature)).toBe(false);
    expect(await isSignedBy(toBase64Url(new Uint8Array(32).fill(255)), 'receipt', bytes, signature)).toBe(false);
  });

  test('by a key of small order is none, though zeros fit it', async () => {
    const signature = toBase64Url(new Uint8Array(64));
    for (const last of [0, 128]) {
      const raw = new Uint8Array(32);
      raw[31] = last;
      expect(await isSignedBy(toBase64Url(raw), 'letter', bytes, signature)).toBe(false);
    }
  });

  test('comes from an exported pair as from the original; halves of two pairs are refused', async () => {
    const keys = await generateSigningKeys(true);
    const { pkcs8, signingKey } = await exportSigningKeys(keys);
    const signer = await signerOf(await importSigningKeys(pkcs8, signingKey));
    expect(await isSignedBy(signingKey, 'letter', bytes, await signer.sign('letter', bytes))).toBe(true);
    const other = await exportSigningKeys(await generateSigningKeys(true));
    await expect(importSigningKeys(pkcs8, other.signingKey)).rejects.toThrow(TypeError);
  });
});
