import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { BundleProblem } from '../../shared/bundle/errors.js';
import { verifyBundle } from '../../shared/bundle/verify.js';
import type { Part } from '../../shared/report/report.js';
import { openFileSource } from '../../store/file-source.js';
import { readDigest, type Digest } from '../reports/digest.js';

/** `damaged`: these are not the bytes that were announced. `bad`: they are, and are no bundle that may be shown. */
export type Verdict =
  | { readonly is: 'good'; readonly digest: Digest }
  | { readonly is: 'bad'; readonly problem: BundleProblem }
  | { readonly is: 'damaged' };

/** Reads all of a part, in bounded memory. Rejects where the desk itself cannot read the file, or is stopping. */
export async function judgePart(path: string, part: Part, signal: AbortSignal): Promise<Verdict> {
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

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash, { signal });
  return hash.digest('hex');
}
