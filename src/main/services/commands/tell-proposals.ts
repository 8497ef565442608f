import type { PanelContract, RecorderContract } from '../../../shared/protocol/host.js';
import type { Audience } from '../audience.js';
import type { Proposals } from './proposals.js';

/** Output comes in many pieces: a person reads no faster than this. */
const TELL_INTERVAL_MS = 300;
/** A panel that is loaded anew, or loses its connection for a moment, is back by then: it was not closed. */
const CLOSED_AFTER_MS = 5000;

/**
 * Keeps panels and windows up to date; one that joins (again) gets what it may have missed. When the last panel is closed, what
 * the customer had before them is denied. Returns the function that stops.
 */
export function tellProposals(
  proposals: Proposals,
  panels: Audience<PanelContract>,
  windows: Audience<RecorderContract>,
  /** What else waits for the customer's word. */
  others: { readonly pending: () => number; readonly onChange: (listener: () => void) => void },
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let closing: NodeJS.Timeout | undefined;
  const pendingNow = (): number => proposals.pending + others.pending();
  let told = pendingNow();
  const tellWindows = (): void => {
    if (pendingNow() === told) return;
    told = pendingNow();
    windows.tellAll('proposals', { pending: told });
  };
  others.onChange(tellWindows);
  const stops = [
    windows.onJoin((window) => {
      windows.tell(window, 'proposals', { pending: pendingNow() });
    }),
    panels.onLeave(() => {
      clearTimeout(closing);
      if (panels.size > 0) return;
      closing = setTimeout(() => {
        // A full disk: what was not denied now expires.
        proposals.denyLookedAt().catch(() => undefined);
      }, CLOSED_AFTER_MS).unref();
    }),
    panels.onJoin((panel) => {
      clearTimeout(closing);
      panels.tell(panel, 'proposals', { proposals: proposals.list() });
    }),
    proposals.onChange(() => {
      tellWindows();
      timer ??= setTimeout(() => {
        timer = undefined;
        if (panels.size > 0) panels.tellAll('proposals', { proposals: proposals.list() });
      }, TELL_INTERVAL_MS).unref();
    }),
  ];
  return () => {
    clearTimeout(timer);
    clearTimeout(closing);
    for (const stop of stops) stop();
  };
}
