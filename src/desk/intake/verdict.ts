import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { ByteSource } from '../../shared/bundle/byte-source.js';
import { verifyBundle } from '../../shared/bundle/verify.js';
import type { Part } from '../../shared/report/report.js';
import { openFileSource } from '../../store/file-source.js';
import { urlSource } from '../../store/url-source.js';
import { digestSchema, readDigest } from '../reports/digest.js';

/** `damaged`: these are not the bytes that were announced. `bad`: they are, and are no bundle that may be shown. */
export const verdictSchema = v.variant('is', [
  v.object({ is: v.literal('good'), digest: digestSchema }),
  v.object({
    is: v.literal('bad'),
    problem: v.object({ code: v.string(), message: v.string(), detail: v.optional(v.string()) }),
  }),
  v.object({ is: v.literal('damaged') }),
]);
export type Verdict = v.InferOutput<typeof verdictSchema>;

const HASH_BYTES = 1024 * 1024;

/** Where a part is read from: a file, or an object of the store behind an address that opens it alone. */
export type PartPlace = { readonly file: string } | { readonly url: string };

/** Reads all of a part, in bounded memory. Rejects where the desk itself cannot read it, or when it is aborted. */
export async function judgePart(place: PartPlace, part: Part, signal?: AbortSignal): Promise<Verdict> {
  if ('url' in place) return await judge(urlSource(place.url, part.bytes), part, signal);
  const source = await openFileSource(place.file);
  try {
    return await judge(source, part, signal);
  } finally {
    await source.close();
  }
}

async function judge(source: ByteSource, part: Part, signal: AbortSignal | undefined): Promise<Verdict> {
  if (source.size !== part.bytes || (await sha256Of(source, signal)) !== part.sha256) return { is: 'damaged' };
  const problems = await verifyBundle(source, { signal });
  // An entry that a later version packed is intact as far as can be told, and viewers say which ones they cannot read.
  const problem = problems.find((one) => one.code !== 'unsupported-encoding' || one.path === undefined);
  if (problem !== undefined) return { is: 'bad', problem };
  return { is: 'good', digest: await readDigest(source, part, signal) };
}

async function sha256Of(source: ByteSource, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  for (let offset = 0; offset < source.size; offset += HASH_BYTES) {
    hash.update(await source.read(offset, Math.min(HASH_BYTES, source.size - offset), signal));
  }
  return hash.digest('hex');
}
