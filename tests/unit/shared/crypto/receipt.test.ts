import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signReceipt, verifyReceipt } from '../../../../src/shared/crypto/receipt.js';
import type { ReceiptStatement } from '../../../../src/shared/protocol/letters.js';
import { makeParty, NOW_MS } from './parties.js';

const statement: ReceiptStatement = {
  v: 1,
  proposal: randomUUID(),
  report: randomUUID(),
  command: 'logs',
  proposalSha256: 'a'.repeat(64),
  status: 'done',
  outputBytes: 12,
  outputSha256: 'b'.repeat(64),
  decidedMs: NOW_MS,
  endedMs: NOW_MS + 5,
};

describe('a receipt', () => {
  test('states what the install signed', async () => {
    const install = await makeParty();
    const receipt = await signReceipt(statement, install.signer);
    expect(await verifyReceipt(JSON.parse(JSON.stringify(receipt)), install.keys.signingKey)).toEqual(statement);
  });

  test('of another install, changed, or none at all is refused', async () => {
    const [install, other] = [await makeParty(), await makeParty()];
    const receipt = await signReceipt(statement, install.signer);
    const forged = { code: 'receipt-forged' };
    await expect(verifyReceipt(receipt, other.keys.signingKey)).rejects.toMatchObject(forged);
    const renamed = { ...receipt, signingKey: other.keys.signingKey };
    await expect(verifyReceipt(renamed, other.keys.signingKey)).rejects.toMatchObject(forged);
    const changed = { ...receipt, statement: receipt.statement.replace('done', 'failed') };
    await expect(verifyReceipt(changed, install.keys.signingKey)).rejects.toMatchObject(forged);
    await expect(verifyReceipt({}, install.keys.signingKey)).rejects.toMatchObject({ code: 'receipt-malformed' });
  });
});
