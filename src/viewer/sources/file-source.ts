import { blobSource } from '../../shared/bundle/byte-source.js';
import { ReportSource } from './report-source.js';

/** Reports from files that a person dropped or chose: each file is a part, in the given order. No server is asked. */
export function fileSource(files: readonly Blob[]): ReportSource {
  return new ReportSource(files.map((file, number) => ({ number, open: () => Promise.resolve(blobSource(file)) })));
}
