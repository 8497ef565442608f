import { LiveError } from '../../../shared/protocol/live-errors.js';
import type { IceServer } from '../../../shared/protocol/live-ice.js';
import { showPairingCode } from '../../../shared/protocol/pairing-code.js';
import { DeskClient, type DeskAddress, type Fetch } from '../desk-client.js';
import { RelayWay } from './relay-way.js';
import type { Way } from './way.js';

/** What the desk lends to live sessions: rooms, and servers that help to find a way. */
export class DeskRooms {
  readonly #client: DeskClient;
  readonly #socketUrl: string;
  readonly #wallMs: () => number;

  constructor(desk: DeskAddress, fetch: Fetch, wallMs: () => number) {
    this.#client = new DeskClient(desk, fetch);
    this.#socketUrl = `${new URL(desk.url).origin.replace(/^http/, 'ws')}/api/live/socket`;
    this.#wallMs = wallMs;
  }

  /** Rejects with `live-desk-unreachable`. */
  async open(signal: AbortSignal): Promise<Way> {
    try {
      const { code, ticket, lifeMs, iceServers } = await this.#client.room(signal);
      const shown = { text: showPairingCode(code), expiresMs: this.#wallMs() + lifeMs };
      return new RelayWay({ socketUrl: this.#socketUrl, ticket, code: shown, iceServers, lifeMs });
    } catch (cause) {
      throw new LiveError('live-desk-unreachable', { cause });
    }
  }

  /** Without the desk's word there are none, and the session may still find a way within its own network. */
  async iceServers(signal: AbortSignal): Promise<IceServer[]> {
    return await this.#client.iceServers(signal).catch(() => []);
  }
}
