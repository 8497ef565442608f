import { FluxionError } from '../errors.js';
import { domEventMonoMs, type Source } from '../session/clock.js';
import type { DomEvent, LaneEvent, LineLane } from '../session/lane.js';
import type { SealedSegment } from '../session/segment.js';
import { parseDomLines, parseLaneLines } from './parse-lines.js';
import { seal } from './seal.js';
import { segmentEntries } from './segment-entries.js';
import { planBundle, type BundlePlan, type ManifestHead } from './write.js';

/** An event that no reader would take. */
export class SealError extends FluxionError {
  declare readonly code: 'event-invalid';

  constructor() {
    super('event-invalid', 'An event is not what an event of its lane must be. Compare it with docs/bundle-format.md.');
  }
}

/** A stretch of one lane: at least one event, in their order. For dom, chain and sequence tell what is built upon what. */
export type Stretch = { readonly chain?: number; readonly sequence?: number } & (
  | { readonly lane: 'dom'; readonly events: readonly DomEvent[] }
  | { readonly lane: LineLane; readonly events: readonly LaneEvent[] }
);

/** Events to a sealed segment, for tools that make bundles. Rejects with SealError (`event-invalid`). */
export async function sealEvents(session: string, source: Source, stretch: Stretch): Promise<SealedSegment> {
  const { lane, events, chain = 0, sequence = 0 } = stretch;
  const plain = new TextEncoder().encode(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const read = lane === 'dom' ? parseDomLines(plain) : parseLaneLines(plain, lane);
  if (events.length === 0 || read.events.length !== events.length) throw new SealError();
  const times =
    stretch.lane === 'dom'
      ? stretch.events.map((event) => domEventMonoMs(source, event))
      : stretch.events.map(({ t }) => t);
  const startMonoMs = times.reduce((least, ms) => Math.min(least, ms), Infinity);
  const endMonoMs = times.reduce((most, ms) => Math.max(most, ms), -Infinity);
  return await seal(
    {
      session,
      source: source.id,
      lane,
      chain,
      sequence,
      startMonoMs,
      endMonoMs,
      startWallMs: source.originMs + startMonoMs,
      endWallMs: source.originMs + endMonoMs,
      events: events.length,
      ...(lane === 'dom' && sequence === 0 ? { checkout: true as const } : {}),
    },
    plain,
  );
}

/** Lays out a bundle of sealed segments; `write()` of what it answers gives the file piece by piece. Rejects with a BundleError. */
export async function bundleOf(
  head: ManifestHead,
  segments: readonly SealedSegment[],
): Promise<Pick<BundlePlan, 'manifest' | 'size'> & { write(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> }> {
  const stored = new Map(segments.map((one) => [one.segment, one.stored]));
  const entries = segmentEntries([...stored.keys()], head.sources);
  const plan = await planBundle(head, entries);
  return {
    manifest: plan.manifest,
    size: plan.size,
    write: () => plan.write(({ segment }) => stored.get(segment) ?? new Uint8Array(0)),
  };
}
