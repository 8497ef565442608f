import type { PanelContract, RecorderContract } from '../../../shared/protocol/host.js';
import type { Audience } from '../audience.js';
import type { Proposals } from './proposals.js';

/** Output comes in many pieces: a person reads no faster than this. */
const TELL_INTERVAL_MS = 300;

/** Keeps panels and windows up to date; one that joins (again) gets what it may have missed. Returns the function that stops. */
export function tellProposals(
  proposals: Proposals,
  panels: Audience<PanelContract>,
  windows: Audience<RecorderContract>,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let told = proposals.pending;
  const stops = [
    windows.onJoin((window) => {
      windows.tell(window, 'proposals', { pending: proposals.pending });
    }),
    panels.onJoin((panel) => {
      panels.tell(panel, 'proposals', { proposals: proposals.list() });
    }),
    proposals.onChange(() => {
      if (proposals.pending !== told) {
        told = proposals.pending;
        windows.tellAll('proposals', { pending: told });
      }
      timer ??= setTimeout(() => {
        timer = undefined;
        if (panels.size > 0) panels.tellAll('proposals', { proposals: proposals.list() });
      }, TELL_INTERVAL_MS).unref();
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
