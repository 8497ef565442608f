import { FluxionError, toErrorResult, type ErrorResult } from '../shared/errors.js';
import type { EventFlow } from './event-flow.js';
import type { HostLink } from './host-link.js';
import type { ScreenControl } from './lanes/screen/screen-control.js';
import type { Ring } from './ring/ring.js';

export interface RingOrdersDeps {
  readonly call: HostLink['call'];
  readonly ring: () => Ring | undefined;
  readonly flow: Pick<EventFlow, 'flush' | 'clear' | 'setClosed' | 'report'>;
  readonly screen: Pick<ScreenControl, 'cut' | 'reset'>;
  readonly isPaused: () => boolean;
  /** All lanes begin anew, with a snapshot. */
  readonly freshStart: () => void;
  readonly tellStatus: () => Promise<void>;
}

/** What the host process wants done with what was recorded. Nothing here rejects. */
export class RingOrders {
  readonly #deps: RingOrdersDeps;

  constructor(deps: RingOrdersDeps) {
    this.#deps = deps;
  }

  async handOver(request: {
    readonly handOver: string;
    readonly startMs: number;
    readonly endMs: number;
  }): Promise<void> {
    const { call, flow, ring: ringNow, screen } = this.#deps;
    const { handOver } = request;
    try {
      await screen.cut();
      flow.flush();
      const ring = ringNow();
      if (ring === undefined) throw new FluxionError('not-recording', 'This window has not begun to record.');
      const { dead } = await ring.handOver(request, async (segments, stored) => {
        await call('append', { handOver, segments }, stored);
      });
      await call('handedOver', { handOver, dead });
    } catch (error) {
      // The host waits for a word from every window; if it cannot be reached either, it stops waiting by itself.
      await call('handedOver', { handOver, dead: [], error: toErrorResult(error) }).catch(() => undefined);
    }
  }

  /** The snapshot first: it does not wait for the video. */
  async checkout(): Promise<void> {
    const { flow, freshStart, screen } = this.#deps;
    flow.flush();
    freshStart();
    await screen.cut().catch(() => undefined); // Its state says why.
  }

  async wipe(wipe: string): Promise<void> {
    const { call, flow, freshStart, isPaused, ring, screen, tellStatus } = this.#deps;
    let failure: ErrorResult | undefined;
    flow.setClosed(true);
    flow.clear();
    try {
      await ring()?.wipe();
    } catch (error) {
      failure = toErrorResult(error);
    }
    flow.clear();
    screen.reset();
    flow.setClosed(isPaused());
    flow.report('wiped', 'Everything recorded before was erased.');
    freshStart();
    const error = failure === undefined ? {} : { error: failure };
    await call('wiped', { wipe, ...error }).catch(() => undefined);
    await tellStatus();
  }
}
