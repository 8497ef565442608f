import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { DeskClient } from '../src/main/services/desk-client.js';
import { nodeFileSystem, readFileRange } from '../src/main/services/durable-file.js';
import type { UploadOptions } from '../src/main/services/part-to-send.js';
import { uploadToStore } from '../src/main/services/upload-to-store.js';
import { UPLOAD_CHUNK_BYTES } from '../src/shared/constants.js';
import { connectBucket } from '../src/store/s3/s3-client.js';
import { S3Direct } from '../src/store/s3/s3-direct.js';
import { startDesk, type Desk } from '../src/desk/server.js';
import { NO_CEPH, provideCeph, startCeph, type Ceph, type CephBucket } from '../tests/lab/ceph.js';
import { CuttingProxy } from '../tests/lab/cutting-proxy.js';
import { makeHead, sha256 } from '../tests/integration/desk/part.js';
import { median, round, type Bench, type Figure } from './figures.js';

const MB = 1024 * 1024;

/** Sending a part to a store: how fast, beside AWS's own uploader, and what a cut costs. */
export const upload: Bench = {
  prefix: 'upload.',
  async run({ short, log }) {
    if (!provideCeph()) {
      log(NO_CEPH);
      return [];
    }
    const ceph = await startCeph();
    const dir = await mkdtemp(join(tmpdir(), 'fluxrec-bench-'));
    try {
      const bytes = (short ? 16 : 64) * MB;
      const path = join(dir, 'part');
      await writeFile(path, randomBytes(bytes));
      const lab = await openLab(ceph, dir, path, bytes);
      try {
        return [await throughput(lab, short ? 1 : 5, log), await resend(lab, short ? 1 : 5, log)];
      } finally {
        await lab.close();
      }
    } finally {
      await ceph.stop();
      await rm(dir, { recursive: true, force: true });
    }
  },
};

interface Lab {
  readonly path: string;
  readonly bytes: number;
  readonly bucket: CephBucket;
  /** The way from the customer to the store. */
  readonly proxy: CuttingProxy;
  /** A part of its own that is announced to the desk, and how it is sent. */
  announce(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** `direct`: measured without the proxy, as the peer is. */
async function openLab(
  ceph: Ceph,
  dir: string,
  path: string,
  bytes: number,
): Promise<Lab & { direct: Lab['announce'] }> {
  const bucket = await ceph.bucket();
  const proxy = await CuttingProxy.start(Number(new URL(bucket.endpoint).port));
  const { accessKeyId, secretAccessKey, ...place } = bucket;
  const s3 = { ...place, pathStyle: true, credentials: { accessKeyId, secretAccessKey } };
  const desks: Desk[] = [];
  const announcer = async (name: string, publicEndpoint: string): Promise<Lab['announce']> => {
    const limits = { tickets: 10_000, uploads: 10_000 };
    const options = { viewerDir: join(dir, 'none'), port: 0, rateLimits: limits };
    const desk = await startDesk({
      ...options,
      dataDir: join(dir, name),
      s3: { ...s3, prefix: `${name}/`, publicEndpoint },
    });
    desks.push(desk);
    const client = new DeskClient({ url: desk.url }, globalThis.fetch);
    // The hash is no part of the way: both sides leave it out of their time.
    const hash = sha256(randomBytes(16));
    return async () => {
      const signal = new AbortController().signal;
      const part = { number: 0, bytes, sha256: hash };
      const head = makeHead();
      const options: UploadOptions = {
        client,
        head,
        toSend: { part, read: (offset, length) => readFileRange(nodeFileSystem, path, offset, length) },
        signal,
        monoMs: () => performance.now(),
        onProgress: () => undefined,
      };
      await client.ticket({ report: head, part }, signal);
      return async () => {
        await uploadToStore(options, await client.ticket({ report: head, part }, signal));
      };
    };
  };
  return {
    path,
    bytes,
    bucket,
    proxy,
    announce: await announcer('cut', proxy.url),
    direct: await announcer('direct', bucket.endpoint),
    async close() {
      for (const desk of desks) await desk.close();
      await proxy.close();
    },
  };
}

async function throughput(
  lab: Lab & { direct: Lab['announce'] },
  rounds: number,
  log: (text: string) => void,
): Promise<Figure> {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = lab.bucket;
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const place = { endpoint, region, bucket, prefix: 'direct/', pathStyle: true };
  const store = new S3Direct(connectBucket({ ...place, credentials: { accessKeyId, secretAccessKey } }));
  const ours: number[] = [];
  const peers: number[] = [];
  // In turns, so that what else the machine does falls on both; the first round warms both up.
  for (let round_ = 0; round_ <= rounds; round_ += 1) {
    const peer = new Upload({
      client,
      params: { Bucket: bucket, Key: `peer-${round_}`, Body: createReadStream(lab.path) },
    });
    const peerMs = await timed(() => peer.done());
    const send = await lab.direct();
    const ourMs = await timed(async () => {
      await send();
      // What the desk does when a part is complete, before it reads it.
      for await (const { key, upload: name } of store.unfinished('uploads/')) {
        await store.finish(key, name, (await store.chunks(key, name)) ?? []);
      }
    });
    if (round_ === 0) continue;
    peers.push(perSecond(lab.bytes, peerMs));
    ours.push(perSecond(lab.bytes, ourMs));
    log(`${round(ours.at(-1) ?? 0, 0)} MB/s, lib-storage ${round(peers.at(-1) ?? 0, 0)} MB/s`);
  }
  client.destroy();
  const value = median(ours) / median(peers);
  return {
    key: 'upload.throughputRatio',
    value: round(value),
    atLeast: 0.9,
    unit: '',
    ours: `${round(median(ours), 0)} MB/s, one chunk of 8 MiB at a time`,
    peer: `@aws-sdk/lib-storage ${round(median(peers), 0)} MB/s, four of 5 MiB at a time`,
  };
}

/** What is sent twice when the connection is cut: the worst of several moments, in chunks. Headers are left out. */
async function resend(lab: Lab, rounds: number, log: (text: string) => void): Promise<Figure> {
  const sentBefore = lab.proxy.sentBytes;
  await (
    await lab.announce()
  )();
  const chunks = Math.ceil(lab.bytes / UPLOAD_CHUNK_BYTES);
  const headerBytes = (lab.proxy.sentBytes - sentBefore - lab.bytes) / chunks;
  let worst = 0;
  for (let round_ = 0; round_ < rounds; round_ += 1) {
    const send = await lab.announce();
    const before = lab.proxy.sentBytes;
    const cutAt = before + lab.bytes * (0.1 + (0.8 * (round_ + 0.5)) / rounds);
    lab.proxy.onSent((sentBytes) => {
      if (sentBytes < cutAt) return;
      lab.proxy.onSent(undefined);
      lab.proxy.cut();
    });
    await send().catch(() => undefined); // The cut.
    await send();
    const twice = lab.proxy.sentBytes - before - lab.bytes - headerBytes * (chunks + 1);
    log(`cut after ${round((cutAt - before) / MB, 1)} MB: ${round(twice / MB, 2)} MB sent again`);
    worst = Math.max(worst, twice / UPLOAD_CHUNK_BYTES);
  }
  return {
    key: 'upload.resendBytesRatio',
    value: round(worst),
    atMost: 1,
    unit: '',
    ours: `${round((worst * UPLOAD_CHUNK_BYTES) / MB, 2)} MB sent again after a cut, at worst of ${rounds}`,
    peer: 'one chunk of 8 MiB',
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

function perSecond(bytes: number, ms: number): number {
  return bytes / MB / (ms / 1000);
}
