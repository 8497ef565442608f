import * as v from 'valibot';
import { receiptSchema, receiptStatementSchema, type Receipt, type ReceiptStatement } from '../protocol/letters.js';
import { LetterError } from './letter-errors.js';
import { isSignedBy, type Signer } from './sign.js';

/** What an install states about a command that it ran, signed: whoever has the proposal and the output can check it. */
export async function signReceipt(statement: ReceiptStatement, signer: Signer): Promise<Receipt> {
  const text = JSON.stringify(v.parse(receiptStatementSchema, statement));
  const signature = await signer.sign('receipt', new TextEncoder().encode(text));
  return { statement: text, signingKey: signer.signingKey, signature };
}

/**
 * What a receipt states, if this install has signed it. Rejects with `receipt-malformed` or `receipt-forged`. That the proposal and
 * the output at hand are those which it names is for the caller to compare.
 */
export async function verifyReceipt(value: unknown, signingKey: string): Promise<ReceiptStatement> {
  const receipt = v.safeParse(receiptSchema, value);
  if (!receipt.success) throw new LetterError('receipt-malformed');
  const { statement: text, signature } = receipt.output;
  if (receipt.output.signingKey !== signingKey) throw new LetterError('receipt-forged');
  if (!(await isSignedBy(signingKey, 'receipt', new TextEncoder().encode(text), signature))) {
    throw new LetterError('receipt-forged');
  }
  try {
    return v.parse(receiptStatementSchema, JSON.parse(text));
  } catch (cause) {
    throw new LetterError('receipt-malformed', { cause });
  }
}
