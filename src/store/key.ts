import { StoreError } from './errors.js';

const MAX_KEY_LENGTH = 512;
/**
 * Keys are lower case and plain, so that they mean the same on a file system that ignores case, on one that does not, and
 * in S3. A name starts with a letter or digit: no `.`, no `..`, no hidden file, no option-like name.
 */
const NAME = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/** Whether this can be the key of an object, such as `reports/0c…/report.json`. */
export function isKey(key: string): boolean {
  return key.length <= MAX_KEY_LENGTH && key.split('/').every((name) => NAME.test(name));
}

/** Throws `bad-key` unless it can. */
export function checkKey(key: string): void {
  if (!isKey(key)) throw new StoreError('bad-key');
}

/** Throws `bad-key` unless this is a folder-like prefix: empty (everything), or plain names each followed by a `/`. */
export function checkPrefix(prefix: string): void {
  if (prefix === '') return;
  if (!prefix.endsWith('/')) throw new StoreError('bad-key');
  checkKey(prefix.slice(0, -1));
}
