import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bytesSource } from '../../../../src/shared/bundle/byte-source.js';
import { ReportSource } from '../../../../src/viewer/sources/report-source.js';
import { OpenReport } from '../../../../src/viewer/state/open-report.svelte.js';
import { Signatures } from '../../../../src/viewer/state/signatures.svelte.js';
import { FramesDouble } from './doubles.js';

async function signaturesOf(...vectors: string[]): Promise<Signatures> {
  const parts = vectors.map((name, number) => ({
    number,
    open: async () => {
      const bytes = await readFile(join(import.meta.dirname, '../../../vectors', `${name}.fluxrec`));
      return bytesSource(new Uint8Array(bytes));
    },
  }));
  const { now, frames } = new FramesDouble();
  const report = new OpenReport({ moment: undefined, now, frames });
  const signatures = new Signatures(report);
  await signatures.load();
  expect(signatures.verdict, 'before it is open').toBe('checking');
  await report.open(new ReportSource(parts));
  await signatures.load();
  return signatures;
}

it('a report of parts that one install signed is that install’s', async () => {
  const { verdict, install, fingerprints } = await signaturesOf('signed', 'signed');
  expect({ verdict, fingerprints }).toEqual({
    verdict: 'good',
    fingerprints: [expect.stringMatching(/^[0-9A-Z-]{19}$/)],
  });
  expect(install?.recipient).toMatch(/^age1/);
});

it.each([
  ['unsigned', ['good']],
  ['partly', ['signed', 'good']],
  ['bad', ['signed', 'signed-manifest-changed']],
  ['bad', ['signed-by-another']],
  ['bad', ['signature-missing']],
] as const)('is %s for %j, and nobody is written to', async (verdict, vectors) => {
  const signatures = await signaturesOf(...vectors);
  expect({ verdict: signatures.verdict, install: signatures.install }).toEqual({ verdict, install: undefined });
  expect(signatures.problems.length > 0).toBe(verdict === 'bad');
});
