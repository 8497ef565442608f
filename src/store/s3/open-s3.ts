import { connectBucket, type S3Options } from './s3-client.js';
import { configureCors } from './s3-cors.js';
import { S3Direct } from './s3-direct.js';
import { S3Store } from './s3-store.js';

export interface OpenS3 {
  readonly store: S3Store;
  readonly direct: S3Direct;
}

/** Connects to a bucket. Rejects with `store-refused` or `store-unreachable` where it cannot be used. */
export async function openS3(options: S3Options): Promise<OpenS3> {
  const bucket = connectBucket(options);
  const store = new S3Store(bucket);
  try {
    await store.check();
  } catch (error) {
    store.close();
    throw error;
  }
  return { store, direct: new S3Direct(bucket) };
}

/** Lets pages of these origins read from the bucket. Rejects with a StoreError. */
export async function allowOrigins(options: S3Options, origins: readonly string[]): Promise<void> {
  const bucket = connectBucket(options);
  try {
    await configureCors(bucket, origins);
  } finally {
    bucket.client.destroy();
    bucket.publicClient.destroy();
  }
}
