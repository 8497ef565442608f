import type { S3Options } from '../store/s3/s3-client.js';
import { DeskError } from './errors.js';
import { isLoopback } from './options.js';

/** How a person names a store: flags, or the environment of a container. */
export interface NamedStore {
  /** `s3://BUCKET` or `s3://BUCKET/PREFIX`. */
  readonly store: string;
  readonly endpoint?: string | undefined;
  readonly publicEndpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly pathStyle?: boolean | undefined;
}

const DEFAULT_REGION = 'us-east-1';
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; others are no stricter. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^(?:[\w!'()*.-]{1,64}\/){0,8}$/;

/** Throws `store-invalid` unless this names a bucket, and addresses that are reached by TLS or on this machine. */
export function s3Options(named: NamedStore): S3Options {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(named.store) ?? [];
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  const isNamed = BUCKET.test(bucket) && PREFIX.test(prefix) && !prefix.split('/').some((name) => /^\.+$/.test(name));
  const { endpoint, publicEndpoint, region = DEFAULT_REGION, pathStyle = false } = named;
  if (!isNamed || !/^[a-z0-9-]{1,64}$/.test(region)) throw new DeskError('store-invalid');
  return {
    bucket,
    prefix,
    region,
    pathStyle,
    ...(endpoint === undefined ? {} : { endpoint: origin(endpoint) }),
    ...(publicEndpoint === undefined ? {} : { publicEndpoint: origin(publicEndpoint) }),
  };
}

function origin(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isPlain = url?.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url === undefined || (url.protocol !== 'https:' && !isPlain) || url.href !== `${url.origin}/`) {
    throw new DeskError('store-invalid');
  }
  return url.origin;
}
