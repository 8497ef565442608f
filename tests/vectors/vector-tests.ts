// The same tests in Node and in Chromium: a bundle is read by the same code in both, and must be judged alike.
import { describe, expect, it } from 'vitest';
import { bytesSource, type ByteSource } from '../../src/shared/bundle/byte-source.js';
import type { Bundle } from '../../src/shared/bundle/bundle.js';
import { BundleError, type BundleProblem } from '../../src/shared/bundle/errors.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { verifyBundle } from '../../src/shared/bundle/verify.js';
import type { ExpectedProblem, Vector } from './vector.js';

type Told = readonly (ExpectedProblem | BundleProblem)[];

function sorted(problems: Told): string[] {
  return problems.map(({ code, path }) => `${code} ${path ?? '(bundle)'}`).sort();
}

async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    if (error instanceof BundleError) return error.code;
    throw error;
  }
  return 'none';
}

async function readEveryEntry(bundle: Bundle): Promise<BundleProblem[]> {
  const found: BundleProblem[] = [];
  for await (const { entry, error } of bundle.readChain(bundle.manifest.entries)) {
    const alone = await codeOf(bundle.readPlain(entry));
    expect(alone, 'an entry alone and in a chain').toBe(error?.code ?? 'none');
    if (error !== undefined && bundle.problemOf(entry) === undefined) found.push(error as BundleProblem);
  }
  return found;
}

async function expectSalvage(source: ByteSource, { fails, salvage }: Vector): Promise<void> {
  if (salvage === undefined) {
    expect(await codeOf(openBundle(source, { salvage: true })), 'salvage').toBe(fails);
    return;
  }
  const bundle = await openBundle(source, { salvage: true });
  expect(bundle.isSalvaged).toBe(true);
  expect(sorted(bundle.problems)).toEqual(sorted(salvage));
  const readable = bundle.manifest.entries.filter((entry) => bundle.problemOf(entry) === undefined);
  expect(readable.length).toBeGreaterThan(0);
}

async function expectLines(bundle: Bundle, path: string, counts: object): Promise<void> {
  const entry = bundle.entry(path);
  if (entry === undefined) throw new Error(`no entry ${path}`);
  const parsed = await (entry.lane === 'dom' ? bundle.readDomEvents(entry) : bundle.readLaneEvents(entry));
  expect({ ...parsed, events: parsed.events.length }).toEqual(counts);
}

export function testVectors(
  vectors: readonly Vector[],
  load: (file: string) => Promise<Uint8Array<ArrayBuffer>>,
): void {
  describe.each(vectors)('$file', (vector) => {
    const {
      file,
      scenario,
      fails,
      isFoundByVerifyingOnly,
      problems = [],
      found = [],
      unknown = [],
      lines = {},
    } = vector;
    it(scenario, async () => {
      const source = bytesSource(await load(file));
      const verified = await verifyBundle(source);
      if (fails !== undefined) {
        expect(await codeOf(openBundle(source))).toBe(fails);
        expect(verified.map(({ code }) => code)).toEqual([fails]);
        await expectSalvage(source, vector);
        return;
      }
      const bundle = await openBundle(source);
      expect(sorted(bundle.problems), 'on opening').toEqual(sorted(problems));
      expect(sorted(verified), 'on verifying').toEqual(sorted([...problems, ...found]));
      expect(bundle.unknown).toEqual(unknown);
      const read = await readEveryEntry(bundle);
      expect(sorted(read), 'on reading').toEqual(isFoundByVerifyingOnly === true ? [] : sorted(found));
      for (const [path, counts] of Object.entries(lines)) await expectLines(bundle, path, counts);
    });
  });
}
