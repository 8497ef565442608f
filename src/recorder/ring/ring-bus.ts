import * as v from 'valibot';
import { laneSchema } from '../../shared/session/lane.js';
import type { ChainKey } from './ring-store.js';

// What the workers of several windows tell each other. Any script of the origin can speak here too, so it is parsed.

const CHANNEL = 'fluxrec-ring';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const source = v.pipe(v.string(), v.maxLength(64));
const messageSchema = v.variant('kind', [
  v.object({
    kind: v.literal('dropped'),
    chains: v.pipe(v.array(v.object({ source, lane: laneSchema, chain: count })), v.maxLength(100_000)),
  }),
  v.object({ kind: v.literal('checkout-wanted'), source }),
]);
type BusMessage = v.InferOutput<typeof messageSchema>;

export interface RingBus {
  /** These chains are deleted. */
  dropped(chains: readonly ChainKey[]): void;
  /** This source's open chain should end. */
  checkoutWanted(source: string): void;
  close(): void;
}

export function openBus(listener: Pick<RingBus, 'dropped' | 'checkoutWanted'>): RingBus {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const parsed = v.safeParse(messageSchema, data);
    if (!parsed.success) return;
    if (parsed.output.kind === 'dropped') listener.dropped(parsed.output.chains);
    else listener.checkoutWanted(parsed.output.source);
  };
  const post = (message: BusMessage): void => {
    channel.postMessage(message);
  };
  return {
    dropped: (chains) => {
      if (chains.length > 0) post({ kind: 'dropped', chains: [...chains] });
    },
    checkoutWanted: (wanted) => {
      post({ kind: 'checkout-wanted', source: wanted });
    },
    close: () => {
      channel.close();
    },
  };
}
