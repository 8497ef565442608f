import * as v from 'valibot';
import { partSchema, reportHeadSchema } from '../../shared/report/report.js';
import { TICKETS_PER_UPLOAD } from '../limits.js';

const instant = v.pipe(v.number(), v.finite());

/** What the desk keeps beside the bytes of an unfinished upload, so that it goes on after a restart. */
export const uploadRecordSchema = v.object({
  report: reportHeadSchema,
  part: partSchema,
  /** SHA-256 (hex) of each valid ticket, newest last: who reads the disk cannot go on with somebody's upload. */
  tickets: v.pipe(
    v.array(v.object({ hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), expiresMs: instant })),
    v.maxLength(TICKETS_PER_UPLOAD),
  ),
  /** When a ticket was last asked for. */
  askedMs: instant,
  /** The store's name of the upload, where the bytes go straight to the store and the first chunk was asked for. */
  multipart: v.optional(v.pipe(v.string(), v.maxLength(1024))),
  /** How many times all bytes were there and were not the declared ones. */
  damaged: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type UploadRecord = v.InferOutput<typeof uploadRecordSchema>;

/** One upload per part: its files, its object and its place in memory are named by this. */
export function uploadName(report: string, part: number): string {
  return `${report}-${part}`;
}
