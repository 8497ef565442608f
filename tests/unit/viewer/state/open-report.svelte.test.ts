import { flushSync } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LaneEvent } from '../../../../src/shared/session/lane.js';
import type { OwnLane } from '../../../../src/shared/session/own-lane.js';
import { bytesSource } from '../../../../src/shared/bundle/byte-source.js';
import { ReportSource } from '../../../../src/viewer/sources/report-source.js';
import { LaneLines } from '../../../../src/viewer/state/lane-lines.svelte.js';
import { OpenReport, type OpenContents } from '../../../../src/viewer/state/open-report.svelte.js';
import { ReportPanels } from '../../../../src/viewer/state/report-panels.svelte.js';
import { Strip } from '../../../../src/viewer/state/strip.svelte.js';
import { FramesDouble, logLine, sourceOf } from './doubles.js';

const error = (t: number): LaneEvent => ({ type: 'error', t, kind: 'uncaught', name: 'TypeError', message: 'no' });
const action = (t: number): LaneEvent => ({ type: 'action', t, kind: 'click', text: 'clicked "Sync now"' });

const LOG = [
  logLine(1_000, 'begun'),
  logLine(2_000, 'sync begun'),
  logLine(2_000, 'sync failed', 'error'),
  logLine(60_000, 'sync over', 'warn'),
];

const frames = new FramesDouble();
let report: OpenReport;
const stops: (() => void)[] = [];

function newReport(ms?: number): OpenReport {
  const moment = ms === undefined ? undefined : { ms };
  return new OpenReport({ moment, now: frames.now, frames: frames.frames });
}

async function open(
  lanes: Parameters<typeof sourceOf>[0] = { log: LOG, error: [error(30_000)], action: [action(1_500)] },
  ms?: number,
): Promise<OpenContents> {
  report = newReport(ms);
  await report.open(await sourceOf(lanes));
  await report.loadLines();
  if (report.contents === undefined) throw new Error('the report did not open');
  return report.contents;
}

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  report.close();
});

describe('opening', () => {
  it('reads the lanes and stands where the link says', async () => {
    const { playback, index } = await open(undefined, 2_500);
    expect(report.phase).toBe('open');
    expect([index.startMs, index.endMs]).toEqual([1_000, 60_000]);
    expect(playback.ms).toBe(2_500);
    expect(report.items('log')).toHaveLength(4);
    expect(report.isLoaded).toBe(true);
    expect(report.sourceNames.get('w1')).toBe('Orders');
  });

  it('stands shortly before the first error without a link', async () => {
    expect((await open()).playback.ms).toBe(25_000);
  });

  it('says what is wrong with a file that is no bundle', async () => {
    report = newReport();
    const bytes = new TextEncoder().encode('not a bundle at all');
    await report.open(new ReportSource([{ number: 0, open: () => Promise.resolve(bytesSource(bytes)) }]));
    expect(report.phase).toBe('failed');
    expect(report.error?.code).toBe('not-a-zip');
    expect(report.error?.message).toMatch(/\.fluxrec/);
  });

  it('is silent when it is closed before it was open', async () => {
    report = newReport();
    const opening = report.open(await sourceOf({ log: LOG }));
    report.close();
    await opening;
    expect(report.phase).toBe('opening');
  });

  it('is seen by components line by line, though the arrays grow in place', async () => {
    report = newReport();
    const seen: number[] = [];
    stops.push(
      $effect.root(() => {
        $effect(() => {
          seen.push(report.items('log').length);
        });
      }),
    );
    flushSync();
    await report.open(await sourceOf({ log: LOG }));
    flushSync();
    await report.loadLines();
    flushSync();
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(4);
  });
});

describe('faults', () => {
  it('are errors and log lines of level error, and one jumps between them', async () => {
    const { playback } = await open(undefined, 1_000);
    expect(report.faults.map(({ ms }) => ms)).toEqual([2_000, 30_000]);
    expect(report.seekFault(1)?.ms).toBe(2_000);
    expect(report.seekFault(1)?.ms).toBe(30_000);
    expect(report.seekFault(1)).toBeUndefined();
    expect(playback.ms).toBe(30_000);
    expect(report.seekFault(-1)?.ms).toBe(2_000);
  });
});

describe('playing', () => {
  it('moves the playhead by real time, and skips where nobody did anything', async () => {
    const { playback } = await open(undefined, 1_000);
    playback.toggle();
    frames.pass(1_000);
    expect(playback.ms).toBeCloseTo(2_000, -1);
    expect(playback.isPlaying).toBe(true);
    playback.setSkipsInactive(true);
    frames.pass(200);
    // From 2 s to the error at 30 s nothing happens.
    expect(playback.ms).toBeGreaterThan(28_000);
    playback.pause();
    const stood = playback.ms;
    frames.pass(5_000);
    expect(playback.ms).toBe(stood);
  });

  it('ends at the end', async () => {
    const { playback } = await open(undefined, 59_800);
    playback.toggle();
    frames.pass(1_000);
    expect(playback.isAtEnd).toBe(true);
    expect(playback.isPlaying).toBe(false);
  });
});

describe('lines of a lane', () => {
  async function lines(): Promise<LaneLines<'log'>> {
    await open(undefined, 1_000);
    const log = new LaneLines(report, 'log');
    stops.push(log.watch());
    flushSync();
    return log;
  }
  const texts = (log: LaneLines<'log'>): string[] => log.items.map((item) => item.event.message);

  it('light up with the playhead', async () => {
    const log = await lines();
    const { playback } = report.contents ?? {};
    expect(log.currentIndex).toBe(0);
    playback?.seek(2_000);
    expect(log.currentIndex).toBe(2);
    playback?.seek(59_999);
    expect(log.currentIndex).toBe(2);
    playback?.seek(60_000);
    expect(log.currentIndex).toBe(3);
  });

  it('take the playhead along when one is picked, also of two at one moment', async () => {
    const log = await lines();
    log.pick(1);
    expect(log.picked?.event.message).toBe('sync begun');
    expect(log.pickedIndex).toBe(1);
    expect(report.contents?.playback.ms).toBe(2_000);
    log.pick(99);
    expect(log.pickedIndex).toBe(1);
    log.unpick();
    expect(log.pickedIndex).toBe(-1);
  });

  it('are filtered by words, level and source; the picked one keeps its details when it is filtered out', async () => {
    const log = await lines();
    log.pick(0);
    log.setText('sync');
    flushSync();
    await vi.waitFor(() => {
      expect(texts(log)).toEqual(['sync begun', 'sync failed', 'sync over']);
    });
    expect(log.picked?.event.message).toBe('begun');
    expect(log.pickedIndex).toBe(-1);
    log.setLevels(new Set(['error']));
    flushSync();
    await vi.waitFor(() => {
      expect(texts(log)).toEqual(['sync failed']);
    });
    expect(log.total).toBe(4);
    log.setSource('nobody');
    flushSync();
    await vi.waitFor(() => {
      expect(log.count).toBe(0);
    });
    log.clearFilters();
    flushSync();
    expect(log.count).toBe(4);
    expect(log.isFiltered).toBe(false);
  });

  it('find lines that are read only after the search began', async () => {
    report = newReport();
    await report.open(await sourceOf({ log: LOG }));
    const log = new LaneLines(report, 'log');
    stops.push(log.watch());
    log.setText('over');
    flushSync();
    await report.loadLines();
    await vi.waitFor(() => {
      expect(texts(log)).toEqual(['sync over']);
    });
  });
});

describe('the strip', () => {
  it('counts what happened where, by its view', async () => {
    const contents = await open();
    const strip = new Strip(report, contents);
    strip.resize(118);
    expect(strip.buckets).toBe(59);
    expect(strip.log.all.filter((share) => share > 0)).toHaveLength(3);
    expect(strip.log.all[1]).toBe(1);
    expect(strip.log.errors[1]).toBeGreaterThan(0);
    expect(strip.log.errors[0]).toBe(0);
    expect(strip.log.warnings.at(-1)).toBeGreaterThan(0);
    expect(strip.actions.filter((share) => share > 0)).toHaveLength(1);
  });

  it('zooms around a moment, within the report', async () => {
    const contents = await open();
    const strip = new Strip(report, contents);
    const share = strip.shareOf(2_000);
    strip.zoom(0.1, 2_000);
    expect(strip.shareOf(2_000)).toBeCloseTo(share);
    expect(strip.isZoomed).toBe(true);
    strip.zoom(1e-9, 2_000);
    expect(strip.view.endMs - strip.view.startMs).toBeCloseTo(1_000);
    strip.pan(-1_000);
    expect(strip.view.startMs).toBe(1_000);
    strip.zoom(1e9, 2_000);
    expect(strip.view).toEqual(strip.full);
    expect(strip.isZoomed).toBe(false);
  });

  it('takes a press beside a mark for the error, the nearer of two', async () => {
    const contents = await open();
    const strip = new Strip(report, contents);
    strip.resize(590);
    expect(strip.faultNear(29_600)).toBe(30_000);
    expect(strip.faultNear(29_000)).toBeUndefined();
    strip.resize(5);
    expect(strip.faultNear(15_000)).toBe(2_000);
    expect(strip.faultNear(17_000)).toBe(30_000);
  });

  it('turns a page when the playhead leaves it', async () => {
    const contents = await open();
    const strip = new Strip(report, contents);
    strip.zoom(0.1, 1_000);
    strip.follow(50_000);
    expect(strip.shareOf(50_000)).toBeGreaterThan(0);
    expect(strip.shareOf(50_000)).toBeLessThan(0.1);
    const { view } = strip;
    strip.follow(50_500);
    expect(strip.view).toBe(view);
  });

  it('has a width for a report of one moment', async () => {
    const contents = await open({ log: [logLine(5, 'alone')] });
    const strip = new Strip(report, contents);
    strip.resize(200);
    expect(strip.log.all[0]).toBe(1);
    expect(strip.msAt(0)).toBe(5);
  });
});

describe('lanes of the app’s own', () => {
  const own = (type: OwnLane, t: number, text: string, level?: 'error'): LaneEvent => ({
    type,
    t,
    text,
    ...(level === undefined ? {} : { level }),
  });
  const LANES = {
    log: LOG,
    'app-orders': [own('app-orders', 3_000, 'placed'), own('app-orders', 31_000, 'refused', 'error')],
    'app-print-queue': [own('app-print-queue', 4_000, 'out of paper')],
  };

  it('have a panel and a row on the strip, where there are any', async () => {
    const contents = await open(LANES);
    expect(report.ownLanes).toEqual(['app-orders', 'app-print-queue']);
    expect(new ReportPanels(report, false).names).toContain('own');
    const strip = new Strip(report, contents);
    strip.resize(118);
    expect(strip.own.all.filter((share) => share > 0)).toHaveLength(3);
    expect(strip.own.errors.filter((share) => share > 0)).toHaveLength(1);
    report.close();

    await open();
    expect(report.ownLanes).toEqual([]);
    expect(new ReportPanels(report, false).names).not.toContain('own');
  });

  it('are one list, or one of them alone until the filter is cleared', async () => {
    await open(LANES);
    const lines = new LaneLines(report, 'own');
    stops.push(lines.watch());
    flushSync();
    const texts = (): string[] => lines.items.map(({ event }) => event.text);
    expect(texts()).toEqual(['placed', 'out of paper', 'refused']);
    lines.setOwnLane('app-orders');
    flushSync();
    expect(lines.isFiltered).toBe(true);
    await vi.waitFor(() => {
      expect(texts()).toEqual(['placed', 'refused']);
    });
    lines.clearFilters();
    flushSync();
    expect(texts()).toHaveLength(3);
  });
});
