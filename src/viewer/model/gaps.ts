import type { Stretch } from './activity.js';
import type { RecorderItem } from './items.js';

/** A stretch in which a source recorded nothing although it lived, and why. */
export interface RecordingGap extends Stretch {
  readonly source: string;
  readonly reason: 'paused' | 'stepped-down' | 'failed';
}

const ENDS: ReadonlySet<string> = new Set(['resumed', 'started']);

function isReason(kind: string): kind is RecordingGap['reason'] {
  return kind === 'paused' || kind === 'stepped-down' || kind === 'failed';
}

/** From what the recorder said of itself. A gap that nothing ends reaches to `endMs`. */
export function recordingGaps(items: readonly RecorderItem[], endMs: number): RecordingGap[] {
  const open = new Map<string, { startMs: number; reason: RecordingGap['reason'] }>();
  const gaps: RecordingGap[] = [];
  const close = (source: string, ms: number): void => {
    const begun = open.get(source);
    if (begun === undefined) return;
    open.delete(source);
    if (ms > begun.startMs) gaps.push({ ...begun, source, endMs: ms });
  };
  for (const { source, ms, event } of items) {
    if (ENDS.has(event.kind)) close(source, ms);
    else if (isReason(event.kind) && !open.has(source)) open.set(source, { startMs: ms, reason: event.kind });
  }
  for (const source of [...open.keys()]) close(source, endMs);
  return gaps.sort((a, b) => a.startMs - b.startMs);
}
