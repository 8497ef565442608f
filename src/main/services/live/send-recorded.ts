import { FluxionError } from '../../../shared/errors.js';
import type { ReportHead } from '../../../shared/report/report.js';
import { LANES } from '../../../shared/session/lane.js';
import type { Assembled } from '../draft.js';
import type { Drafts } from '../drafts.js';
import { gatherStretch } from '../gather-stretch.js';
import type { Outbox } from '../outbox.js';
import type { Stretch } from '../recorded-stretches.js';
import { LiveServiceError } from './live-service-error.js';
import type { SentPart } from './recording.js';

export interface SendRecordedOptions {
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  /** Of a report that it makes. */
  readonly words: Omit<ReportHead, 'id' | 'receiptCode' | 'createdMs' | 'description'>;
}

const DESCRIPTION = 'Recorded in a live session, which the customer had allowed.';

/** Makes parts of reports out of stretches of a live session: see RecordingsOptions. */
export function sendRecorded({ drafts, outbox, words }: SendRecordedOptions) {
  async function put(bundle: Assembled, report: string | undefined): Promise<SentPart> {
    if (report !== undefined && outbox.sentHead(report) !== undefined) {
      return { report, ...(await outbox.addPart(report, bundle)) };
    }
    // The customer has taken the report off the list. Without a desk there is none that takes parts: each is a file to save.
    if (report !== undefined && outbox.destination !== undefined) throw new LiveServiceError('live-report-gone');
    const made = await outbox.put(bundle, { ...words, description: DESCRIPTION });
    return { report: made.report, number: 0, bytes: bundle.bytes };
  }

  return async (
    stretch: Stretch,
    within: () => Stretch,
    report: string | undefined,
    signal: AbortSignal,
  ): Promise<SentPart | undefined> => {
    try {
      return await gatherStretch(
        { drafts, stretch: { ...stretch, lanes: LANES }, within, description: DESCRIPTION, signal },
        (bundle) => put(bundle, report),
      );
    } catch (error) {
      if (error instanceof FluxionError && error.code === 'draft-empty') return undefined;
      throw error;
    }
  };
}
