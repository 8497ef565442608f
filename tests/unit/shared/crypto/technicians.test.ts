import { beforeAll, describe, expect, test } from 'vitest';
import { findTechnician, signTechnicians, verifyTechnicians } from '../../../../src/shared/crypto/technicians.js';
import { HOUR_MS, listOf, makeParty, NOW_MS, type Party } from './parties.js';

let root: Party;
let technician: Party;
let stranger: Party;

beforeAll(async () => {
  [root, technician, stranger] = await Promise.all([makeParty(), makeParty(), makeParty()]);
});

const rules = (changes = {}) => ({ rootKeys: [root.keys.signingKey], seenVersion: 0, nowMs: NOW_MS, ...changes });

describe('the list of technicians', () => {
  test('is accepted as the root signed it, again and after an older one', async () => {
    const list = listOf([technician]);
    const signed = await signTechnicians(list, root.signer);
    const carried: unknown = JSON.parse(JSON.stringify(signed));
    expect(await verifyTechnicians(carried, rules({ seenVersion: 2 }))).toEqual(list);
    expect(await verifyTechnicians(carried, rules({ seenVersion: 3 }))).toEqual(list);
  });

  test.each([
    ['technicians-older', { seenVersion: 4 }],
    ['technicians-expired', { nowMs: NOW_MS + 91 * 24 * HOUR_MS }],
    ['technicians-unsigned', { rootKeys: [] }],
  ])('is refused as %s', async (code, changed) => {
    const signed = await signTechnicians(listOf([technician]), root.signer);
    await expect(verifyTechnicians(signed, rules(changed))).rejects.toMatchObject({ code });
  });

  test('signed by a key that is not pinned is unsigned; so is one without a signature', async () => {
    const signed = await signTechnicians(listOf([technician]), stranger.signer);
    await expect(verifyTechnicians(signed, rules())).rejects.toMatchObject({ code: 'technicians-unsigned' });
    await expect(verifyTechnicians(listOf([technician]), rules())).rejects.toMatchObject({
      code: 'technicians-unsigned',
    });
  });

  test('that says it is the root’s and is not, or was changed, is forged', async () => {
    const signed = await signTechnicians(listOf([technician]), stranger.signer);
    await expect(verifyTechnicians({ ...signed, rootKey: root.keys.signingKey }, rules())).rejects.toMatchObject({
      code: 'technicians-forged',
    });
    const ours = await signTechnicians(listOf([technician]), root.signer);
    const changed = { ...ours, list: ours.list.replace('Technician 1', 'Technician 2') };
    await expect(verifyTechnicians(changed, rules())).rejects.toMatchObject({ code: 'technicians-forged' });
  });

  test('that names one key twice, or is no list, is malformed', async () => {
    const twice = listOf([technician, technician]);
    await expect(signTechnicians(twice, root.signer)).rejects.toMatchObject({ code: 'technicians-malformed' });
    for (const value of [undefined, null, 7, [], { list: '{}' }]) {
      await expect(verifyTechnicians(value, rules())).rejects.toMatchObject({ code: 'technicians-malformed' });
    }
  });
});

describe('a technician', () => {
  test('is found by the key, while it is valid', () => {
    const entry = { name: 'Ada', ...technician.keys, validFromMs: NOW_MS, validUntilMs: NOW_MS + HOUR_MS };
    const list = listOf([], { technicians: [entry] });
    expect(findTechnician(list, technician.keys.signingKey, NOW_MS)).toEqual(entry);
    for (const sentMs of [NOW_MS - 1, NOW_MS + HOUR_MS]) {
      expect(() => findTechnician(list, technician.keys.signingKey, sentMs)).toThrow(
        expect.objectContaining({ code: 'letter-sender-expired' }),
      );
    }
    expect(() => findTechnician(list, stranger.keys.signingKey, NOW_MS)).toThrow(
      expect.objectContaining({ code: 'letter-unknown-sender' }),
    );
  });
});
