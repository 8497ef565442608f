import type { Assembled } from './draft.js';
import type { Choice } from './draft-selection.js';
import type { Drafts } from './drafts.js';
import type { Stretch } from './recorded-stretches.js';

export interface GatherOptions {
  readonly drafts: Drafts;
  readonly stretch: Omit<Choice, 'within'>;
  /** Asked when all is gathered: what may leave may have ended meanwhile. */
  readonly within?: () => Stretch;
  /** For whoever opens it, in the customer's name. */
  readonly description: string;
  readonly signal: AbortSignal;
}

const LOOK_MS = 200;

/**
 * Gathers what all windows and the host recorded in a stretch, by the same way as a report, and gives the bundle to `take`, which
 * moves its file away. Rejects with what a draft refuses (`draft-empty`: nothing was recorded) or `take` rejects with.
 */
export async function gatherStretch<T>(options: GatherOptions, take: (bundle: Assembled) => Promise<T>): Promise<T> {
  const { drafts, stretch, within, description, signal } = options;
  signal.throwIfAborted();
  const { id } = await drafts.create({ sinceMs: stretch.startMs, isHeld: true });
  try {
    for (;;) {
      const { status } = await drafts.view(id);
      if (status !== 'collecting') break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      signal.throwIfAborted();
    }
    await drafts.select(id, within === undefined ? stretch : { ...stretch, within: within() });
    signal.throwIfAborted();
    return await drafts.send(id, description, take);
  } finally {
    await drafts.discard(id);
  }
}
