import { randomUUID } from 'node:crypto';
import type { CommandDescription } from '../../../shared/commands/command.js';
import { isLiveErrorCode, isLiveOffence, LiveError } from '../../../shared/protocol/live-errors.js';
import type { GrantKind } from '../../../shared/protocol/live-grants.js';
import type {
  LiveHostNews,
  LiveOrders,
  LivePageNews,
  LiveReport,
  LiveSessionView,
} from '../../../shared/protocol/live-host.js';
import type { Doing } from '../../../shared/protocol/live-messages.js';
import type { LetterSender } from '../../../shared/protocol/letters.js';
import type { PublicIdentity } from '../../../shared/crypto/keys.js';
import type { HostClock } from '../host-clock.js';
import { Asks } from './asks.js';
import type { ConsoleReader } from './console-feed.js';
import { Grants, type AuditTrail } from './grants.js';
import { LiveRecorder, type LiveFacts } from './live-recorder.js';
import { LiveServiceError } from './live-service-error.js';
import type { Recordings } from './recordings.js';
import { RunPage } from './run-page.js';
import { ordersOf, viewOf, type RunFacts } from './run-views.js';
import type { Way } from './way.js';

export interface LiveRunOptions {
  readonly way: Way;
  /** The window that the technician is to see: it stays the same when its page is loaded again. */
  readonly window: string;
  readonly report: string | undefined;
  readonly recordings: Recordings;
  readonly app: { readonly name: string; readonly version: string };
  readonly install: Readonly<PublicIdentity>;
  readonly offers: readonly GrantKind[];
  readonly clock: HostClock;
  /** Unix ms of session time 0. */
  readonly sessionStartedMs: number;
  readonly audit: AuditTrail;
  /** What may be proposed to this host. */
  readonly commands: () => readonly CommandDescription[];
  readonly technicianOf: (signingKey: string, sentMs: number) => Promise<LetterSender>;
  /** A letter that the technician sent through the connection. Rejects where it is not taken. */
  readonly takeLetter: (id: string, sealed: Uint8Array<ArrayBuffer>, from: string) => Promise<void>;
  /** To the page that has the session now. */
  readonly tell: (source: string, news: LiveHostNews) => void;
  readonly onChange: () => void;
}

/** A page whose channel broke is the same page if it is back within this. */
export const GRACE_MS = 5000;
/** A page that was closed or loaded again may come back within this. */
export const COME_BACK_MS = 2 * 60_000;
const MAX_CHAT = 500;

type Chat = LiveSessionView['chat'][number];

/** One live session as the host process knows it, from the first press to its end. */
export class LiveRun {
  readonly id = randomUUID();
  readonly window: string;
  readonly grants: Grants;
  readonly recorder: LiveRecorder;
  readonly #asks: Asks;
  readonly #options: LiveRunOptions;
  readonly #startedMs: number;
  #reportId: string | undefined;
  readonly #page = new RunPage();
  #from: LetterSender | undefined;
  #openedMs: number | undefined;
  #doing: Doing | undefined;
  #chat: readonly Chat[] = [];
  readonly #proposals = new Set<string>();
  #error: LiveError | undefined;
  /** The grant for which the commands were told. */
  #offeredFor: string | undefined;

  constructor(options: LiveRunOptions) {
    this.#options = options;
    this.#reportId = options.report;
    this.window = options.window;
    this.#from = options.way.from;
    this.#startedMs = options.clock.wallMs();
    this.grants = new Grants({
      session: this.id,
      clock: options.clock,
      audit: options.audit,
      onChange: () => {
        this.#changed();
      },
      onEvent: (event) => {
        this.recorder.noteGrant(event);
      },
    });
    this.recorder = this.#openRecorder();
    this.#asks = new Asks({
      ...options,
      session: this.id,
      grants: this.grants,
      words: () => this.#page.confirmed,
      known: () => this.#from,
      onVerified: (from) => this.#noteVerified(from),
    });
  }

  get isOver(): boolean {
    return this.#error !== undefined;
  }
  get isOpen(): boolean {
    return this.#error === undefined && this.#page.isOpen;
  }
  get source(): string | undefined {
    return this.#page.source;
  }
  get from(): LetterSender | undefined {
    return this.#from;
  }
  /** The page that may be told what the console shows, while that is granted. */
  get consoleReader(): ConsoleReader | undefined {
    const isGranted = this.grants.given.some(({ kind }) => kind === 'console');
    const page = isGranted && this.isOpen ? this.#page.reachable : undefined;
    return page === undefined ? undefined : { session: this.id, page };
  }
  get way(): Way {
    return this.#options.way;
  }

  /** A page of the session's window is there: the first one, one whose channel was broken, or one that was loaded again. */
  async attach(source: string): Promise<void> {
    if (this.isOver || this.#page.isThere(source)) return;
    const kind = this.#page.kindOf(source);
    if (kind === 'another' && this.#options.way.kind === 'texts') {
      // Its texts were of a connection that is gone.
      await this.end(new LiveError('live-lost'), 'ended');
      return;
    }
    this.#page.attach(source);
    if (kind !== 'same') this.#doing = undefined;
    this.#changed();
    // A page that was loaded again begins without any.
    if (kind === 'another') await this.grants.withdrawAll('disconnected');
  }

  /** The page cannot be reached. If it does not come back soon, what was granted ends. */
  detach(source: string): void {
    if (this.isOver || !this.#page.isThere(source)) return;
    this.#page.lose(this.#options.clock.monoMs());
    this.#changed();
  }

  /** What the page says. It may say anything: nothing that it says gives more than it had. */
  async receive(news: Exclude<LivePageNews, { kind: 'console' }>, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.isOver) return;
    switch (news.kind) {
      case 'report':
        await this.#note(news.report);
        return;
      case 'signal':
        this.#options.way.send(news.signal);
        return;
      case 'again':
        this.#options.way.again();
        return;
      case 'stop':
        if (news.what === 'grants') await this.grants.withdrawAll('taken-back');
        else if (news.what === 'recording') await this.grants.withdrawKind('be-recorded', 'taken-back');
        else await this.end(new LiveError('live-closed'), 'ended');
        return;
      default:
        if (!this.isOpen) throw new LiveServiceError('live-not-open');
    }
    this.grants.noteActivity();
    switch (news.kind) {
      case 'asked':
        await this.#asks.take(news.ask);
        return;
      case 'given-up':
        await this.grants.withdraw(news.grant, 'given-up');
        return;
      case 'chat':
        if (!this.grants.has('chat')) throw new LiveServiceError('live-not-open');
        this.#say({ id: news.id, from: 'technician', text: news.text, atMs: this.#options.clock.wallMs() });
        return;
      case 'doing':
        this.#doing = news.what;
        this.recorder.noteDoing(news.what);
        this.#changed();
        return;
      case 'letter':
        if (!this.grants.has('commands') || this.#from === undefined) throw new LiveServiceError('live-not-open');
        await this.#options.takeLetter(news.id, bytes, this.#from.signingKey);
    }
  }

  /** The customer has compared the words. Rejects with `live-words-changed` where these are not the ones any more. */
  async confirm(words: readonly string[], areSame: boolean): Promise<void> {
    if (this.isOver) throw new LiveServiceError('live-gone');
    if (!this.#page.hasWords(words)) throw new LiveServiceError('live-words-changed');
    await this.#options.audit.append(areSame ? 'live-confirmed' : 'live-words-differ', { session: this.id });
    if (!areSame) {
      await this.end(new LiveError('live-words-differ'), 'words-differ');
      return;
    }
    if (!this.#page.hasWords(words)) throw new LiveServiceError('live-words-changed');
    this.#page.confirm(words);
    this.#changed();
  }

  say(text: string): void {
    if (!this.isOpen || !this.grants.has('chat')) throw new LiveServiceError('live-not-open');
    const said: Chat = { id: randomUUID(), from: 'customer', text, atMs: this.#options.clock.wallMs() };
    this.#say(said);
    this.#tell({ kind: 'chat', id: said.id, text, atMs: said.atMs });
  }

  paste(text: string): void {
    if (this.isOver) throw new LiveServiceError('live-gone');
    this.#tell({ kind: 'pasted', text });
  }

  /** A letter of ours to this technician: the connection carries it at once. */
  carry(to: string, id: string, sealed: Uint8Array): void {
    if (!this.isOpen || to !== this.#from?.signingKey) return;
    this.#tell({ kind: 'letter', id, sealed: Buffer.from(sealed).toString('base64') });
  }

  /** Of the technician's commands, in the words of the audit log. */
  noteCommand(state: string, body: Readonly<Record<string, unknown>>): void {
    const { proposal, command, from } = body;
    if (typeof proposal !== 'string' || this.#from === undefined) return;
    if (from === this.#from.signingKey) this.#proposals.add(proposal);
    if (!this.#proposals.has(proposal)) return;
    this.recorder.noteCommand(proposal, state, typeof command === 'string' ? command : undefined);
  }

  /** Calling it again does nothing. */
  async end(error: LiveError, why: 'ended' | 'words-differ'): Promise<void> {
    if (this.isOver) return;
    this.#error = error;
    this.#tell({ kind: 'end', why });
    this.#changed();
    await this.grants.close();
    // The farewell of a page that is not connected goes this way, in a moment.
    setTimeout(() => {
      this.#options.way.close();
    }, 1000).unref();
    const { audit } = this.#options;
    if (isLiveOffence(error.code)) {
      const from = this.#from?.signingKey ?? null;
      await audit.append('live-refused', {
        session: this.id,
        code: error.code,
        from,
        name: this.#page.report.otherName ?? '',
      });
    }
    await audit.append('live-ended', { session: this.id, code: error.code });
  }

  tick(): void {
    if (this.isOver) return;
    this.grants.tick();
    this.recorder.tick();
    const { clock } = this.#options;
    const { lostMonoMs } = this.#page;
    if (lostMonoMs === undefined) return;
    const lostForMs = clock.monoMs() - lostMonoMs;
    // What has ended has ended, also where the disk does not take the record of it.
    if (lostForMs >= COME_BACK_MS) this.end(new LiveError('live-lost'), 'ended').catch(() => undefined);
    else if (lostForMs >= GRACE_MS && this.#page.isLinked) {
      this.#page.giveUp();
      this.#doing = undefined;
      this.#changed();
      this.grants.withdrawAll('disconnected').catch(() => undefined);
    }
  }

  orders(): LiveOrders {
    return ordersOf(this.#facts());
  }

  view(): LiveSessionView {
    return viewOf(this.#facts());
  }

  #facts(): RunFacts {
    return {
      ...this.#options,
      id: this.id,
      phase: this.isOver ? 'ended' : this.#page.phase,
      report: this.#page.report,
      reportId: this.#reportId,
      joins: this.#joins,
      recording: this.recorder.view(),
      from: this.#from,
      confirmed: this.#page.confirmed,
      grants: this.grants,
      doing: this.#doing,
      chat: this.#chat,
      error: this.#error,
      startedMs: this.#startedMs,
      openedMs: this.#openedMs,
    };
  }

  get #joins(): string | undefined {
    const { recordings } = this.#options;
    const report = recordings.reportFor(this.#reportId);
    return report === undefined ? undefined : recordings.receiptCodeOf(report);
  }

  /** The page has a session now: the way may speak to it. */
  #link(source: string): void {
    if (this.#page.isLinked) return;
    this.#page.link();
    const isCurrent = (): boolean => this.#page.source === source && !this.isOver;
    this.#options.way.listen({
      joined: () => {
        if (isCurrent()) this.#tell({ kind: 'joined' });
      },
      signal: (signal) => {
        if (isCurrent()) this.#tell({ kind: 'signal', signal });
      },
      failed: (code) => {
        if (isCurrent()) this.#tell({ kind: 'failed', code });
      },
    });
  }

  async #note(report: LiveReport): Promise<void> {
    const wasOpen = this.isOpen;
    this.#page.note(report);
    this.recorder.noteReport(report);
    if (this.#page.source !== undefined) this.#link(this.#page.source);
    if (report.phase === 'ended') {
      const code = report.code ?? 'live-ended';
      await this.end(new LiveError(isLiveErrorCode(code) ? code : 'live-ended'), 'ended');
      return;
    }
    await this.#noteOpening(wasOpen);
  }

  async #noteOpening(wasOpen: boolean): Promise<void> {
    const { isOpen } = this;
    if (isOpen && !wasOpen) {
      this.#openedMs ??= this.#options.clock.wallMs();
      this.grants.noteActivity();
    }
    this.#changed();
    if (wasOpen && !isOpen) await this.grants.withdrawAll('disconnected');
    else if (isOpen && !wasOpen) await this.#options.audit.append('live-opened', { session: this.id });
  }

  async #noteVerified(from: LetterSender): Promise<void> {
    this.#from = from;
    this.recorder.noteWith(this.#liveFacts());
    const { signingKey, name = '' } = from;
    await this.#options.audit.append('live-verified', { session: this.id, from: signingKey, name });
  }

  #say(said: Chat): void {
    if (this.#chat.some(({ id }) => id === said.id)) return;
    this.#chat = [...this.#chat, said].slice(-MAX_CHAT);
    this.recorder.noteChat(said.from, said.text);
    this.#changed();
  }

  #openRecorder(): LiveRecorder {
    const { clock, recordings, way } = this.#options;
    return new LiveRecorder({
      session: this.id,
      way: way.kind,
      clock,
      recordings,
      report: () => this.#reportId,
      facts: () => this.#liveFacts(),
      onReport: (report) => {
        this.#reportId = report;
        this.#changed();
      },
      onFull: (grant) => {
        this.grants.withdraw(grant, 'run-out').catch(() => undefined);
      },
      onChange: () => {
        this.#changed();
      },
    });
  }

  #liveFacts(): LiveFacts {
    return { from: this.#from, report: this.#page.report, given: this.grants.given };
  }

  /** Once for each grant, after it was told. */
  #offerCommands(): void {
    const grant = this.isOpen ? this.grants.given.find(({ kind }) => kind === 'commands')?.grant : undefined;
    if (grant === this.#offeredFor) return;
    this.#offeredFor = grant;
    if (grant !== undefined) this.#tell({ kind: 'commands', commands: [...this.#options.commands()] });
  }

  #tell(news: LiveHostNews): void {
    const { reachable } = this.#page;
    if (reachable !== undefined) this.#options.tell(reachable, news);
  }

  #changed(): void {
    if (!this.isOver) {
      this.#tell({ kind: 'orders', orders: this.orders() });
      this.#offerCommands();
    }
    this.#options.onChange();
  }
}
