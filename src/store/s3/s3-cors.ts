import { GetBucketCorsCommand, PutBucketCorsCommand, type CORSRule } from '@aws-sdk/client-s3';
import type { S3Bucket } from './s3-client.js';
import { s3Code, s3Status, toS3Error } from './s3-errors.js';

const RULE = 'fluxrec-desk';
const ANSWER_AGE_SECONDS = 3600;

/** Lets pages of these origins, and no others by this rule, read objects by range. Rules that others made stay. */
export async function configureCors({ client, bucket }: S3Bucket, origins: readonly string[]): Promise<void> {
  try {
    const others = (await rulesOf(client, bucket)).filter(({ ID }) => ID !== RULE);
    const ours: CORSRule = {
      ID: RULE,
      AllowedOrigins: [...origins],
      AllowedMethods: ['GET', 'HEAD'],
      AllowedHeaders: ['range'],
      ExposeHeaders: ['ETag', 'Content-Range', 'Content-Length', 'Accept-Ranges'],
      MaxAgeSeconds: ANSWER_AGE_SECONDS,
    };
    const rules = { CORSRules: [...others, ours] };
    await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: rules }));
  } catch (error) {
    throw toS3Error(error);
  }
}

async function rulesOf(client: S3Bucket['client'], bucket: string): Promise<CORSRule[]> {
  try {
    return (await client.send(new GetBucketCorsCommand({ Bucket: bucket }))).CORSRules ?? [];
  } catch (error) {
    // A bucket without any: 404 with a name of its own (a bucket that is not there has another one).
    if (s3Status(error) === 404 && s3Code(error) !== 'NoSuchBucket') return [];
    throw error;
  }
}
