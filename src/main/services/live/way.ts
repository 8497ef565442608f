import type { LetterSender } from '../../../shared/protocol/letters.js';
import type { IceServer } from '../../../shared/protocol/live-ice.js';
import type { LiveWay } from '../../../shared/protocol/live-host.js';

export interface WayListener {
  /** The other side is there and hears what is sent from now on; again when it has come back. */
  joined(): void;
  /** One signal, JSON; unread. */
  signal(text: string): void;
  /** Nothing more comes. `code`: of a LiveError. */
  failed(code: string): void;
}

/** How signals reach the other side. The page makes and reads them; the host process carries them. */
export interface Way {
  readonly kind: LiveWay;
  readonly iceServers: IceServer[];
  /** Who the other side is, where that was proven before the session. */
  readonly from?: LetterSender;
  /** What the customer reads out. */
  readonly code?: { readonly text: string; readonly expiresMs: number };
  /** The page has a session: what came before goes to it first. Called again when the page was loaded again. */
  listen(listener: WayListener): void;
  send(signal: string): void;
  /** The connection was lost, and perhaps this way with it: `joined` follows when the other side is there. */
  again(): void;
  close(): void;
}

/** By two texts that people copy: nothing is carried here. */
export function textsWay(iceServers: IceServer[]): Way {
  return {
    kind: 'texts',
    iceServers,
    listen: () => undefined,
    send: () => undefined,
    again: () => undefined,
    close: () => undefined,
  };
}
