import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sealTo } from '../../../../src/shared/crypto/age.js';
import { fromBase64Url } from '../../../../src/shared/crypto/base64url.js';
import { checkEnvelope, openLetter, sealLetter } from '../../../../src/shared/crypto/letter.js';
import { LetterError } from '../../../../src/shared/crypto/letter-errors.js';
import { MAX_LETTER_BYTES, MAX_SEALED_LETTER_BYTES } from '../../../../src/shared/constants.js';
import { TECHNICIAN_LETTERS } from '../../../../src/shared/protocol/letters.js';
import { HOUR_MS, makeParty, NOW_MS, proposal, type Party } from './parties.js';
import { runs } from '../../../lab/fuzz.js';

let technician: Party;
let install: Party;
let stranger: Party;

beforeAll(async () => {
  [technician, install, stranger] = await Promise.all([makeParty(), makeParty(), makeParty()]);
});

/** What goes into the seal, made by hand: a signature and bytes that need not be an envelope. */
async function sealByHand(signer: Party, text: string, context: 'letter' | 'manifest' = 'letter') {
  const bytes = new TextEncoder().encode(text);
  const signature = fromBase64Url(await signer.signer.sign(context, bytes)) ?? new Uint8Array();
  return sealTo(install.keys.recipient, new Uint8Array([...signature, ...bytes]));
}

const open = (sealed: Uint8Array) => openLetter(sealed, install.ageIdentity);

describe('a letter', () => {
  test('arrives as it was written', async () => {
    const written = proposal(technician, install);
    const { sealed, sha256 } = await sealLetter(written, technician.signer, install.keys.recipient);
    const letter = await open(sealed);
    expect(letter.envelope).toEqual(written);
    expect(letter.sha256).toBe(sha256);
  });

  test('of the largest size arrives, and a larger one is not sent', async () => {
    const full = proposal(technician, install);
    full.body.parameters = { text: 'x'.repeat(MAX_LETTER_BYTES - 64 - JSON.stringify(full).length) };
    const { sealed } = await sealLetter(
      { ...full, body: { ...full.body, parameters: { text: (full.body.parameters['text'] as string).slice(100) } } },
      technician.signer,
      install.keys.recipient,
    );
    expect(sealed.length).toBeLessThanOrEqual(MAX_SEALED_LETTER_BYTES);
    await expect(open(sealed)).resolves.toBeDefined();
    full.body.parameters = { text: 'x'.repeat(MAX_LETTER_BYTES) };
    await expect(sealLetter(full, technician.signer, install.keys.recipient)).rejects.toMatchObject({
      code: 'letter-too-large',
    });
  });

  test('sealed for somebody else cannot be opened', async () => {
    const { sealed } = await sealLetter(proposal(technician, install), technician.signer, stranger.keys.recipient);
    await expect(open(sealed)).rejects.toMatchObject({ code: 'letter-sealed-for-another' });
  });

  test('signed by another than it says is forged', async () => {
    const { sealed } = await sealLetter(proposal(technician, install), stranger.signer, install.keys.recipient);
    await expect(open(sealed)).rejects.toMatchObject({ code: 'letter-forged' });
  });

  test('with a signature that was made for something else is forged', async () => {
    const sealed = await sealByHand(technician, JSON.stringify(proposal(technician, install)), 'manifest');
    await expect(open(sealed)).rejects.toMatchObject({ code: 'letter-forged' });
  });

  test.each([
    ['no JSON', '{'],
    ['a later version', JSON.stringify({ v: 2 })],
    ['nothing but a signature', ''],
  ])('that is %s is malformed', async (_name, text) => {
    await expect(open(await sealByHand(technician, text))).rejects.toMatchObject({ code: 'letter-malformed' });
  });

  test('with parameters nested deeper than anybody needs is malformed', async () => {
    const letter = JSON.stringify(proposal(technician, install)).replace(
      '"parameters":{',
      `"parameters":{"deep":${'['.repeat(50_000)}${']'.repeat(50_000)},`,
    );
    await expect(open(await sealByHand(technician, letter))).rejects.toMatchObject({ code: 'letter-malformed' });
  });

  test('of any bytes is refused with a code, and nothing else is thrown', async () => {
    const { sealed } = await sealLetter(proposal(technician, install), technician.signer, install.keys.recipient);
    const mutated = fc
      .tuple(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(sealed.length))
      .map(([at, flip, end]) => {
        const copy = sealed.slice(0, end);
        if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ flip;
        return copy;
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 400 })), async (bytes) => {
        await expect(open(bytes)).rejects.toBeInstanceOf(LetterError);
      }),
      { numRuns: runs(200) },
    );
  });

  test('whose inside is any JSON is refused with a code, and nothing else is thrown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 5 }), async (text) => {
        await expect(open(await sealByHand(technician, text))).rejects.toBeInstanceOf(LetterError);
      }),
      { numRuns: runs(50) },
    );
  });
});

describe('an envelope', () => {
  const check =
    (changes: Parameters<typeof proposal>[2], nowMs = NOW_MS) =>
    () => {
      checkEnvelope(proposal(technician, install, changes), {
        to: install.keys.signingKey,
        nowMs,
        kinds: TECHNICIAN_LETTERS,
      });
    };

  test('for us and in time is accepted, also by a clock that is a little behind', () => {
    expect(check({})).not.toThrow();
    expect(check({}, NOW_MS - 9 * 60_000)).not.toThrow();
    expect(check({}, NOW_MS + HOUR_MS - 1)).not.toThrow();
  });

  test.each([
    ['letter-expired', {}, NOW_MS + HOUR_MS],
    ['letter-from-tomorrow', {}, NOW_MS - 11 * 60_000],
    ['letter-too-long-valid', { expiresMs: NOW_MS + 15 * 24 * HOUR_MS }, NOW_MS],
  ] as const)('is refused as %s', (code, changes, nowMs) => {
    expect(check(changes, nowMs)).toThrow(expect.objectContaining({ code }));
  });

  test('for somebody else is refused', () => {
    expect(check({ to: stranger.keys.signingKey })).toThrow(
      expect.objectContaining({ code: 'letter-wrong-recipient' }),
    );
  });

  test('of a kind that its sender may not write is refused', () => {
    expect(() => {
      checkEnvelope(proposal(technician, install), {
        to: install.keys.signingKey,
        nowMs: NOW_MS,
        kinds: ['command-result'],
      });
    }).toThrow(expect.objectContaining({ code: 'letter-kind-refused' }));
  });
});
