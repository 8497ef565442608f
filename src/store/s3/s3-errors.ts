import { S3ServiceException } from '@aws-sdk/client-s3';
import { FluxionError } from '../../shared/errors.js';
import { StoreError, type StoreErrorCode } from '../errors.js';

/** The store's own name of an error (`NoSuchKey`), where it gave an answer. */
export function s3Code(error: unknown): string | undefined {
  return error instanceof S3ServiceException ? error.name : undefined;
}

export function s3Status(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** Names that mean that there is no room, as AWS's, Ceph's and MinIO's servers give them. */
const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded', 'InsufficientStorage']);

/** An error of the SDK as the store's own; what somebody aborted stays what it is. */
export function toS3Error(error: unknown, signal?: AbortSignal): Error {
  if (error instanceof FluxionError) return error;
  if (signal?.aborted === true && error instanceof Error) return error;
  return new StoreError(codeOf(error), { cause: error });
}

function codeOf(error: unknown): StoreErrorCode {
  const code = s3Code(error) ?? '';
  const status = s3Status(error);
  if (FULL.has(code) || status === 507) return 'disk-full';
  if (code === 'NoSuchBucket' || status === 401 || status === 403 || status === 301) return 'store-refused';
  if (status === 404) return 'object-missing';
  if (status === undefined)
    return error instanceof Error && error.name === 'CredentialsProviderError' ? 'store-refused' : 'store-unreachable';
  return status >= 500 || status === 429 || status === 408 ? 'store-unreachable' : 'store-failed';
}
