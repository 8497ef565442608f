import * as v from 'valibot';
import type { CommandDescription } from '../../../shared/commands/command.js';
import type { LetterPost, LetterSender, VerifiedLetter } from '../../../shared/protocol/letters.js';
import { LiveError } from '../../../shared/protocol/live-errors.js';
import type { GrantKind } from '../../../shared/protocol/live-grants.js';
import { livePageNewsSchema, type LiveView } from '../../../shared/protocol/live-host.js';
import type { IceServer } from '../../../shared/protocol/live-ice.js';
import type { PanelContract, RecorderContract } from '../../../shared/protocol/host.js';
import type { Audience } from '../audience.js';
import type { HostClock } from '../host-clock.js';
import { ConsoleFeed, type ConsoleFeedOptions } from './console-feed.js';
import type { AuditTrail } from './grants.js';
import type { DeskRooms } from './desk-rooms.js';
import type { Invitations } from './invitations.js';
import { LetterWay } from './letter-way.js';
import { LiveRun } from './live-run.js';
import { LiveServiceError } from './live-service-error.js';
import type { Recordings } from './recordings.js';
import { textsWay, type Way } from './way.js';

export interface LiveOptions {
  readonly app: { readonly name: string; readonly version: string };
  readonly clock: HostClock;
  readonly audit: AuditTrail;
  readonly post: LetterPost;
  readonly windows: Audience<RecorderContract>;
  readonly panels: Audience<PanelContract>;
  readonly session: ConsoleFeedOptions['session'] & { readonly startedMs: number };
  readonly lanes: ConsoleFeedOptions['lanes'];
  readonly recordings: Recordings;
  readonly rooms: DeskRooms | undefined;
  /** For pairing without the desk. */
  readonly iceServers: readonly IceServer[];
  readonly invited: Invitations;
  /** What may be proposed to this host. */
  readonly commands: () => readonly CommandDescription[];
  readonly technicianOf: (signingKey: string, sentMs: number) => Promise<LetterSender>;
  readonly takeLetter: (id: string, sealed: Uint8Array<ArrayBuffer>, from: string) => Promise<void>;
}

/** What the page can do. */
const OFFERS: readonly GrantKind[] = [
  'view-dom',
  'view-video',
  'console',
  'screenshot',
  'commands',
  'point',
  'chat',
  'be-recorded',
];

const TICK_MS = 1000;
/** A person reads no faster than this. */
const TELL_INTERVAL_MS = 100;
const DESK_PATIENCE_MS = 15_000;
const LETTER_LIFE_MS = 10 * 60_000;
/** An app that ends waits so long for the last part of what was recorded. */
const CLOSE_MS = 6000;

/** Live sessions of this host: one at a time, begun by the panel alone. */
export class Live {
  readonly #options: LiveOptions;
  /** What waits for the customer's word, for the notice in the app's windows. */
  readonly invitations = {
    pending: (): number => this.#invitations.list().length,
    onChange: (listener: () => void): void => {
      this.#onInvitations = listener;
    },
  };
  readonly #invitations: Invitations;
  readonly #feed: ConsoleFeed;
  readonly #stops: (() => void)[];
  readonly #closing = new AbortController();
  #run: LiveRun | undefined;
  #onInvitations: () => void = () => undefined;
  #isBeginning = false;
  /** The window from which the panel was opened last. */
  #opener: string | undefined;
  #telling: NodeJS.Timeout | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    const { windows, panels, post } = options;
    this.#invitations = options.invited;
    const { clock, lanes, session } = options;
    this.#feed = new ConsoleFeed({
      ...{ clock, lanes, session },
      windows: () => windows.keys(),
      tell: (source, run, news) => {
        windows.tell(source, 'live', { session: run, news });
      },
    });
    const timer = setInterval(() => {
      this.#run?.tick();
      // An invitation that is too old is not one any more.
      this.#onInvitations();
    }, TICK_MS);
    timer.unref();
    this.#stops = [
      post.onLetter((letter) => this.#receiveLetter(letter)),
      windows.onJoin((source) => {
        // It may have missed the word while its channel was closed.
        if (this.#run?.recorder.isOn === true) windows.tell(source, 'checkout', {});
        this.#attach(source);
        this.#feed.join(source);
      }),
      windows.onLeave((source) => {
        this.#run?.detach(source);
      }),
      panels.onJoin((panel) => {
        panels.tell(panel, 'live', this.view());
      }),
      () => {
        clearInterval(timer);
        clearTimeout(this.#telling);
        this.#feed.close();
      },
    ];
  }

  /** The customer opened the panel from this window: it is the one that they mean. */
  noteOpener(source: string): void {
    this.#opener = source;
  }

  view(): LiveView {
    return {
      ways: this.#options.rooms === undefined ? ['texts'] : ['code', 'texts'],
      invitations: this.#invitations.list(),
      ...(this.#run === undefined ? {} : { session: this.#run.view() }),
    };
  }

  async begin(way: 'code' | 'texts'): Promise<void> {
    const { rooms, iceServers } = this.#options;
    if (way === 'code' && rooms === undefined) throw new LiveServiceError('live-no-desk');
    await this.#begin(undefined, () =>
      way === 'code' && rooms !== undefined ? rooms.open(this.#patience()) : Promise.resolve(textsWay([...iceServers])),
    );
  }

  /** Rejects with `live-no-invitation`. */
  async accept(id: string): Promise<void> {
    const { rooms, iceServers, post, audit } = this.#options;
    if (this.#invitations.list().every(({ invitation }) => invitation !== id)) {
      throw new LiveServiceError('live-no-invitation');
    }
    let from: string | undefined;
    const report = this.#invitations.list().find(({ invitation }) => invitation === id)?.report;
    await this.#begin(report, async () => {
      const invitation = await this.#invitations.take(id);
      if (invitation === undefined) throw new LiveServiceError('live-no-invitation');
      from = invitation.from.signingKey;
      await audit.append('live-accepted', { invitation: id, from });
      const servers = rooms === undefined ? [] : await rooms.iceServers(this.#patience());
      return new LetterWay(id, invitation.from, servers.length > 0 ? servers : [...iceServers], post);
    });
  }

  async decline(id: string): Promise<void> {
    const { post, audit } = this.#options;
    const invitation = await this.#invitations.take(id);
    if (invitation === undefined) throw new LiveServiceError('live-no-invitation');
    this.#changed();
    await audit.append('live-declined', { invitation: id, from: invitation.from.signingKey });
    await post.send(
      invitation.from,
      { kind: 'live-end', body: { invitation: id, code: 'live-declined' } },
      LETTER_LIFE_MS,
    );
  }

  /** The session of this name. Throws `live-gone` for any other. */
  run(session: string): LiveRun {
    if (this.#run?.id !== session) throw new LiveServiceError('live-gone');
    return this.#run;
  }

  async endSession(session: string): Promise<void> {
    await this.run(session).end(new LiveError('live-closed'), 'ended');
  }

  dismiss(session: string): void {
    if (!this.run(session).isOver) return;
    this.#run = undefined;
    this.#changed();
  }

  /** What a page says: only the one that has the session is heard, and such as lend their console to it. */
  async receive(source: string, session: string, value: unknown, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const run = this.run(session);
    const news = v.safeParse(livePageNewsSchema, value);
    if (!news.success) throw new LiveServiceError('live-gone');
    if (news.output.kind === 'console') {
      this.#feed.lend(source, session, news.output.message);
      return;
    }
    if (run.source !== source) throw new LiveServiceError('live-gone');
    await run.receive(news.output, bytes);
  }

  /** A letter of ours was written: who is connected gets it at once. */
  carry(to: string, id: string, sealed: Uint8Array): void {
    this.#run?.carry(to, id, sealed);
  }

  /** Something became of a command: see the audit log's records `command-…`. */
  noteCommand(state: string, body: Readonly<Record<string, unknown>>): void {
    this.#run?.noteCommand(state, body);
  }

  /** The computer was locked, or goes to sleep: nobody is there who could see what is shown. */
  async lock(): Promise<void> {
    await this.#run?.grants.withdrawAll('locked');
  }

  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    this.#closing.abort();
    await this.#run?.end(new LiveError('live-closed'), 'ended');
    await this.#run?.recorder.close(CLOSE_MS);
  }

  async #begin(report: string | undefined, open: () => Promise<Way>): Promise<void> {
    if (this.#isBeginning || this.#run?.isOver === false) throw new LiveServiceError('live-busy-here');
    const window = this.#chooseWindow();
    this.#isBeginning = true;
    try {
      const way = await open();
      const { app, audit, clock, commands, post, recordings, session, technicianOf, takeLetter, windows } =
        this.#options;
      const run: LiveRun = new LiveRun({
        way,
        window,
        report,
        recordings,
        app,
        audit,
        clock,
        install: post.self,
        offers: OFFERS,
        sessionStartedMs: session.startedMs,
        commands,
        technicianOf,
        takeLetter,
        tell: (source, news) => {
          windows.tell(source, 'live', { session: run.id, news });
        },
        onChange: () => {
          // After the page was told of the grant, which is when it can take something up.
          if (this.#run === run) this.#feed.set(run.consoleReader);
          this.#changed();
        },
      });
      await audit.append('live-begun', { session: run.id, way: way.kind, from: way.from?.signingKey ?? null });
      this.#run = run;
      for (const source of windows.keys()) this.#attach(source);
      this.#changed();
    } finally {
      this.#isBeginning = false;
    }
  }

  #chooseWindow(): string {
    const { windows, session } = this.#options;
    const sources = windows.keys();
    const opener = this.#opener !== undefined && windows.has(this.#opener) ? this.#opener : sources.at(-1);
    const window = opener === undefined ? undefined : session.source(opener)?.window;
    if (window === undefined) throw new LiveServiceError('live-no-window');
    return window;
  }

  #attach(source: string): void {
    const run = this.#run;
    if (run === undefined || this.#options.session.source(source)?.window !== run.window) return;
    // What has ended has ended, also where the disk does not take the record of it.
    run.attach(source).catch(() => undefined);
  }

  async #receiveLetter({ envelope, ...letter }: VerifiedLetter): Promise<void> {
    if (envelope.kind === 'live-invitation') {
      const { invitation, report } = envelope.body;
      const from = letter.sender.signingKey;
      const isShown = await this.#invitations.add({ envelope, ...letter });
      await this.#options.audit.append(isShown ? 'live-invited' : 'live-invitation-refused', {
        invitation,
        report,
        from,
      });
      this.#changed();
    } else if (
      envelope.kind === 'live-end' &&
      (await this.#invitations.takeBack(envelope.body.invitation, letter.sender.signingKey))
    ) {
      this.#changed();
    } else if (this.#run?.way instanceof LetterWay && !this.#run.isOver) {
      this.#run.way.receive({ envelope, ...letter });
    }
  }

  #patience(): AbortSignal {
    return AbortSignal.any([this.#closing.signal, AbortSignal.timeout(DESK_PATIENCE_MS)]);
  }

  #changed(): void {
    if (this.#closing.signal.aborted) return;
    this.#onInvitations();
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      if (this.#options.panels.size > 0) this.#options.panels.tellAll('live', this.view());
    }, TELL_INTERVAL_MS).unref();
  }
}
