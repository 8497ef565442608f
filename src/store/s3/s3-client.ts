import { S3Client } from '@aws-sdk/client-s3';

export interface S3Options {
  /** Of a store that is not AWS: `https://s3.example.org`. */
  readonly endpoint?: string;
  /** The address of the store as customers and technicians reach it, where it is not the one that the desk uses. */
  readonly publicEndpoint?: string;
  readonly region: string;
  readonly bucket: string;
  /** What all keys begin with: empty, or names that each end in `/`. */
  readonly prefix?: string;
  /** `https://host/bucket` in place of `https://bucket.host`: Ceph, MinIO and most others without a wildcard name. */
  readonly pathStyle?: boolean;
  /** Default: the environment (`AWS_ACCESS_KEY_ID`, …), the shared configuration files, the machine's role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Where the objects are, and by whom they are asked for. */
export interface S3Bucket {
  readonly client: S3Client;
  /** Signs URLs for others. It never sends anything. */
  readonly publicClient: S3Client;
  readonly bucket: string;
  readonly prefix: string;
}

/** A store that accepts a connection and stays silent is as good as away. */
const CONNECT_MS = 5000;
const SILENCE_MS = 60_000;

export function connectBucket(options: S3Options): S3Bucket {
  const { endpoint, publicEndpoint = endpoint, bucket, prefix = '' } = options;
  const client = clientAt(options, endpoint);
  return {
    client,
    publicClient: publicEndpoint === endpoint ? client : clientAt(options, publicEndpoint),
    bucket,
    prefix,
  };
}

function clientAt(options: S3Options, endpoint: string | undefined): S3Client {
  const { region, pathStyle = false, credentials } = options;
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    // Otherwise bodies travel in AWS's own framing, which other stores refuse, or store as it is.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS, requestTimeout: SILENCE_MS },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
}
