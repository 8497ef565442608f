import { createHash } from 'node:crypto';
import type { Part, ReportHead } from '../../shared/report/report.js';
import type { DeskClient } from './desk-client.js';
import { ServiceError } from './service-errors.js';

/** A part that is to be sent, and how its bytes are read. */
export interface PartToSend {
  readonly part: Part;
  readonly read: (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;
}

export interface SentProgress {
  /** Bytes that are on their way or there. */
  readonly sentBytes: number;
  /** Bytes that need not be sent again, whatever happens now. */
  readonly keptBytes: number;
}

export interface UploadOptions {
  readonly client: DeskClient;
  readonly head: ReportHead;
  readonly toSend: PartToSend;
  readonly signal: AbortSignal;
  readonly monoMs: () => number;
  readonly onProgress: (progress: SentProgress) => void;
}

const CHECK_BYTES = 4 * 1024 * 1024;

/** At most `length` bytes, and at least one. Rejects with `bundle-lost` where the file is gone or shorter than it was. */
export async function readPart({ read }: PartToSend, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await read(offset, length);
    if (bytes.length > 0) return bytes;
  } catch (error) {
    throw new ServiceError('bundle-lost', { cause: error });
  }
  throw new ServiceError('bundle-lost');
}

/** Is the file still what was put into the outbox? */
export async function isSound(toSend: PartToSend): Promise<boolean> {
  const { bytes, sha256 } = toSend.part;
  const hash = createHash('sha256');
  for (let offset = 0; offset < bytes; offset += CHECK_BYTES) {
    hash.update(await readPart(toSend, offset, Math.min(CHECK_BYTES, bytes - offset)));
  }
  return hash.digest('hex') === sha256;
}
