import type { Anchor } from '../../shared/session/clock.js';
import { CONSOLE_LANES } from '../../shared/protocol/live-console.js';
import type { Ring } from '../ring/ring.js';
import type { PastSegment } from './messages.js';

/** Session time of a monotonic time of this page; 0 where the clocks were never compared. */
export function sessionTime(anchor: Anchor | undefined, monoMs: number): number {
  return anchor === undefined ? 0 : anchor.sessionMs + monoMs - anchor.monoMs;
}

/** Sealed segments of the console's lanes that overlap a stretch of session time: this document's, and those before it. */
export async function readPast(
  ring: Ring | undefined,
  own: { readonly source: string; readonly anchor: Anchor | undefined },
  stretch: { readonly startMs: number; readonly endMs: number },
): Promise<PastSegment[]> {
  const { source: ownSource, anchor } = own;
  if (ring === undefined || anchor === undefined) return [];
  const startedWallMs = anchor.wallMs - anchor.sessionMs;
  const past: PastSegment[] = [];
  await ring.handOver({ handOver: crypto.randomUUID(), ...stretch }, (segments, stored) => {
    let at = 0;
    for (const { source, lane, storedBytes, bytes, startWallMs, startMonoMs } of segments) {
      const from = at;
      at += storedBytes;
      if (!(CONSOLE_LANES as readonly string[]).includes(lane)) continue;
      const offsetMs = source === ownSource ? sessionTime(anchor, 0) : startWallMs - startMonoMs - startedWallMs;
      past.push({ source, bytes, offsetMs, stored: stored.slice(from, at) });
    }
    return Promise.resolve();
  });
  return past;
}
