import { parseSignal } from '../../shared/protocol/live.js';
import { isLiveErrorCode, LiveError } from '../../shared/protocol/live-errors.js';
import type { LiveHostNews, LivePageNews, LiveWay } from '../../shared/protocol/live-host.js';
import type { publish } from '../../live/publisher/publish.js';

type Signaling = Parameters<typeof publish>[0]['signaling'];
type Listener = Parameters<Signaling['listen']>[0];

/** A letter takes a second where both are at their desks; a proxy that cuts what waits makes it half a minute. */
const LETTER_MS = 2 * 60_000;

/** Signals through the host process, which has the mailbox and the way to the desk: the page needs neither. */
export class HostSignaling implements Signaling {
  readonly isTrickling: boolean;
  readonly answerMs: number;
  readonly deliveryMs: number;
  readonly verifiedName: string | undefined;
  readonly #say: (news: LivePageNews) => void;
  #listener: Listener | undefined;
  /** The host told it before somebody listened. */
  #early: LiveHostNews[] = [];

  constructor(way: Exclude<LiveWay, 'texts'>, verifiedName: string | undefined, say: (news: LivePageNews) => void) {
    const isByLetters = way === 'letters';
    this.isTrickling = !isByLetters;
    this.answerMs = isByLetters ? LETTER_MS : 0;
    this.deliveryMs = isByLetters ? LETTER_MS : 0;
    this.verifiedName = verifiedName;
    this.#say = say;
  }

  listen(listener: Listener): void {
    this.#listener = listener;
    const early = this.#early.splice(0);
    // Not at once, as the caller is still being made.
    queueMicrotask(() => {
      for (const news of early) this.receive(news);
    });
  }

  send(signal: Parameters<Signaling['send']>[0]): void {
    this.#say({ kind: 'signal', signal: JSON.stringify(signal) });
  }

  again(): void {
    this.#say({ kind: 'again' });
  }

  close(): void {
    this.#listener = undefined;
  }

  receive(news: LiveHostNews): void {
    if (this.#listener === undefined) {
      this.#early.push(news);
      return;
    }
    if (news.kind === 'joined') this.#listener.joined();
    else if (news.kind === 'failed') {
      this.#listener.failed(new LiveError(isLiveErrorCode(news.code) ? news.code : 'live-desk-unreachable'));
    } else if (news.kind === 'signal') {
      const signal = parseSignal(news.signal);
      if (signal !== undefined) this.#listener.signal(signal);
    }
  }
}
