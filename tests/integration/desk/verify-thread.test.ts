import { existsSync } from 'node:fs';
import { readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { judgePart, type Verdict } from '../../../src/desk/intake/verdict.js';
import { Verifier, type VerifierOptions } from '../../../src/desk/intake/verifier.js';
import { MAX_DIGEST_ENTRY_BYTES } from '../../../src/desk/limits.js';
import type { Part } from '../../../src/shared/report/report.js';
import { builtDesk } from './built-desk.js';
import { temporaryFolder } from './desk-in-folder.js';
import { makeHead, makePart, slowPart, ticketRequest } from './part.js';

const built = builtDesk();
const verifiers: Verifier[] = [];
afterEach(async () => {
  for (const verifier of verifiers.splice(0)) await verifier.close();
});

function makeVerifier(options: VerifierOptions): Verifier {
  const verifier = new Verifier(options);
  verifiers.push(verifier);
  return verifier;
}

async function fileOf(bytes: Uint8Array): Promise<{ path: string; part: Part }> {
  const path = join(await temporaryFolder(), 'part');
  await writeFile(path, bytes);
  return { path, part: ticketRequest(makeHead(), bytes).part };
}

const never = new AbortController().signal;

describe('the built thread', { timeout: 60_000 }, () => {
  it('comes to the verdict that the function itself comes to, and ends when nothing more comes', async () => {
    const verifier = makeVerifier({ script: built.threadScript, idleMs: 200 });
    const good = await fileOf(await makePart({ errors: ['a', 'b'] }));
    const bad = await fileOf(Buffer.from('no bundle'));
    const damaged = { ...good, part: { ...good.part, sha256: 'a'.repeat(64) } };
    const verdicts: Verdict[] = [];
    for (const { path, part } of [good, bad, damaged]) {
      verdicts.push(await verifier.judge({ file: path }, part, never));
      expect(verdicts.at(-1)).toEqual(await judgePart({ file: path }, part));
    }
    expect(verdicts).toMatchObject([
      { is: 'good', digest: { errors: [{ count: 1 }, { count: 1 }] } },
      { is: 'bad', problem: { code: 'not-a-zip' } },
      { is: 'damaged' },
    ]);
    await expect.poll(() => verifier.hasThread, { timeout: 10_000 }).toBe(false);
    expect(await verifier.judge({ file: bad.path }, bad.part, never)).toMatchObject({ is: 'bad' });
  });

  it('is ended in the middle of a part when the desk stops, or its time is over, and lets go of the file', async () => {
    const { path, part } = await fileOf(await slowPart(32));
    const verifier = makeVerifier({ script: built.threadScript });
    const stop = new AbortController();
    const judging = verifier.judge({ file: path }, part, stop.signal);
    setTimeout(() => {
      stop.abort(new Error('the desk stops'));
    }, 500);
    await expect(judging).rejects.toThrow('the desk stops');
    expect(verifier.hasThread).toBe(false);
    const hasty = makeVerifier({ script: built.threadScript, limitMs: () => 500 });
    await expect(hasty.judge({ file: path }, part, never)).rejects.toMatchObject({
      code: 'not-verified',
      cause: { name: 'TimeoutError' },
    });
    expect(hasty.hasThread).toBe(false);
    expect(await openFiles()).not.toContain(path);
  });

  it('does not count errors in an entry that no recorder would have sealed', async () => {
    const verifier = makeVerifier({ script: built.threadScript });
    const { path, part } = await fileOf(await makePart({ errors: ['a', 'x'.repeat(MAX_DIGEST_ENTRY_BYTES)] }));
    expect(await verifier.judge({ file: path }, part, never)).toMatchObject({
      is: 'good',
      digest: { errors: [{ count: 1 }] },
    });
  });

  it('says so where the file cannot be read', async () => {
    const { path, part } = await fileOf(Buffer.from('x'));
    const verifier = makeVerifier({ script: built.threadScript });
    await expect(verifier.judge({ file: `${path}-gone` }, part, never)).rejects.toMatchObject({ code: 'not-verified' });
  });
});

async function openFiles(): Promise<string[]> {
  const folder = '/proc/self/fd';
  if (!existsSync(folder)) return [];
  return Promise.all((await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => '')));
}

describe('a thread that comes to no verdict', { timeout: 60_000 }, () => {
  /** A thread that does this for part 1 and finds any other one damaged. */
  async function threadThat(does: string): Promise<URL> {
    const path = join(await temporaryFolder(), 'thread.mjs');
    const text = `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ part }) => {
        if (part.number === 1) { ${does} } else parentPort.postMessage({ is: 'damaged' });
      });`;
    await writeFile(path, text);
    return pathToFileURL(path);
  }
  const part: Part = { number: 0, bytes: 1, sha256: 'a'.repeat(64) };
  const worst: Part = { ...part, number: 1 };

  it.each([
    ['throws', `throw new Error('a fault')`, { message: 'a fault' }],
    ['rejects', `void Promise.reject(new Error('a fault'))`, { message: 'a fault' }],
    ['ends', 'process.exit(0)', { message: 'the thread ended with code 0' }],
    ['answers something else', `parentPort.postMessage({ is: 'fine' })`, { name: 'ValiError' }],
    ['never ends', 'for (;;);', { name: 'TimeoutError' }],
    [
      'needs too much memory',
      // As a manifest would need it. (A loop of `new Array(1000).fill(0.5)` alone is compiled by Node 24 into one that neither the
      // limit nor `terminate` ends: nothing that reads a part is of that kind.)
      `for (const all = []; ;) all.push(JSON.parse('[' + '0.5,'.repeat(1000) + '1]'))`,
      { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    ],
  ])('because it %s: told as such, and the next part gets a new thread', async (_, does, cause) => {
    const limitMs = does.startsWith('for (;;)') ? 300 : 30_000;
    const verifier = makeVerifier({ script: await threadThat(does), heapMb: 32, limitMs: () => limitMs });
    const answers = await Promise.allSettled([
      verifier.judge({ file: '' }, part, never),
      verifier.judge({ file: '' }, worst, never),
      verifier.judge({ file: '' }, part, never),
    ]);
    expect(answers).toMatchObject([
      { status: 'fulfilled', value: { is: 'damaged' } },
      { status: 'rejected', reason: { code: 'not-verified', status: 503, cause } },
      { status: 'fulfilled', value: { is: 'damaged' } },
    ]);
  });

  it('because it fails while nobody asks it, costs nothing', async () => {
    const later = `parentPort.postMessage({ is: 'damaged' }); setTimeout(() => { throw new Error('late'); }, 10)`;
    const verifier = makeVerifier({ script: await threadThat(later) });
    await verifier.judge({ file: '' }, worst, never);
    await expect.poll(() => verifier.hasThread, { timeout: 10_000 }).toBe(false);
    expect(await verifier.judge({ file: '' }, part, never)).toEqual({ is: 'damaged' });
  });

  it('knows nothing of the secrets that the desk was started with', async () => {
    process.env['FLUXREC_DESK_TOKEN'] = 'a-secret';
    const tells = `parentPort.postMessage({ is: 'bad', problem: { code: String(Object.keys(process.env)), message: '' } })`;
    const verifier = makeVerifier({ script: await threadThat(tells) });
    const verdict = await verifier.judge({ file: '' }, worst, never);
    delete process.env['FLUXREC_DESK_TOKEN'];
    expect(verdict).toEqual({ is: 'bad', problem: { code: '', message: '' } });
  });
});
