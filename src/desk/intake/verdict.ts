import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { verifyBundle } from '../../shared/bundle/verify.js';
import type { Part } from '../../shared/report/report.js';
import { openFileSource } from '../../store/file-source.js';
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

/** Reads all of a part, in bounded memory. Rejects where the desk itself cannot read the file, or when it is aborted. */
export async function judgePart(path: string, part: Part, signal?: AbortSignal): Promise<Verdict> {
  if ((await sha256Of(path, signal)) !== part.sha256) return { is: 'damaged' };
  const source = await openFileSource(path);
  try {
    const problems = await verifyBundle(source, { signal });
    // An entry that a later version packed is intact as far as can be told, and viewers say which ones they cannot read.
    const problem = problems.find((one) => one.code !== 'unsupported-encoding' || one.path === undefined);
    if (problem !== undefined) return { is: 'bad', problem };
    return { is: 'good', digest: await readDigest(source, part, signal) };
  } finally {
    await source.close();
  }
}

async function sha256Of(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash, signal === undefined ? {} : { signal });
  return hash.digest('hex');
}
