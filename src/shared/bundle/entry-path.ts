import type { Segment } from '../session/segment.js';
import { KEYS_PATH, MANIFEST_PATH, SIGNATURE_PATH } from './manifest.js';

/** Entries that the manifest does not list. */
export const RESERVED_PATHS: ReadonlySet<string> = new Set([MANIFEST_PATH, SIGNATURE_PATH, KEYS_PATH]);

/** Where a segment lies in a bundle: `dom/w1-2/00003-0007.ndjson`, by lane, source, chain and place in the chain; a screen segment is a video file. */
export function entryPath(segment: Pick<Segment, 'lane' | 'source' | 'chain' | 'sequence'>): string {
  const chain = String(segment.chain).padStart(5, '0');
  const sequence = String(segment.sequence).padStart(4, '0');
  return `${segment.lane}/${segment.source}/${chain}-${sequence}.${segment.lane === 'screen' ? 'webm' : 'ndjson'}`;
}

/**
 * Whether a name is a path inside a bundle, on every system that could unpack it: relative, `/` between its segments, none
 * of them empty, `.` or `..`; no backslash, no colon (drives, streams), no control characters.
 */
export function isInsidePath(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u001f\u007f-\u009f\\:]/u.test(path)) return false;
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

/** Names that would be one file on a system that ignores case or composes letters: the form in which they are compared. */
export function foldPath(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
