import { afterAll, beforeAll } from 'vitest';
import type { PlacesAnswer } from '../../../src/shared/protocol/desk.js';
import { connectBucket, type S3Options } from '../../../src/store/s3/s3-client.js';
import { S3Direct } from '../../../src/store/s3/s3-direct.js';
import { S3Store } from '../../../src/store/s3/s3-store.js';
import { provideCeph, startCeph, type Ceph } from '../../lab/ceph.js';
import type { DeskUnderTest } from './desk-in-folder.js';

// A bucket of a real Ceph gateway for desks, and what a customer's app does with it.

export const hasCeph = provideCeph();

/** A cluster for the tests of one file. */
export function cephOfFile(): () => Ceph {
  let ceph: Ceph | undefined;
  beforeAll(async () => {
    if (hasCeph) ceph = await startCeph();
  }, 120_000);
  afterAll(() => ceph?.stop());
  return () => {
    if (ceph === undefined) throw new Error('There is no Ceph here.');
    return ceph;
  };
}

export interface BucketUnderTest {
  readonly options: S3Options;
  readonly store: S3Store;
  readonly direct: S3Direct;
  keys(): Promise<string[]>;
}

export async function freshBucket(ceph: Ceph): Promise<BucketUnderTest> {
  const { accessKeyId, secretAccessKey, ...place } = await ceph.bucket();
  const options = { ...place, pathStyle: true, prefix: 'team/', credentials: { accessKeyId, secretAccessKey } };
  const bucket = connectBucket(options);
  const store = new S3Store(bucket);
  return {
    options,
    store,
    direct: new S3Direct(bucket),
    async keys() {
      const keys = [];
      for await (const key of store.keys('')) keys.push(key);
      return keys;
    },
  };
}

/** Asks where the chunks from `offset` on go. */
export async function places(desk: DeskUnderTest, ticket: string, offset: number): Promise<PlacesAnswer['places']> {
  const { status, body } = await desk.post<PlacesAnswer>(
    '/api/upload/places',
    { offset },
    { authorization: `Bearer ${ticket}` },
  );
  if (status !== 200) throw new Error(`places: ${status} ${JSON.stringify(body)}`);
  return body.places;
}

/** Puts a chunk where it goes; answers the store's status. */
export async function putChunk(url: string, bytes: Uint8Array): Promise<number> {
  const response = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
  await response.arrayBuffer();
  return response.status;
}

/** Sends what is missing of a part. */
export async function putRest(desk: DeskUnderTest, ticket: string, bytes: Uint8Array, from = 0): Promise<void> {
  for (let offset = from; offset < bytes.length;) {
    for (const place of await places(desk, ticket, offset)) {
      const status = await putChunk(place.url, bytes.subarray(place.offset, place.offset + place.bytes));
      if (status !== 200) throw new Error(`The store answered ${status}.`);
      offset = place.offset + place.bytes;
    }
  }
}
