import type { Moment } from '../model/moment.js';
import { fileSource } from '../sources/file-source.js';
import { OpenReport } from './open-report.svelte.js';
import { ReportPage, type ReportPageOptions } from './report-page.svelte.js';

/** Opens a file of this machine. No server is asked for anything. */
export function openFileReport(
  file: Blob,
  moment: Moment | undefined,
  { router, replayUrl }: Pick<ReportPageOptions, 'router' | 'replayUrl'>,
): ReportPage {
  const report = new OpenReport({ moment, now: () => performance.now(), frames: window });
  void report.open(fileSource([file]));
  return new ReportPage({ report, desk: undefined, router, replayUrl });
}
