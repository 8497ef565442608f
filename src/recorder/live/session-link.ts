import type { CommandDescription } from '../../shared/commands/command.js';
import {
  decodeBulk,
  encodeBulk,
  MAX_BULK_TO_PUBLISHER_BYTES,
  type ScreenshotHead,
} from '../../shared/protocol/live-bulk.js';
import { LiveError } from '../../shared/protocol/live-errors.js';
import { FrameAssembler } from '../../shared/protocol/live-frames.js';
import type { GrantKind } from '../../shared/protocol/live-grants.js';
import type { LiveOrders, LivePageNews } from '../../shared/protocol/live-host.js';
import {
  isSubscriberMessage,
  type PublisherMessage,
  type SessionMessage,
} from '../../shared/protocol/live-messages.js';
import type { PastHead } from '../../shared/protocol/live-past.js';
import { parseInput, type InputMessage } from '../../shared/protocol/live-streams.js';
import type { LiveEvents, LiveSession } from '../../live/publisher/publish.js';
import { now } from '../page.js';
import { FramedSender } from '../../live/publisher/framed-sender.js';

type DataChannel = Parameters<LiveEvents['message']>[0];
type Data = Parameters<LiveEvents['message']>[1];

export interface SessionLinkEvents {
  /** For the host process. */
  tell(news: LivePageNews, bytes?: Uint8Array<ArrayBuffer>): void;
  point(message: InputMessage): void;
  checkoutAsked(): void;
  screenshotAsked(request: string): void;
  pastAsked(request: string, atMs: number): void;
  videoWanted(limits: { readonly maxHeight: number; readonly maxFrameRate: number }): void;
  /** The other side did what was never granted, or said what it may not. */
  refuse(error: LiveError): void;
}

/** A pointer that moves more often than a screen is drawn. */
const MAX_INPUTS_PER_SECOND = 60;
/** What the technician does is told to the host process at most so often: it keeps grants alive. */
const DOING_MS = 30_000;

/** One open connection: what is said on it, both ways, and nothing that was not granted. */
export class SessionLink {
  readonly #session: LiveSession;
  readonly #events: SessionLinkEvents;
  readonly #bulk: FramedSender;
  readonly #assembler = new FrameAssembler(MAX_BULK_TO_PUBLISHER_BYTES);
  /** What was ever granted in this session: what crosses a withdrawal is no offence. */
  readonly #ever = new Set<GrantKind>();
  readonly #told = new Set<string>();
  /** What is under way by a grant goes no further when that ends. */
  readonly #under = new Map<GrantKind, AbortController>();
  #grants: LiveOrders['grants'] = [];
  #report: string | undefined;
  #inputs = { sinceMs: -Infinity, count: 0 };
  #doing = '';
  #toldDoingMs = -Infinity;
  #letters: Promise<void> = Promise.resolve();

  constructor(session: LiveSession, orders: LiveOrders, events: SessionLinkEvents) {
    this.#session = session;
    this.#events = events;
    this.#bulk = new FramedSender(session.channel('bulk'));
    // What was settled before this connection concerns another one.
    for (const { grant } of orders.settled) this.#told.add(grant);
    this.#welcome(orders);
    this.obey(orders);
  }

  has(kind: GrantKind): boolean {
    return this.#grants.some((grant) => grant.kind === kind);
  }

  /** Tells the other side what was given and what is over. */
  obey(orders: LiveOrders): void {
    const { grants, settled } = orders;
    // A recording has made a report for a session that had none.
    if (orders.report !== this.#report) this.#welcome(orders);
    this.#grants = grants;
    for (const [kind, under] of this.#under) {
      if (this.has(kind)) continue;
      under.abort();
      this.#under.delete(kind);
    }
    for (const { grant, kind, untilMs } of grants) {
      this.#ever.add(kind);
      if (this.#told.has(`+${grant}`)) continue;
      this.#told.add(`+${grant}`);
      this.say({ type: 'grant-given', grant, kind, untilMs });
    }
    for (const { grant, reason } of settled) {
      if (this.#told.has(grant)) continue;
      this.#told.add(grant);
      this.say({ type: 'grant-withdrawn', grant, reason });
    }
  }

  #welcome({ session, app, install, report, startedMs, offers }: LiveOrders): void {
    this.#report = report;
    const about = report === undefined ? {} : { report };
    this.say({ type: 'welcome', session, app, install, startedMs, offers, ...about });
  }

  say(message: PublisherMessage): void {
    try {
      this.#session.send(message);
    } catch (error) {
      // The connection was lost in this moment; whoever comes next is told anew.
      if (!(error instanceof LiveError)) throw error;
    }
  }

  sendScreenshot(head: Omit<ScreenshotHead, 'kind'>, png: Uint8Array): void {
    this.#send(encodeBulk({ head: { kind: 'screenshot', ...head }, bytes: Uint8Array.from(png) }), 'screenshot');
  }

  /** Resolves when it is on its way: what a slow connection does not take is not read. */
  async sendPast(head: PastHead, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#bulk.send(encodeBulk({ head, bytes }), this.#whileGranted('view-dom')).catch(() => undefined);
  }

  sendLetter(id: string, sealed: Uint8Array<ArrayBuffer>): void {
    this.#send(encodeBulk({ head: { kind: 'letter', id }, bytes: sealed }));
  }

  sendCommands(commands: readonly CommandDescription[]): void {
    if (!this.has('commands')) return;
    this.#send(encodeBulk({ head: { kind: 'commands' }, bytes: new TextEncoder().encode(JSON.stringify(commands)) }));
  }

  control(message: SessionMessage): void {
    this.#guarded(() => {
      if (!isSubscriberMessage(message)) throw new LiveError('live-malformed');
      switch (message.type) {
        case 'grant-asked':
          this.#events.tell({ kind: 'asked', ask: message });
          return;
        case 'grant-withdrawn':
          if (message.reason !== 'given-up') throw new LiveError('live-malformed');
          this.#events.tell({ kind: 'given-up', grant: message.grant });
          return;
        case 'chat':
          if (this.#may('chat')) this.#events.tell({ kind: 'chat', id: message.id, text: message.text });
          return;
        case 'doing':
          this.#noteDoing(message.what);
          return;
        case 'checkout-asked':
          if (this.#may('view-dom')) this.#events.checkoutAsked();
          return;
        case 'screenshot-asked':
          if (this.#may('screenshot')) this.#events.screenshotAsked(message.request);
          return;
        case 'past-asked':
          if (this.#may('view-dom')) this.#events.pastAsked(message.request, message.atMs);
          return;
        case 'video-wanted':
          if (this.#may('view-video')) this.#events.videoWanted(message);
          return;
        case 'quality': // Measured here, too.
          return;
      }
    });
  }

  message(channel: DataChannel, data: Data): void {
    this.#guarded(() => {
      if (channel === 'input' && typeof data === 'string') this.#receiveInput(data);
      else if (channel === 'bulk' && typeof data !== 'string') this.#receiveBulk(data);
      else throw new LiveError('live-malformed');
    });
  }

  #receiveInput(text: string): void {
    const message = parseInput(text);
    if (message === undefined) throw new LiveError('live-malformed');
    if (!this.#may('point')) return;
    const nowMs = now();
    if (nowMs - this.#inputs.sinceMs >= 1000) this.#inputs = { sinceMs: nowMs, count: 0 };
    this.#inputs.count += 1;
    if (this.#inputs.count <= MAX_INPUTS_PER_SECOND || message.kind === 'point-gone') this.#events.point(message);
  }

  #receiveBulk(frame: Uint8Array<ArrayBuffer>): void {
    const isGranted = this.#may('commands');
    const whole = this.#assembler.receive(frame);
    if (whole === undefined || !isGranted) return;
    const { head, bytes } = decodeBulk(whole);
    if (head.kind !== 'letter') throw new LiveError('live-malformed');
    // One after the other, in their order.
    this.#letters = this.#letters.then(() => {
      this.#events.tell({ kind: 'letter', id: head.id }, bytes);
    });
  }

  #noteDoing(what: Extract<LivePageNews, { kind: 'doing' }>['what']): void {
    if (what === this.#doing && now() - this.#toldDoingMs < DOING_MS) return;
    this.#doing = what;
    this.#toldDoingMs = now();
    this.#events.tell({ kind: 'doing', what });
  }

  /** False where it was granted once, and is no more. Throws where it never was. */
  #may(kind: GrantKind): boolean {
    if (!this.#ever.has(kind)) throw new LiveError('live-not-granted');
    return this.has(kind);
  }

  #send(bytes: Uint8Array, kind?: GrantKind): void {
    const signal = kind === undefined ? undefined : this.#whileGranted(kind);
    // A channel that is gone ends the whole session, which is told elsewhere.
    this.#bulk.send(bytes, signal).catch(() => undefined);
  }

  #whileGranted(kind: GrantKind): AbortSignal {
    if (!this.has(kind)) return AbortSignal.abort();
    const under = this.#under.get(kind) ?? new AbortController();
    this.#under.set(kind, under);
    return under.signal;
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof LiveError)) throw error;
      this.#events.refuse(error);
    }
  }
}
