import { expect, it, onTestFinished } from 'vitest';
import type { AreaReport } from '../../../src/recorder/lanes/screen/area-report.js';
import { AreaReporter } from '../../../src/recorder/lanes/screen/area-reporter.js';
import type { MaskedAreas } from '../../../src/recorder/masking/masked-areas.js';
import { makeGuard } from '../../../src/recorder/page.js';

const QUIET_INTERVAL_MS = 50;

/** Of a page in which nothing is masked, and so nothing moves. */
function openReporter(): { readonly reporter: AreaReporter; readonly reports: AreaReport[] } {
  const still = new Float64Array(0);
  const areas: Pick<MaskedAreas, 'measure' | 'stop'> = { measure: () => still, stop: () => undefined };
  const reports: AreaReport[] = [];
  const guard = makeGuard((error) => {
    throw error;
  });
  const reporter = new AreaReporter(areas as MaskedAreas, guard, (report) => reports.push(report));
  onTestFinished(() => {
    reporter.stop();
  });
  return { reporter, reports };
}

it('reports at once to who waits for it, although the page rests', async () => {
  const { reporter, reports } = openReporter();
  await expect
    .poll(() => (reports.at(-1)?.t ?? 0) - (reports.at(-2)?.t ?? 0), { interval: 5, timeout: 5000 })
    .toBeGreaterThan(QUIET_INTERVAL_MS - 5);
  const isAnsweredAtOnce = (): boolean => {
    const before = reports.length;
    reporter.reportSoon();
    return reports.length === before + 1;
  };
  // Not where the last report is only a moment old.
  await expect.poll(isAnsweredAtOnce, { interval: 20 }).toBe(true);
  const before = reports.length;
  reporter.reportSoon();
  expect(reports.length).toBe(before);
  await expect.poll(() => reports.length).toBeGreaterThan(before);
});
