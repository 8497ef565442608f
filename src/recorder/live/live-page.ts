import * as v from 'valibot';
import { LiveError } from '../../shared/protocol/live-errors.js';
import {
  liveHostNewsSchema,
  type LiveHostNews,
  type LiveOrders,
  type LivePageNews,
  type LiveReport,
} from '../../shared/protocol/live-host.js';
import { publish, ManualPublisher, type LiveSession, type LiveState } from '../../live/publisher/publish.js';
import { parseHotkey } from '../hotkey.js';
import { listen, now, type Guard } from '../page.js';
import { LiveBanner, type BannerQuestion } from './banner.js';
import { HostSignaling } from './host-signaling.js';
import { LiveStreams, type StreamSource } from './live-streams.js';
import { LiveScreen, type ScreenSource } from './live-screen.js';
import { LiveVideo } from './live-video.js';
import type { FieldWatch } from '../masking/field-watch.js';
import { sessionTime } from './past.js';
import { SessionLink } from './session-link.js';

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
/** Of a message in the banner; the panel has all of it. */
const MAX_SHOWN_MESSAGE = 300;
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
  #link: SessionLink | undefined;
  #streams: LiveStreams | undefined;
  #screen: LiveScreen | undefined;
  #video: LiveVideo | undefined;
  #state: LiveState | undefined;
  #text: string | undefined;
  #pasteCode: string | undefined;
  #quality: LiveReport['quality'];
  /** What the banner may ask: the first of them that is there. */
  #question: Partial<Record<'screen' | 'video' | 'chat', BannerQuestion | undefined>> = {};
  #telling: Promise<unknown> = Promise.resolve();
  #hostAway: ReturnType<typeof setTimeout> | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;

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
    if (news.kind === 'orders') this.#obey(news.orders);
    else if (session === this.#orders?.session) this.#hear(news);
  }

  /** The channel to the host process broke, or is there again. */
  noteHost(isThere: boolean): void {
    clearTimeout(this.#hostAway);
    this.#hostAway = isThere
      ? undefined
      : setTimeout(() => {
          this.#withdraw();
        }, HOST_AWAY_MS);
  }

  notePaused(): void {
    this.#streams?.notePaused();
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
    this.#close();
    this.#banner.remove();
  }

  #obey(orders: LiveOrders): void {
    const isNew = orders.session !== this.#orders?.session;
    if (isNew) this.#close();
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

  #hear(news: Exclude<LiveHostNews, { kind: 'orders' }>): void {
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
        this.#link?.say({ type: 'chat', id: news.id, text: news.text, atMs: news.atMs });
        return;
      case 'letter':
        this.#link?.sendLetter(news.id, bytesOf(news.sealed));
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
            this.#link?.control(message);
          }),
          message: this.#deps.guard((channel, data) => {
            this.#link?.message(channel, data);
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
      this.#tell({ kind: 'report', report: { phase: 'ended', hasOtherConfirmed: false, isUnstable: false, code } });
    }
  }

  #note(state: LiveState): void {
    this.#state = state;
    if (state.phase !== 'open') this.#unlink();
    else if (this.#link === undefined && this.#orders !== undefined) this.#open(this.#orders);
    this.#report();
    this.#apply();
    if (state.phase === 'ended') {
      this.#orders = undefined;
      this.#close();
      this.#banner.remove();
    }
  }

  #open(orders: LiveOrders): void {
    const session = this.#session;
    if (session === undefined) return;
    // What was granted was granted to the connection before.
    const link = new SessionLink(
      session,
      { ...orders, grants: [] },
      {
        tell: (news, bytes) => {
          this.#tell(news, bytes);
          if (news.kind === 'chat') this.#showMessage(news.text);
        },
        point: (message) => this.#streams?.point(message),
        checkoutAsked: () => this.#streams?.begin(),
        screenshotAsked: (request) => this.#screen?.askForScreenshot(request),
        videoWanted: (limits) => this.#video?.limit(limits),
        refuse: (error) => {
          this.#refuse(error);
        },
      },
    );
    this.#link = link;
    this.#streams = new LiveStreams(session, this.#deps);
    this.#video = new LiveVideo(session, link, {
      fields: this.#deps.masked,
      guard: this.#deps.guard,
      name: () => this.#orders?.with.name ?? 'Somebody',
      onQuestion: (question) => {
        this.#question.video = question;
        this.#show();
      },
      onChange: () => {
        this.#report();
      },
    });
    this.#screen = new LiveScreen(link, {
      source: this.#deps.screen,
      sessionMs: () => sessionTime(this.#deps.source.anchor(), now()),
      name: () => this.#orders?.with.name ?? 'Somebody',
      onQuestion: (question) => {
        this.#question.screen = question;
        this.#show();
      },
    });
  }

  /** Begins what is granted now, ends what is not. */
  #apply(): void {
    const orders = this.#orders;
    clearTimeout(this.#expiry);
    if (orders === undefined) return;
    const nowMs = Date.now();
    const grants = orders.grants.filter(({ untilMs }) => untilMs > nowMs);
    // The host process ends them as well; a page that it cannot reach does it by its own clock.
    const nextMs = Math.min(...grants.map(({ untilMs }) => untilMs));
    if (Number.isFinite(nextMs)) {
      this.#expiry = setTimeout(
        () => {
          this.#apply();
        },
        Math.min(nextMs - nowMs + 50, 3_600_000),
      );
    }
    this.#orders = { ...orders, grants };
    this.#link?.obey(this.#orders);
    const has = (kind: (typeof grants)[number]['kind']): boolean =>
      this.#link !== undefined && grants.some((grant) => grant.kind === kind);
    this.#streams?.set({ dom: has('view-dom'), console: has('console'), point: has('point') });
    this.#screen?.set(has('screenshot'));
    this.#video?.set(has('view-video'));
    this.#show();
  }

  /** Everything that was granted ends here and now. */
  #withdraw(): void {
    if (this.#orders === undefined) return;
    this.#orders = { ...this.#orders, grants: [] };
    this.#apply();
  }

  #stopAll(): void {
    if (this.#orders === undefined || this.#orders.grants.length === 0) return;
    this.#tell({ kind: 'stop', what: 'grants' });
    this.#withdraw();
  }

  #refuse(error: LiveError): void {
    this.#tell({
      kind: 'report',
      report: { phase: 'ended', hasOtherConfirmed: false, isUnstable: false, code: error.code },
    });
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
    const { screen, video, chat } = this.#question;
    // Before somebody is there the panel tells how far it is.
    if (['open', 'comparing', 'reconnecting'].includes(phase)) {
      this.#banner.show({ orders, phase, isUnstable, question: screen ?? video ?? chat });
    } else this.#banner.remove();
  }

  /** The panel may be closed. */
  #showMessage(text: string): void {
    const shown = text.length > MAX_SHOWN_MESSAGE ? `${text.slice(0, MAX_SHOWN_MESSAGE)}…` : text;
    const settle = (): void => {
      this.#question.chat = undefined;
      this.#show();
    };
    this.#question.chat = {
      text: `${this.#orders?.with.name ?? 'Somebody'} writes: ${shown}`,
      choices: [
        {
          label: 'Answer',
          press: () => {
            settle();
            this.#deps.openPanel();
          },
        },
        { label: 'Seen', press: settle },
      ],
    };
    this.#show();
  }

  async #measure(): Promise<void> {
    const session = this.#session;
    if (session === undefined || this.#link === undefined) return;
    try {
      const { roundTripMs, lossRatio, route } = await session.quality();
      const measured = {
        ...(roundTripMs === undefined ? {} : { roundTripMs }),
        ...(lossRatio === undefined ? {} : { lossRatio }),
      };
      this.#quality = { ...measured, ...(route === undefined ? {} : { route }) };
      this.#link.say({ type: 'quality', ...measured });
      this.#report();
    } catch {
      // The connection is gone, which is told elsewhere.
    }
  }

  #report(): void {
    const state = this.#state;
    if (state === undefined) return;
    const { phase, words, hasOtherConfirmed, isResumed, otherName, isUnstable, error } = state;
    const video = this.#video?.state;
    const report: LiveReport = {
      phase,
      ...(words === undefined ? {} : { words: [...words] }),
      hasOtherConfirmed,
      isResumed,
      ...(otherName === undefined ? {} : { otherName: otherName.slice(0, 100) }),
      isUnstable,
      ...(error === undefined ? {} : { code: error.code }),
      ...(this.#text === undefined ? {} : { text: this.#text }),
      ...(this.#pasteCode === undefined ? {} : { pasteCode: this.#pasteCode }),
      ...(this.#quality === undefined ? {} : { quality: this.#quality }),
      ...(video === undefined ? {} : { video }),
    };
    this.#tell({ kind: 'report', report });
  }

  /** One after the other: what is said of an open session comes after the word that it is open. */
  #tell(news: LivePageNews, bytes?: Uint8Array<ArrayBuffer>): void {
    const session = this.#orders?.session;
    if (session === undefined || this.#isGone) return;
    this.#telling = this.#telling.then(() => this.#deps.tell(session, news, bytes)).catch(() => undefined); // It is away, or knows better.
  }

  #unlink(): void {
    this.#link = undefined;
    this.#streams?.stop();
    this.#streams = undefined;
    this.#screen?.stop();
    this.#screen = undefined;
    this.#video?.stop();
    this.#video = undefined;
    this.#question = {};
    this.#quality = undefined;
  }

  #close(): void {
    this.#unlink();
    clearTimeout(this.#expiry);
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
