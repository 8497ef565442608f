import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DeskError } from '../../../src/desk/errors.js';
import { Intake } from '../../../src/desk/intake/intake.js';
import { Patience } from '../../../src/desk/intake/patience.js';
import { Uploads } from '../../../src/desk/intake/uploads.js';
import type { Verdict } from '../../../src/desk/intake/verdict.js';
import { VERIFY_AGAIN_MAX_MS, VERIFY_AGAIN_MS } from '../../../src/desk/limits.js';
import type { Log } from '../../../src/desk/log.js';
import { Reports } from '../../../src/desk/reports/reports.js';
import type { TicketRequest } from '../../../src/shared/protocol/desk.js';
import { FolderStore } from '../../../src/store/folder-store.js';

const request: TicketRequest = {
  report: {
    id: '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10',
    receiptCode: 'K7QF2-9DM4X-7',
    createdMs: 1000,
    session: 's-1',
    app: { name: 'Fluxion', version: '3.4.1' },
    description: '',
  },
  part: { number: 0, bytes: 3, sha256: 'a'.repeat(64) },
};
const good: Verdict = { is: 'good', digest: { part: request.part, startMs: 0, endMs: 1, errors: [] } };

let folder: string;
let monoMs: number;
let verdict: Verdict | undefined;
let judged: number;
let intake: Intake;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intake-'));
  monoMs = 1000;
  verdict = undefined;
  judged = 0;
  const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  intake = new Intake({
    reports: await Reports.open(await FolderStore.open(join(folder, 'store')), () => 1, log),
    uploads: await Uploads.open({
      folder: join(folder, 'uploads'),
      now: () => 1,
      freeBytes: () => Promise.resolve(1e12),
    }),
    // A double for a thread that crashes, or comes to a verdict, as it is told.
    verifier: {
      judge: () => {
        judged += 1;
        return verdict === undefined ? Promise.reject(new DeskError('not-verified')) : Promise.resolve(verdict);
      },
      close: () => Promise.resolve(),
    },
    log,
    patience: new Patience(() => monoMs),
  });
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('a part that was not read to its end is neither lost nor quarantined: it is read again, after a longer wait each time', async () => {
  const { ticket } = await intake.ask(request);
  await intake.append(ticket, 0, 3, Readable.from([Buffer.from('abc')]));
  const refused = (seconds: number) =>
    expect(intake.complete(ticket)).rejects.toMatchObject({
      code: 'not-verified',
      status: 503,
      headers: { 'retry-after': String(seconds) },
    });
  let waitMs = VERIFY_AGAIN_MS;
  for (let failures = 1; failures <= 5; failures++) {
    await refused(waitMs / 1000);
    expect(judged).toBe(failures);
    monoMs += waitMs - 1000;
    await refused(1); // Too early: told when, and not read.
    expect(judged).toBe(failures);
    monoMs += 1000;
    waitMs = Math.min(waitMs * 4, VERIFY_AGAIN_MAX_MS);
  }
  expect(waitMs).toBe(VERIFY_AGAIN_MAX_MS);
  // The way of a customer's app: it asks, hears that all is there, and completes.
  const again = await intake.ask(request);
  expect(again).toMatchObject({ status: 'open', receivedBytes: 3 });
  verdict = good;
  expect(await intake.complete(again.ticket)).toEqual({ status: 'accepted' });
});

it('callers that race hear of the same failure', async () => {
  const { ticket } = await intake.ask(request);
  await intake.append(ticket, 0, 3, Readable.from([Buffer.from('abc')]));
  const answers = await Promise.allSettled([intake.complete(ticket), intake.complete(ticket)]);
  expect(answers).toMatchObject([{ reason: { code: 'not-verified' } }, { reason: { code: 'not-verified' } }]);
  expect(judged).toBe(1);
});
