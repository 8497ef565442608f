import type { SealedLetter } from '../../shared/protocol/mailbox-client.js';
import { decodeCommands, encodeBulk, type BulkMessage } from '../../shared/protocol/live-bulk.js';
import { LiveError } from '../../shared/protocol/live-errors.js';
import {
  FIRST_GRANTS,
  type AskProof,
  type AskSession,
  type GrantAsk,
  type GrantKind,
} from '../../shared/protocol/live-grants.js';
import { reachOf, type IceServer, type Reach } from '../../shared/protocol/live-ice.js';
import type { PastHead } from '../../shared/protocol/live-past.js';
import {
  isPublisherMessage,
  type SessionMessage,
  type SessionMessageOf,
  type SubscriberMessage,
} from '../../shared/protocol/live-messages.js';
import {
  FramedSender,
  Incoming,
  ManualSubscriber,
  subscribe,
  type LiveSession as Subscription,
  type LiveState,
  type Quality,
  type Signaling,
} from '../../live/subscriber/subscribe.js';
import type { TakenPicture } from '../sources/desk-client.js';
import { LiveApp, type InvitedInstall } from './live-app.svelte.js';
import { LiveChat } from './live-chat.svelte.js';
import { LiveCommands, type LiveCommandPost } from './live-commands.svelte.js';
import { LiveConsole } from './live-console.svelte.js';
import { LiveDoing } from './live-doing.js';
import { LiveGrants } from './live-grants.svelte.js';
import { LiveMeasure } from './live-measure.svelte.js';
import { LivePicture } from './live-picture.svelte.js';
import { LivePointer } from './live-pointer.js';
import { LiveRewind } from './live-rewind.svelte.js';
import { LiveScreenshots } from './live-screenshots.svelte.js';
import { LiveVideo } from './live-video.svelte.js';

export type { LiveState };

/** How the two sides found each other. */
export type LiveWay = 'code' | 'texts' | 'letters';

export interface LiveSessionOptions {
  readonly way: LiveWay;
  readonly signaling: Signaling;
  readonly servers: readonly IceServer[];
  /** How the technician is shown to the customer. */
  readonly name: string | undefined;
  readonly replayUrl: string;
  /** By the technician's key; undefined where no organisation vouches for it. */
  readonly prove: (
    session: AskSession,
    ask: Omit<GrantAsk, 'proof'>,
    stamp: { readonly number: number; readonly sentMs: number },
  ) => Promise<AskProof | undefined>;
  /** Whom the invitation went to: by letters. */
  readonly invited?: InvitedInstall;
  /** Puts a picture into a report at the desk. Absent: there is none. */
  readonly keepPicture?: (report: string, picture: TakenPicture) => Promise<unknown>;
  /** Absent: no commands are proposed from here. */
  readonly letters?: {
    /** One that came through the connection. */
    readonly receive: (sealed: Uint8Array<ArrayBuffer>) => void;
    /** How proposals go; `carry` sends a letter by the connection, and answers whether it is on its way. */
    readonly post: (carry: (letter: SealedLetter) => boolean) => LiveCommandPost;
  };
}

/** A live session on the technician's side, from the first attempt to its end. */
export class LiveSession {
  readonly way: LiveWay;
  readonly reach: Reach;
  readonly grants: LiveGrants;
  readonly chat: LiveChat;
  readonly console = new LiveConsole();
  readonly picture: LivePicture;
  readonly rewind: LiveRewind;
  readonly screenshots: LiveScreenshots;
  readonly pointer: LivePointer;
  readonly video: LiveVideo;
  readonly commands: LiveCommands | undefined;
  readonly app: LiveApp;
  readonly doing: LiveDoing;
  readonly #measure: LiveMeasure;
  readonly #options: LiveSessionOptions;
  readonly #session: Subscription;
  #state = $state.raw<LiveState>({
    phase: 'waiting',
    isResumed: false,
    hasConfirmed: false,
    hasOtherConfirmed: false,
    isUnstable: false,
  });
  #refusal = $state.raw<LiveError | undefined>(undefined);
  #openedMs = $state<number | undefined>(undefined);
  #text = $state<string | undefined>(undefined);
  #incoming: Incoming | undefined;
  #bulk: FramedSender | undefined;
  #asks = 0;
  #hasBegun = false;

  /** Throws `live-unsupported`. */
  constructor(options: LiveSessionOptions) {
    this.#options = options;
    this.way = options.way;
    this.reach = reachOf(options.servers);
    this.app = new LiveApp(options.invited);
    this.doing = new LiveDoing((what) => this.isReady && this.#trySend({ type: 'doing', what }));
    const send = (message: SubscriberMessage): void => {
      this.#session.send(message);
    };
    this.grants = new LiveGrants({
      send,
      prove: (ask) => this.#prove(ask),
      onGiven: (kind) => {
        this.#start(kind);
      },
      onOver: (kind) => {
        this.#stop(kind);
      },
    });
    this.chat = new LiveChat(send);
    this.picture = new LivePicture(options.replayUrl, () => {
      this.#trySend({ type: 'checkout-asked' });
    });
    this.rewind = new LiveRewind({
      replayUrl: options.replayUrl,
      send,
      onTurn: (isBack) => {
        if (isBack) this.doing.do('looking-back');
        else this.doing.rest();
      },
    });
    const { keepPicture } = options;
    this.screenshots = new LiveScreenshots({
      send,
      toWallMs: (sessionMs) => this.app.wallMs(sessionMs),
      ...(keepPicture === undefined ? {} : { keep: (picture) => this.#keep(keepPicture, picture) }),
    });
    this.pointer = new LivePointer((text) => {
      if (this.#state.phase !== 'open' || !this.grants.has('point')) return;
      const channel = this.#session.channel('input');
      // On a slow connection an old position is of no use.
      if (channel.backlogBytes === 0) void channel.send(text).catch(() => undefined);
    });
    this.video = new LiveVideo((wanted) => {
      if (this.grants.has('view-video')) this.#trySend({ type: 'video-wanted', ...wanted });
    });
    const { signaling, servers, name, letters } = options;
    this.commands =
      letters &&
      new LiveCommands({
        post: letters.post((letter) => this.carry(letter)),
        with: () => this.app.addressee,
        author: name ?? 'You',
      });
    this.#measure = new LiveMeasure({
      measure: () => this.#session.quality(),
      send: (message) => {
        this.#trySend(message);
      },
    });
    this.#session = subscribe(
      { signaling, servers, ...(name === undefined ? {} : { name: name.slice(0, 100) }) },
      {
        state: (state) => {
          this.#note(state);
        },
        control: (message) => {
          this.#receive(message);
        },
        message: (channel, data) => {
          this.#incoming?.receive(channel, data);
        },
        track: (track, stream) => {
          // The grant is told before the offer that brings the track.
          if (this.grants.has('view-video')) this.video.take(track, stream);
          else track.stop();
        },
      },
    );
    this.#state = this.#session.state;
  }

  get state(): LiveState {
    return this.#state;
  }
  /** Why it has ended; undefined while it goes on, and where the technician ended it. */
  get error(): LiveError | undefined {
    const { error } = this.#state;
    return this.#refusal ?? (error?.code === 'live-closed' ? undefined : error);
  }
  get isOpen(): boolean {
    return this.#state.phase === 'open';
  }
  get hasEnded(): boolean {
    return this.#state.phase === 'ended';
  }
  /** Asks may be made: the customer's side has said what session it is. */
  get isReady(): boolean {
    return this.isOpen && this.app.welcome !== undefined;
  }
  get quality(): Quality | undefined {
    return this.#measure.quality;
  }
  /** What the customer's side measures. */
  get theirQuality(): SessionMessageOf<'quality'> | undefined {
    return this.#measure.theirs;
  }
  /** Unix ms of when it was opened. */
  get openedMs(): number | undefined {
    return this.#openedMs;
  }
  /** By two texts: ours, to be sent to the customer. */
  get text(): string | undefined {
    return this.#text;
  }

  /** Nothing of it is looked at any more. */
  dispose(): void {
    this.screenshots.dispose();
    this.commands?.dispose();
  }

  /** Our pairing text, as the signaling has made it. */
  showText(text: string): void {
    this.#text = text;
  }

  /** By two texts: the customer's. Throws a LiveError, `pairing-…`, that says what is wrong. */
  paste(text: string): void {
    const { signaling } = this.#options;
    if (signaling instanceof ManualSubscriber) signaling.paste(text);
  }

  confirm(): void {
    this.#session.confirm();
  }

  wordsDiffer(): void {
    void this.#session.wordsDiffer();
  }

  end(): void {
    void this.#session.end();
  }

  /** A letter about a command, sealed: by the connection, where that is allowed now. Answers whether it is. */
  carry({ id, sealed }: SealedLetter): boolean {
    if (!this.isReady || !this.grants.has('commands') || this.#bulk === undefined) return false;
    // What is lost with the connection is told by the connection's end.
    void this.#bulk.send(encodeBulk({ head: { kind: 'letter', id }, bytes: sealed })).catch(() => undefined);
    this.doing.do('proposing');
    return true;
  }

  /** It does not go on, for this reason. */
  giveUp(error: LiveError): void {
    this.#refusal ??= error;
    void this.#session.end();
  }

  /** The page goes: the customer's side is told, and nobody looks for it in vain. */
  leave(): void {
    if (!this.hasEnded) void this.#session.end();
  }

  /** To see, and to talk about it, is asked for once by itself: everything else is asked for one by one. */
  begin(): void {
    if (this.#hasBegun || !this.isReady) return;
    this.#hasBegun = true;
    for (const kind of FIRST_GRANTS) if (this.grants.offers.includes(kind)) void this.grants.ask(kind);
  }

  #note(state: LiveState): void {
    const was = this.#state.phase;
    this.#state = state;
    if (state.phase === 'open' && was !== 'open') this.#open();
    else if (state.phase !== 'open' && was === 'open') this.#close();
  }

  #open(): void {
    this.app.hear(undefined);
    this.doing.startAnew();
    this.#openedMs ??= Date.now();
    this.#asks = 0;
    this.#bulk = new FramedSender(this.#session.channel('bulk'));
    this.#incoming = new Incoming({
      dom: (message) => {
        this.picture.receive(message);
        this.rewind.note(message);
      },
      console: (message) => {
        // What crosses a withdrawal is not shown any more.
        if (this.grants.has('console')) this.console.receive(message);
      },
      bulk: (message) => {
        this.#receiveBulk(message);
      },
      broken: (error) => {
        this.giveUp(error);
      },
    });
    this.#measure.start();
  }

  #close(): void {
    this.#measure.stop();
    this.#incoming?.stop();
    this.#incoming = undefined;
    this.#bulk = undefined;
    this.grants.endAll();
    this.screenshots.stop();
    this.pointer.stop();
    this.video.stop();
  }

  #receive(message: SessionMessage): void {
    if (!isPublisherMessage(message)) {
      this.giveUp(new LiveError('live-malformed'));
      return;
    }
    switch (message.type) {
      case 'welcome':
        this.app.hear(message);
        this.grants.receive(message);
        return;
      case 'grant-given':
      case 'grant-withdrawn':
        this.grants.receive(message);
        return;
      case 'chat':
        if (this.grants.has('chat')) this.chat.receive(message);
        return;
      case 'past-failed':
        this.rewind.fail(message);
        return;
      case 'screenshot-failed':
        this.screenshots.fail(message);
        return;
      case 'video-state':
        this.video.note(message);
        return;
      case 'quality':
        this.#measure.receive(message);
        return;
    }
  }

  #receiveBulk({ head, bytes }: BulkMessage): void {
    if (head.kind === 'screenshot') this.screenshots.receive(head, bytes);
    else if (head.kind === 'letter') this.#options.letters?.receive(bytes);
    else if (head.kind === 'past') this.#receivePast(head, bytes);
    // What crosses a withdrawal is not shown any more.
    else if (this.grants.has('commands')) this.commands?.offer(decodeCommands(bytes));
  }

  #receivePast(head: PastHead, bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.grants.has('view-dom')) return;
    this.rewind.receive(head, bytes).catch((error: unknown) => {
      if (!(error instanceof LiveError)) throw error;
      this.giveUp(error);
    });
  }

  #start(kind: GrantKind): void {
    if (kind === 'view-dom') this.picture.start();
    else if (kind === 'console') this.console.begin();
    else if (kind === 'view-video') this.video.start();
  }

  #stop(kind: GrantKind): void {
    if (kind === 'view-dom') {
      this.picture.stop();
      this.rewind.stop();
    } else if (kind === 'view-video') this.video.stop();
    else if (kind === 'screenshot') this.screenshots.stop();
    else if (kind === 'point') this.pointer.stop();
  }

  async #keep(keep: NonNullable<LiveSessionOptions['keepPicture']>, picture: TakenPicture): Promise<void> {
    const { report } = this.app;
    if (report === undefined) throw new LiveError('live-closed');
    await keep(report, picture);
  }

  async #prove(ask: Omit<GrantAsk, 'proof'>): Promise<AskProof | undefined> {
    const { words } = this.#state;
    const session = this.app.welcome?.session;
    if (session === undefined || words === undefined) throw new LiveError('live-closed');
    this.#asks += 1;
    return await this.#options.prove({ session, words }, ask, { number: this.#asks, sentMs: Date.now() });
  }

  #trySend(message: SubscriberMessage): boolean {
    try {
      this.#session.send(message);
      return true;
    } catch (error) {
      // It was lost in this moment: whoever comes next is told anew.
      if (!(error instanceof LiveError)) throw error;
      return false;
    }
  }
}
