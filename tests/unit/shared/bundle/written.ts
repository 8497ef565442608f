import { segmentEntries, type SegmentEntry } from '../../../../src/shared/bundle/segment-entries.js';
import { planBundle, type BundlePlan } from '../../../../src/shared/bundle/write.js';
import type { AnyBundle } from './arbitraries.js';

export interface Written {
  readonly plan: BundlePlan<SegmentEntry>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The whole file, as the host would write it. */
export async function written({ head, sealed }: AnyBundle): Promise<Written> {
  const stored = new Map(sealed.map(({ segment, stored }) => [segment, stored]));
  const plan = await planBundle(head, segmentEntries([...stored.keys()], head.sources));
  const bytes = new Uint8Array(plan.size);
  let at = 0;
  for await (const part of plan.write(({ segment }) => stored.get(segment) ?? new Uint8Array(0))) {
    bytes.set(part, at);
    at += part.length;
  }
  if (at !== plan.size) throw new Error(`planned ${plan.size} bytes, wrote ${at}`);
  return { plan, bytes };
}
