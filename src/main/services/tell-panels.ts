import type { PanelContract } from '../../shared/protocol/host.js';
import type { Audience } from './audience.js';
import type { Drafts } from './drafts.js';
import type { Outbox } from './outbox.js';
import type { RecordingState } from './recording-state.js';

export interface TellPanelsOptions {
  readonly panels: Audience<PanelContract>;
  readonly recording: RecordingState;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
}

/** Many windows report every few seconds: a person reads no faster than this. */
const RECORDING_INTERVAL_MS = 500;

/** Keeps every open panel up to date. A panel that joins (again) gets what it may have missed. Returns the function that stops. */
export function tellPanels({ panels, recording, drafts, outbox }: TellPanelsOptions): () => void {
  let timer: NodeJS.Timeout | undefined;
  panels.onJoin((panel) => {
    panels.tell(panel, 'recording', recording.now());
    panels.tell(panel, 'deliveries', { deliveries: outbox.list() });
  });
  recording.onChange(() => {
    if (panels.size === 0) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      panels.tellAll('recording', recording.now());
    }, RECORDING_INTERVAL_MS).unref();
  });
  drafts.onChange((draft) => {
    panels.tellAll('draft', draft);
  });
  outbox.onChange(() => {
    panels.tellAll('deliveries', { deliveries: outbox.list() });
  });
  return () => {
    clearTimeout(timer);
  };
}
