import type { LiveSession } from '../../live/publisher/publish.js';
import type { ConsoleMessage } from '../../shared/protocol/live-console.js';
import type { LiveError } from '../../shared/protocol/live-errors.js';
import type { GrantKind } from '../../shared/protocol/live-grants.js';
import type { LiveOrders, LivePageNews, LiveReport } from '../../shared/protocol/live-host.js';
import { PAST_FAILURES } from '../../shared/protocol/live-past.js';
import type { FieldWatch } from '../masking/field-watch.js';
import { now, type Guard } from '../page.js';
import type { BannerQuestion } from './banner.js';
import { LiveScreen, type ScreenSource } from './live-screen.js';
import { LiveStreams } from './live-streams.js';
import { LiveVideo } from './live-video.js';
import { sessionTime } from './past.js';
import { SessionLink } from './session-link.js';
import type { StreamSource } from './stream-source.js';

export interface OpenSessionDeps {
  readonly guard: Guard;
  readonly masked: FieldWatch;
  readonly source: StreamSource;
  readonly screen: ScreenSource;
  readonly openPanel: () => void;
  readonly tell: (news: LivePageNews, bytes?: Uint8Array<ArrayBuffer>) => void;
  /** The other side did what was never granted, or said what it may not. */
  readonly refuse: (error: LiveError) => void;
  /** The banner has something else to show. */
  readonly onQuestion: () => void;
  /** The host process has something else to know. */
  readonly onChange: () => void;
}

/** Of a message in the banner; the panel has all of it. */
const MAX_SHOWN_MESSAGE = 300;

/** One open connection with all that can flow on it: what is granted flows, and nothing else. */
export class OpenSession {
  readonly link: SessionLink;
  readonly #deps: OpenSessionDeps;
  readonly #streams: LiveStreams;
  readonly #video: LiveVideo;
  readonly #screen: LiveScreen;
  #orders: LiveOrders;
  #isAside = false;
  #questions: Partial<Record<'screen' | 'video' | 'chat', BannerQuestion | undefined>> = {};

  constructor(session: LiveSession, orders: LiveOrders, deps: OpenSessionDeps) {
    this.#deps = deps;
    this.#orders = orders;
    this.link = new SessionLink(session, orders, {
      tell: (news, bytes) => {
        deps.tell(news, bytes);
        if (news.kind === 'chat') this.#showMessage(news.text);
      },
      point: (message) => {
        this.#streams.point(message);
      },
      checkoutAsked: () => {
        this.#streams.begin();
      },
      screenshotAsked: (request) => {
        this.#screen.askForScreenshot(request);
      },
      pastAsked: (request, atMs) => {
        this.#streams.lookBack(request, atMs);
      },
      videoWanted: (limits) => {
        this.#video.limit(limits);
      },
      refuse: deps.refuse,
    });
    const name = (): string => this.#name;
    this.#streams = new LiveStreams(session, {
      ...deps,
      past: {
        send: (head, bytes) => this.link.sendPast(head, bytes),
        fail: (request, code) => {
          this.link.say({ type: 'past-failed', request, code, message: PAST_FAILURES[code] });
        },
      },
    });
    this.#video = new LiveVideo(session, this.link, {
      name,
      fields: deps.masked,
      guard: deps.guard,
      onQuestion: (question) => {
        this.#ask('video', question);
      },
      onChange: deps.onChange,
    });
    this.#screen = new LiveScreen(this.link, {
      name,
      source: deps.screen,
      sessionMs: () => sessionTime(deps.source.anchor(), now()),
      hasReport: () => this.#orders.report !== undefined,
      onAside: (isAside) => {
        this.#isAside = isAside;
        deps.onQuestion();
      },
      onQuestion: (question) => {
        this.#ask('screen', question);
      },
    });
  }

  /** What the banner asks: the first of them that is there. */
  get question(): BannerQuestion | undefined {
    const { screen, video, chat } = this.#questions;
    return screen ?? video ?? chat;
  }

  /** The banner is not to be seen for this moment. */
  get isAside(): boolean {
    return this.#isAside;
  }

  get video(): LiveReport['video'] {
    return this.#video.state;
  }

  /** Begins what is granted now, ends what is not. */
  obey(orders: LiveOrders): void {
    this.#orders = orders;
    const has = (kind: GrantKind): boolean => orders.grants.some((grant) => grant.kind === kind);
    this.link.obey(orders);
    this.#streams.set({ dom: has('view-dom'), console: has('console'), point: has('point') });
    this.#screen.set(has('screenshot'));
    this.#video.set(has('view-video'));
  }

  /** Lines of the host process and of the app's other windows. */
  relay(message: ConsoleMessage): void {
    this.#streams.relay(message);
  }

  notePaused(): void {
    this.#streams.notePaused();
  }

  stop(): void {
    this.#streams.stop();
    this.#screen.stop();
    this.#video.stop();
  }

  get #name(): string {
    return this.#orders.with.name ?? 'Somebody';
  }

  #ask(what: 'screen' | 'video' | 'chat', question: BannerQuestion | undefined): void {
    this.#questions = { ...this.#questions, [what]: question };
    this.#deps.onQuestion();
  }

  /** The panel may be closed. */
  #showMessage(text: string): void {
    const shown = text.length > MAX_SHOWN_MESSAGE ? `${text.slice(0, MAX_SHOWN_MESSAGE)}…` : text;
    const settle = (): void => {
      this.#ask('chat', undefined);
    };
    const answer = (): void => {
      settle();
      this.#deps.openPanel();
    };
    this.#ask('chat', {
      text: `${this.#name} writes: ${shown}`,
      choices: [
        { label: 'Answer', press: answer },
        { label: 'Seen', press: settle },
      ],
    });
  }
}
