import { beforeAll, expect, it } from 'vitest';
import { bytesSource } from '../../../../src/shared/bundle/byte-source.js';
import { planBundle } from '../../../../src/shared/bundle/write.js';
import { generateSigningKeys, signerOf, type Signer } from '../../../../src/shared/crypto/sign.js';
import { ReportSource } from '../../../../src/viewer/sources/report-source.js';
import { OpenReport } from '../../../../src/viewer/state/open-report.svelte.js';
import { Signatures } from '../../../../src/viewer/state/signatures.svelte.js';
import { STARTED_MS, testSource } from '../make-bundle.js';
import { FramesDouble } from './doubles.js';

const RECIPIENT = 'age1thld6wmt63lklg5wu9wed82mkr49xa6dfz9a47wlr3hqzf9nau3qqx6458';
let ours: Signer;
let others: Signer;
beforeAll(async () => {
  [ours, others] = await Promise.all([
    signerOf(await generateSigningKeys(true)),
    signerOf(await generateSigningKeys(true)),
  ]);
});

/** A part that says it is by `install`, and is signed by `signer`. */
async function part(install?: Signer, signer?: Signer): Promise<Uint8Array<ArrayBuffer>> {
  const platform = { os: 'linux' };
  const session = { id: 's1', app: { name: 'Fluxion', version: '4.2.0' }, platform, startedMs: STARTED_MS };
  const head = { session, createdMs: STARTED_MS, range: { startMs: 0, endMs: 1 }, sources: [testSource('w1-1')] };
  const named = install === undefined ? {} : { install: { signingKey: install.signingKey, recipient: RECIPIENT } };
  const plan = await planBundle({ ...head, ...named }, [], signer);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of plan.write(() => new Uint8Array(0))) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

async function signaturesOf(...parts: Uint8Array<ArrayBuffer>[]): Promise<Signatures> {
  const { now, frames } = new FramesDouble();
  const report = new OpenReport({ moment: undefined, now, frames });
  const signatures = new Signatures(report);
  await signatures.load();
  expect(signatures.verdict, 'before it is open').toBe('checking');
  const sources = parts.map((bytes, number) => ({ number, open: () => Promise.resolve(bytesSource(bytes)) }));
  await report.open(new ReportSource(sources));
  await signatures.load();
  return signatures;
}

it('a report of parts that one install signed is that install’s', async () => {
  const { verdict, install, fingerprints } = await signaturesOf(await part(ours, ours), await part(ours, ours));
  expect({ verdict, install }).toEqual({
    verdict: 'good',
    install: { signingKey: ours.signingKey, recipient: RECIPIENT },
  });
  expect(fingerprints).toEqual([expect.stringMatching(/^[0-9A-Z-]{19}$/)]);
});

it('a report of two installs names both, and nobody is written to', async () => {
  const { verdict, install, fingerprints } = await signaturesOf(await part(ours, ours), await part(others, others));
  expect({ verdict, install, count: fingerprints.length }).toEqual({ verdict: 'mixed', install: undefined, count: 2 });
});

it('a report that is not signed, or not all of it, says so', async () => {
  expect((await signaturesOf(await part())).verdict).toBe('unsigned');
  const partly = await signaturesOf(await part(ours, ours), await part());
  expect({ verdict: partly.verdict, install: partly.install }).toEqual({ verdict: 'partly', install: undefined });
});

it('one part that is not what was signed spoils the report', async () => {
  const changed: Signer = { ...ours, sign: (context, bytes) => ours.sign(context, bytes.subarray(1)) };
  const cases = [
    { bytes: await part(ours, changed), code: 'signature-invalid' },
    { bytes: await part(ours, others), code: 'signature-wrong-key' },
    { bytes: await part(ours), code: 'signature-missing' },
  ];
  for (const { bytes, code } of cases) {
    const { verdict, install, problems } = await signaturesOf(await part(ours, ours), bytes);
    expect({ verdict, install }).toEqual({ verdict: 'bad', install: undefined });
    expect(problems).toMatchObject([{ part: 1, code }]);
  }
});
