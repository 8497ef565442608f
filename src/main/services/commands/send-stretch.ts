import { FluxionError } from '../../../shared/errors.js';
import type { Choice } from '../draft-selection.js';
import type { Drafts } from '../drafts.js';
import { gatherStretch } from '../gather-stretch.js';
import type { Outbox } from '../outbox.js';
import { CommandError } from './command-errors.js';

export interface SendStretchOptions {
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  /** A report that was sent before. */
  readonly report: string;
  readonly stretch: Omit<Choice, 'within'>;
  readonly signal: AbortSignal;
}

const DESCRIPTION = 'Recorded again, after support had asked for it and the customer had agreed.';

/**
 * Gathers what all windows and the host recorded in this stretch and adds it to the report as its next part, by the same way
 * as a report: draft, bundle, outbox. Rejects with a CommandError, or with what a draft or the outbox refuses.
 */
export async function sendStretch(options: SendStretchOptions): Promise<{ number: number; bytes: number }> {
  const { drafts, outbox, report, stretch, signal } = options;
  try {
    return await gatherStretch({ drafts, stretch, description: DESCRIPTION, signal }, async (bundle) => {
      if (outbox.sentHead(report) === undefined) throw new CommandError('report-gone');
      return await outbox.addPart(report, bundle);
    });
  } catch (error) {
    const isEmpty = error instanceof FluxionError && error.code === 'draft-empty';
    throw isEmpty ? new CommandError('nothing-recorded', { cause: error }) : error;
  }
}
