import { segmentEntries, type SegmentEntry } from '../../shared/bundle/segment-entries.js';
import { planBundle, type BundlePlan, type ManifestHead } from '../../shared/bundle/write.js';
import type { Source } from '../../shared/session/clock.js';
import type { DraftRow } from './draft-selection.js';
import type { InstallIdentity } from './identity.js';

/** The bundle of these rows, laid out and signed by this install: its sources are those of the rows, as they are known. */
export async function planDraft(
  chosen: readonly DraftRow[],
  sourceOf: (id: string) => Source | undefined,
  head: Omit<ManifestHead, 'sources' | 'install'>,
  { keys, signer }: Pick<InstallIdentity, 'keys' | 'signer'>,
): Promise<BundlePlan<SegmentEntry>> {
  const sources = [...new Set(chosen.map(({ source }) => source))].flatMap((id) => sourceOf(id) ?? []);
  const segments = chosen.map(({ segment }) => segment);
  return await planBundle({ ...head, install: keys, sources }, segmentEntries(segments, sources), signer);
}
