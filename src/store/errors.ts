import { FluxionError } from '../shared/errors.js';

export type StoreErrorCode =
  | 'bad-key'
  | 'object-too-large'
  | 'object-missing'
  | 'disk-full'
  | 'store-unreachable'
  | 'store-refused'
  | 'store-failed';

const SENTENCES: Readonly<Record<StoreErrorCode, string>> = {
  'bad-key': 'The name of a stored object is not one that the store allows.',
  'object-too-large': 'A stored object is larger than it may be and was not read.',
  'object-missing': 'A stored object is not there any more.',
  'disk-full': 'The disk of the desk is full, or its store may not grow any more. Make room there, then try again.',
  'store-unreachable':
    'The object store of the desk does not answer. Check its address and the network, then try again.',
  'store-refused':
    'The object store refuses the desk. Check the name of the bucket, its region, and what the credentials of the desk may do.',
  'store-failed': 'The store of the desk could not be read or written. Check it and what the desk may do there.',
};

/** What goes wrong with stored objects. The cause keeps the operating system's own words, which may name paths. */
export class StoreError extends FluxionError {
  declare readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, options?: ErrorOptions) {
    super(code, SENTENCES[code], options);
  }
}

/** The operating system's code of an error (`ENOENT`), where it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** No space, or no quota left: a person can heal it, so it has a sentence of its own. */
export function isDiskFull(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** An error of the file system as the store's own. */
export function toStoreError(error: unknown): FluxionError {
  if (error instanceof FluxionError) return error;
  if (systemCode(error) === 'ENOENT') return new StoreError('object-missing', { cause: error });
  return new StoreError(isDiskFull(error) ? 'disk-full' : 'store-failed', { cause: error });
}
