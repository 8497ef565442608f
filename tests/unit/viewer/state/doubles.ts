import type { ReportSummary } from '../../../../src/shared/report/report.js';
import type { LaneEvent } from '../../../../src/shared/session/lane.js';
import type { PollerOptions } from '../../../../src/viewer/state/poller.js';
import type { PlaybackOptions } from '../../../../src/viewer/state/playback.svelte.js';
import { ReportSource } from '../../../../src/viewer/sources/report-source.js';
import { bytesSource } from '../../../../src/shared/bundle/byte-source.js';
import { makeBundle, testSource, type TestSegment } from '../make-bundle.js';

/** A page that is looked at, or not. */
export class PageDouble extends EventTarget implements PollerOptions {
  hidden = false;
  readonly visibility = this as unknown as PollerOptions['visibility'];
  readonly network = this as unknown as PollerOptions['network'];
  run = (): Promise<void> => Promise.resolve();
  intervalMs = 0;
  maxIntervalMs = 0;

  hide(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

/** Real time that passes when a test says so, one animation frame at a time. */
export class FramesDouble {
  nowMs = 0;
  #next: FrameRequestCallback | undefined;
  readonly now = (): number => this.nowMs;
  readonly frames: PlaybackOptions['frames'] = {
    requestAnimationFrame: (callback) => {
      this.#next = callback;
      return 1;
    },
    cancelAnimationFrame: () => {
      this.#next = undefined;
    },
  };

  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      this.nowMs += Math.min(100, left);
      const callback = this.#next;
      callback?.(this.nowMs);
    }
  }
}

/** What a browser keeps of a page; full or forbidden when a test says so. */
export class StorageDouble implements Pick<Storage, 'getItem' | 'setItem'> {
  readonly #items = new Map<string, string>();
  isFull = false;

  full(): this {
    this.isFull = true;
    return this;
  }

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.isFull) throw new DOMException('full', 'QuotaExceededError');
    this.#items.set(key, value);
  }
}

let made = 0;

export function summary(more: Partial<ReportSummary> = {}): ReportSummary {
  made += 1;
  return {
    id: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    receiptCode: 'K7QF2-9DM4X-7',
    createdMs: 1_790_000_000_000 + made,
    session: 's1',
    app: { name: 'Fluxion', version: '4.2.0' },
    description: `Report ${made}`,
    status: 'new',
    parts: [{ number: 0, bytes: 1, sha256: '0'.repeat(64) }],
    quarantined: 0,
    bytes: 1,
    comments: 0,
    errors: 0,
    durationMs: 60_000,
    updatedMs: 0,
    ...more,
  };
}

export function logLine(t: number, message: string, level: 'info' | 'warn' | 'error' = 'info'): LaneEvent {
  return { type: 'log', t, level, logger: 'console', message };
}

/** A real bundle with these lanes of one window, opened by the product's own reader. */
export async function sourceOf(
  lanes: Partial<Record<TestSegment['lane'], TestSegment['events']>>,
  more: Partial<TestSegment> = {},
): Promise<ReportSource> {
  const segments = Object.entries(lanes).map(([lane, events = []]): TestSegment => ({
    lane: lane as TestSegment['lane'],
    source: 'w1',
    events,
    ...more,
  }));
  const bytes = await makeBundle({ sources: [testSource('w1', { title: 'Orders' })], segments });
  return new ReportSource([{ number: 0, open: () => Promise.resolve(bytesSource(bytes)) }]);
}
