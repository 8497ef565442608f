import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../../src/shared/bundle/read.js';
import { verifyBundle } from '../../../src/shared/bundle/verify.js';
import type { InboxAnswer, ReportAnswer } from '../../../src/shared/protocol/desk.js';
import { CuttingProxy } from '../../lab/cutting-proxy.js';
import { freePort } from '../../lab/free-port.js';
import { seededRandom } from '../../lab/seeded-random.js';
import { DeskUnderTest } from '../desk/desk-in-folder.js';
import type { PartContent } from '../desk/part.js';
import { cephOfFile, freshBucket, hasCeph, type BucketUnderTest } from '../desk/store-desk.js';
import { putReports, type PutReport } from './outbox-with-reports.js';
import { buildPrograms, DeskProcess, SenderProcess, TOKEN, type Programs } from './processes.js';

// FLUXREC_KILLED_UPLOADS=100 for the long run; FLUXREC_KILLS_SEED repeats the order of one that failed.
const UPLOADS = Number(process.env['FLUXREC_KILLED_UPLOADS'] ?? '10');
const KILLS_PER_UPLOAD = 2;
/** One app has so many in its outbox at a time; more reports are those of more apps. */
const UPLOADS_PER_APP = 10;

let programs: Programs;
beforeAll(async () => {
  programs = await buildPrograms();
}, 120_000);
afterAll(() => programs.remove());
const ceph = cephOfFile();

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Small ones, ones that are split, and now and then one of several chunks. */
function contentOf(index: number): PartContent {
  if (index % 5 === 0) return { errors: ['a'], domChains: 14 };
  return index % 2 === 0 ? { errors: ['a', 'b'], domChains: 5 } : { errors: ['a'], bytes: 300_000 };
}

async function killUntilDelivered(bucket: BucketUnderTest | undefined): Promise<void> {
  const seed = Number(process.env['FLUXREC_KILLS_SEED'] ?? Date.now() % 1_000_000);
  const random = seededRandom(seed);
  const dir = await mkdtemp(join(tmpdir(), 'fluxrec-kills-'));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));

  const gateway = bucket?.options.endpoint;
  const toStore = gateway === undefined ? undefined : await CuttingProxy.start(Number(new URL(gateway).port));
  if (toStore !== undefined) cleanups.push(() => toStore.close());
  const s3 =
    bucket === undefined || toStore === undefined ? {} : { s3: { ...bucket.options, publicEndpoint: toStore.url } };
  const port = await freePort();
  const toDesk = await CuttingProxy.start(port);
  cleanups.push(() => toDesk.close());
  const desk = new DeskProcess(programs.desk, dir, { port, publicUrl: toDesk.url, ...s3 });
  cleanups.push(() => desk.kill());
  await desk.start();

  /** Sends them all, killing whoever can be killed; answers what was put into the outbox. */
  async function killOneApp(folder: string, contents: readonly PartContent[]): Promise<PutReport[]> {
    const reports = await putReports(folder, toDesk.url, contents);
    const sender = new SenderProcess(programs.sender, folder, toDesk.url);
    cleanups.push(() => sender.kill());
    await sender.start();

    const parties: (() => Promise<void>)[] = [
      async () => {
        await sender.kill();
        await sender.start();
      },
      async () => {
        await desk.kill();
        await delay(random() * 300);
        await desk.start();
      },
      () => {
        toDesk.cut();
        toStore?.cut();
        return Promise.resolve();
      },
      async () => {
        toDesk.stall(true);
        toStore?.stall(true);
        await delay(random() * 500);
        toDesk.stall(false);
        toStore?.stall(false);
      },
      ...(bucket === undefined
        ? []
        : [
            async () => {
              await ceph().killGateway();
              await ceph().startGateway();
            },
          ]),
    ];
    const isDone = (): boolean =>
      sender.deliveries.length === contents.length && sender.deliveries.every(({ status }) => status === 'delivered');
    let kills = 0;
    for (; kills < contents.length * KILLS_PER_UPLOAD && !isDone(); kills += 1) {
      await delay(20 + random() * 500);
      await parties[Math.floor(random() * parties.length)]?.();
    }
    await expect
      .poll(isDone, { timeout: 60_000 + contents.length * 5000, interval: 100 })
      .toBe(true)
      .catch((error: unknown) => {
        const waiting = sender.deliveries.filter(({ status }) => status !== 'delivered');
        console.error(`Seed ${seed}, ${kills} kills.`, waiting, desk.output, sender.output);
        throw error;
      });
    expect(kills, 'the uploads ended before anything could be killed').toBeGreaterThan(contents.length / 2);
    await sender.kill();
    return reports;
  }

  const put: PutReport[] = [];
  for (let first = 0; first < UPLOADS; first += UPLOADS_PER_APP) {
    const contents = Array.from({ length: Math.min(UPLOADS_PER_APP, UPLOADS - first) }, (_, at) =>
      contentOf(first + at),
    );
    put.push(...(await killOneApp(join(dir, `app-${first}`), contents)));
  }

  const technician = new DeskUnderTest(
    { url: `http://127.0.0.1:${port}`, link: () => '', close: () => Promise.resolve() },
    TOKEN,
  );
  const { body } = await technician.get<InboxAnswer>('/api/reports?limit=200');
  expect(body.reports.map(({ id }) => id).sort()).toEqual(put.map(({ report }) => report).sort());
  for (const one of put) await expectWholeOnce(technician, one);
  if (bucket !== undefined) {
    // What it could not remove before it was killed goes when it is started again.
    await desk.kill();
    await desk.start();
    expect((await bucket.keys()).filter((key) => key.startsWith('uploads/'))).toEqual([]);
    for await (const left of bucket.direct.unfinished('uploads/')) expect(left).toBeUndefined();
  }
}

/** Every segment that was put into the outbox is in one part of the report, and no part counts twice. */
async function expectWholeOnce(desk: DeskUnderTest, { report, bytes }: PutReport): Promise<void> {
  const { body } = await desk.get<ReportAnswer>(`/api/reports/${report}`);
  expect(body.conversation.map(({ type }) => type)).toEqual(body.report.parts.map(() => 'part'));
  const whole = await openBundle(bytesSource(new Uint8Array(bytes)));
  const found: string[] = [];
  for (const { number } of body.report.parts) {
    const response = await fetch(new URL(`/api/reports/${report}/parts/${number}`, desk.url), {
      headers: { cookie: await desk.cookie() },
    });
    const source = bytesSource(new Uint8Array(await response.arrayBuffer()));
    expect(await verifyBundle(source)).toEqual([]);
    const { manifest } = await openBundle(source);
    expect(manifest.description).toBe(whole.manifest.description);
    found.push(...manifest.entries.map(({ path, sha256 }) => `${path} ${sha256}`));
  }
  expect(found.sort()).toEqual(whole.manifest.entries.map(({ path, sha256 }) => `${path} ${sha256}`).sort());
}

describe(
  `${UPLOADS} reports, while app, desk, network and store are killed at random`,
  { timeout: 120_000 + UPLOADS * 20_000 },
  () => {
    it('arrive whole and exactly once in a folder', () => killUntilDelivered(undefined));

    it.runIf(hasCeph)('arrive whole and exactly once in a bucket', async () => {
      await killUntilDelivered(await freshBucket(ceph()));
    });
  },
);
