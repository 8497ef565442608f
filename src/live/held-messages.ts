import { LiveError } from '../shared/protocol/live-errors.js';
import type { ChannelData } from './channel.js';

/** What may come by other channels between our confirmation and the other side's. */
const MAX_HELD_BYTES = 512 * 1024;

/** What came too early to be handed on, since channels overtake each other; bounded. */
export class HeldMessages<Channel> {
  readonly #held: { readonly channel: Channel; readonly data: ChannelData }[] = [];
  #bytes = 0;

  /** Throws `live-too-early` where it is more than an honest side has sent by then. */
  hold(channel: Channel, data: ChannelData): void {
    this.#bytes += data.length;
    if (this.#bytes > MAX_HELD_BYTES) throw new LiveError('live-too-early');
    this.#held.push({ channel, data });
  }

  /** In the order in which they came; each is handed on once. */
  release(hand: (channel: Channel, data: ChannelData) => void): void {
    for (const { channel, data } of this.#held.splice(0)) hand(channel, data);
  }
}
