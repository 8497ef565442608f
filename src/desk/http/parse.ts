import * as v from 'valibot';
import { DeskError } from '../errors.js';

/** A stranger's input, parsed once. Throws `bad-request` (or `code`), which tells nothing of what was sent. */
export function parse<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  code: 'bad-request' | 'report-unknown' | 'part-unknown' | 'picture-unknown' | 'wrong-credentials' = 'bad-request',
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, input);
  if (!parsed.success) throw new DeskError(code);
  return parsed.output;
}

/** `Authorization: Bearer …`, or undefined. */
export function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer ([\w.~+/=-]{1,200})$/i.exec(authorization ?? '')?.[1];
}
