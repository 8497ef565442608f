import * as v from 'valibot';
import { LiveError } from '../../shared/protocol/live-errors.js';
import type { GrantKind } from '../../shared/protocol/live-grants.js';
import {
  liveHostNewsSchema,
  type LiveHostNews,
  type LiveOrders,
  type LivePageNews,
  type LiveReport,
} from '../../shared/protocol/live-host.js';
import { publish, ManualPublisher, type LiveSession, type LiveState } from '../../live/publisher/publish.js';
import { parseHotkey } from '../hotkey.js';
import { listen, type Guard } from '../page.js';
import { LiveBanner } from './banner.js';
import { ConsoleLender } from './console-lender.js';
import { HeldGrants } from './held-grants.js';
import { HostSignaling } from './host-signaling.js';
import type { ScreenSource } from './live-screen.js';
import type { StreamSource } from './stream-source.js';
import { OpenSession } from './open-session.js';
import { endedReport, reportOf } from './page-report.js';
import type { FieldWatch } from '../masking/field-watch.js';

export interface LivePageDeps {
  readonly guard: Guard;
  /** Tells the host process. Rejects where it cannot be reached, or does not know the session any more. */
  readonly tell: (session: string, news: LivePageNews, bytes?: Uint8Array<ArrayBuffer>) => Promise<unknown>;
  readonly openPanel: () => void;
  readonly masked: FieldWatch;
  readonly source: StreamSource;
  readonly screen: ScreenSource;
}

const QUALITY_MS = 3000;
/** A host process that is away cannot take anything back: what was granted by it ends here, too. */
const HOST_AWAY_MS = 10_000;
/** Takes back everything that was granted, at once. */
export const STOP_HOTKEY = 'Mod+Shift+E';

/** The live session in the page: it holds the connection, reports, and does what the host process has told it. */
export class LivePage {
  readonly #deps: LivePageDeps;
  readonly #banner: LiveBanner;
  readonly #stops: (() => void)[];
  #isGone = false;
  #orders: LiveOrders | undefined;
  #session: LiveSession | undefined;
  #signaling: HostSignaling | ManualPublisher | undefined;
  #open: OpenSession | undefined;
  #lender: ConsoleLender | undefined;
  readonly #held = new HeldGrants(() => {
    this.#apply();
  });
  #state: LiveState | undefined;
  #text: string | undefined;
  #pasteCode: string | undefined;
  #quality: LiveReport['quality'];
  #telling: Promise<unknown> = Promise.resolve();
  #hostAway: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: LivePageDeps) {
    this.#deps = deps;
    this.#banner = new LiveBanner({
      onEnd: () => {
        this.#tell({ kind: 'stop', what: 'session' });
        // Also where the host process cannot be reached.
        void this.#session?.end();
      },
      onStopAll: () => {
        this.#stopAll();
      },
      onStopRecording: () => {
        this.#tell({ kind: 'stop', what: 'recording' });
        this.#withdraw('be-recorded');
      },
      onOpenPanel: deps.openPanel,
      hotkey: STOP_HOTKEY,
    });
    const isHotkey = parseHotkey(STOP_HOTKEY);
    const timer = setInterval(() => void this.#measure(), QUALITY_MS);
    this.#stops = [
      () => {
        clearInterval(timer);
      },
      listen(
        window,
        'keydown',
        deps.guard((event: KeyboardEvent) => {
          if (isHotkey(event)) this.#stopAll();
        }),
      ),
    ];
  }

  /** From the host process, as it came. */
  receive(session: string, value: unknown): void {
    const parsed = v.safeParse(liveHostNewsSchema, value);
    if (!parsed.success) return; // Of a newer host: what it means cannot be guessed.
    const news = parsed.output;
    if (news.kind === 'lend-console') this.#lend(session, news.isWanted);
    else if (news.kind === 'orders') this.#obey(news.orders);
    else if (session === this.#orders?.session) this.#hear(news);
  }

  /** The channel to the host process broke, or is there again. */
  noteHost(isThere: boolean): void {
    clearTimeout(this.#hostAway);
    this.#hostAway = isThere
      ? undefined
      : setTimeout(() => {
          this.#withdraw();
          this.#lend('', false);
        }, HOST_AWAY_MS);
  }

  notePaused(): void {
    this.#open?.notePaused();
  }

  /** The page goes, perhaps to come back. */
  leave(): void {
    // What is said from here on is of a session that goes on without this page.
    this.#isGone = true;
    this.#session?.leave();
    this.stop();
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    clearTimeout(this.#hostAway);
    this.#lender?.stop();
    this.#close();
    this.#banner.remove();
  }

  #obey(orders: LiveOrders): void {
    const isNew = orders.session !== this.#orders?.session;
    if (isNew) {
      this.#lend(orders.session, false);
      this.#close();
    }
    const wasConfirmed = this.#orders?.confirmed;
    this.#orders = orders;
    if (isNew) this.#begin(orders);
    // For these words and no others: they may be another connection's by now.
    const { words, hasConfirmed } = this.#state ?? {};
    if (orders.confirmed !== undefined && hasConfirmed === false && areSame(orders.confirmed, words)) {
      this.#session?.confirm();
    } else if (wasConfirmed === undefined && orders.confirmed === undefined && this.#state === undefined) {
      this.#report();
    }
    this.#apply();
  }

  /** To a session of another window of this app. */
  #lend(session: string, isWanted: boolean): void {
    this.#lender?.stop();
    this.#lender = undefined;
    if (!isWanted || this.#orders !== undefined) return;
    const { masked, source, tell } = this.#deps;
    this.#lender = new ConsoleLender({ masked, source, tell: (news) => tell(session, news) });
  }

  #hear(news: Exclude<LiveHostNews, { kind: 'orders' | 'lend-console' }>): void {
    switch (news.kind) {
      case 'end':
        void (news.why === 'words-differ' ? this.#session?.wordsDiffer() : this.#session?.end());
        this.#orders = undefined;
        this.#close();
        this.#banner.remove();
        return;
      case 'pasted':
        this.#paste(news.text);
        return;
      case 'chat':
        this.#open?.link.say({ type: 'chat', id: news.id, text: news.text, atMs: news.atMs });
        return;
      case 'commands':
        this.#open?.link.sendCommands(news.commands);
        return;
      case 'console':
        this.#open?.relay(news.message);
        return;
      case 'letter':
        this.#open?.link.sendLetter(news.id, bytesOf(news.sealed));
        return;
      default:
        if (this.#signaling instanceof HostSignaling) this.#signaling.receive(news);
    }
  }

  #begin(orders: LiveOrders): void {
    const { way, verifiedName, iceServers } = orders;
    this.#text = undefined;
    this.#pasteCode = undefined;
    this.#signaling =
      way === 'texts'
        ? new ManualPublisher((text) => {
            this.#text = text;
            this.#report();
          })
        : new HostSignaling(way, verifiedName, (news) => {
            this.#tell(news);
          });
    try {
      const session: LiveSession = publish(
        { signaling: this.#signaling, servers: iceServers },
        {
          state: this.#deps.guard((state: LiveState) => {
            if (this.#session === undefined || this.#session === session) this.#note(state);
          }),
          control: this.#deps.guard((message) => {
            this.#open?.link.control(message);
          }),
          message: this.#deps.guard((channel, data) => {
            this.#open?.link.message(channel, data);
          }),
          // Nobody shows the customer anything.
          track: (track) => {
            track.stop();
          },
        },
      );
      this.#session = session;
      this.#note(session.state);
    } catch (error) {
      const code = error instanceof LiveError ? error.code : 'live-unsupported';
      this.#tell({ kind: 'report', report: endedReport(code) });
    }
  }

  #note(state: LiveState): void {
    this.#state = state;
    if (state.phase !== 'open') this.#unlink();
    else if (this.#open === undefined && this.#orders !== undefined) this.#openUp(this.#orders);
    this.#report();
    this.#apply();
    if (state.phase === 'ended') {
      this.#orders = undefined;
      this.#close();
      this.#banner.remove();
    }
  }

  #openUp(orders: LiveOrders): void {
    const session = this.#session;
    if (session === undefined) return;
    const { guard, masked, openPanel, screen, source } = this.#deps;
    // What was granted was granted to the connection before.
    this.#open = new OpenSession(
      session,
      { ...orders, grants: [] },
      {
        ...{ guard, masked, openPanel, screen, source },
        tell: (news, bytes) => {
          this.#tell(news, bytes);
        },
        refuse: (error) => {
          this.#refuse(error);
        },
        onQuestion: () => {
          this.#show();
        },
        onChange: () => {
          this.#report();
          this.#show();
        },
      },
    );
  }

  /** Begins what is granted now, ends what is not. */
  #apply(): void {
    const orders = this.#orders;
    this.#held.stop();
    if (orders === undefined) return;
    this.#orders = { ...orders, grants: this.#held.of(orders.grants) };
    this.#open?.obey(this.#orders);
    this.#show();
  }

  /** Everything that was granted, or one kind of it, ends here and now. */
  #withdraw(only?: GrantKind): void {
    this.#held.spend(this.#orders?.grants ?? [], only);
    this.#apply();
  }

  #stopAll(): void {
    if (this.#orders === undefined || this.#orders.grants.length === 0) return;
    this.#tell({ kind: 'stop', what: 'grants' });
    this.#withdraw();
  }

  #refuse(error: LiveError): void {
    this.#tell({ kind: 'report', report: endedReport(error.code) });
    void this.#session?.end();
  }

  #paste(text: string): void {
    try {
      this.#pasteCode = undefined;
      if (this.#signaling instanceof ManualPublisher) this.#signaling.paste(text);
    } catch (error) {
      if (!(error instanceof LiveError)) throw error;
      this.#pasteCode = error.code;
    }
    this.#report();
  }

  #show(): void {
    const orders = this.#orders;
    if (orders === undefined || this.#state === undefined) return;
    const { phase, isUnstable } = this.#state;
    // Before somebody is there the panel tells how far it is.
    if (['open', 'comparing', 'reconnecting'].includes(phase) && this.#open?.isAside !== true) {
      const { question, video } = this.#open ?? {};
      this.#banner.show({ orders, phase, isUnstable, video, question });
    } else this.#banner.remove();
  }

  async #measure(): Promise<void> {
    const session = this.#session;
    if (session === undefined || this.#open === undefined) return;
    try {
      const { roundTripMs, lossRatio, route } = await session.quality();
      const measured = {
        ...(roundTripMs === undefined ? {} : { roundTripMs }),
        ...(lossRatio === undefined ? {} : { lossRatio }),
      };
      this.#quality = { ...measured, ...(route === undefined ? {} : { route }) };
      this.#open.link.say({ type: 'quality', ...measured });
      this.#report();
    } catch {
      // The connection is gone, which is told elsewhere.
    }
  }

  #report(): void {
    const state = this.#state;
    if (state === undefined) return;
    const video = this.#open?.video;
    const report = reportOf(state, {
      ...(this.#text === undefined ? {} : { text: this.#text }),
      ...(this.#pasteCode === undefined ? {} : { pasteCode: this.#pasteCode }),
      ...(this.#quality === undefined ? {} : { quality: this.#quality }),
      ...(video === undefined ? {} : { video }),
    });
    this.#tell({ kind: 'report', report });
  }

  /** One after the other: what is said of an open session comes after the word that it is open. */
  #tell(news: LivePageNews, bytes?: Uint8Array<ArrayBuffer>): void {
    const session = this.#orders?.session;
    if (session === undefined || this.#isGone) return;
    this.#telling = this.#telling.then(() => this.#deps.tell(session, news, bytes)).catch(() => undefined); // It is away, or knows better.
  }

  #unlink(): void {
    if (this.#open === undefined) return;
    this.#held.spend(this.#orders?.grants ?? []);
    const open = this.#open;
    this.#open = undefined;
    open.stop();
    this.#quality = undefined;
  }

  #close(): void {
    this.#unlink();
    this.#held.stop();
    const session = this.#session;
    this.#session = undefined;
    this.#state = undefined;
    this.#signaling = undefined;
    void session?.end();
  }
}

function areSame(a: readonly string[], b: readonly string[] | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
