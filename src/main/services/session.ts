import { randomBytes } from 'node:crypto';
import type { Anchor, Source } from '../../shared/session/clock.js';
import type { FileSystem } from './durable-file.js';
import type { HostClock } from './host-clock.js';
import { ServiceError } from './service-errors.js';
import { SessionStore, type RegisteredSource, type SessionFile } from './session-file.js';
import { COARSE_MS, mintCapability, SourceRegistry, withAnchor } from './source-registry.js';

export interface SessionOptions {
  readonly folder: string;
  readonly fs: FileSystem;
  readonly clock: HostClock;
  /** A host that was away for longer than the ring keeps anything begins a new session. */
  readonly maxAgeMs: number;
}

export interface NewWindow {
  readonly window?: string | undefined;
  readonly originMs: number;
  readonly monoMs: number;
  readonly wallMs: number;
  readonly title: string;
}

/** As many as a bundle's manifest may name, with room for the host's own. */
const MAX_SOURCES = 9000;
const HEARTBEAT_MS = 15_000;

/**
 * The session: its id, its clock and the sources that record in it. Session time is this process's monotonic clock; over a
 * restart of the host it goes on by the wall clock, and never backwards.
 */
export class Session {
  readonly id: string;
  /** Wall clock (Unix ms) of session time 0. */
  readonly startedMs: number;
  /** This run of the host process, a source of its own lanes. */
  readonly hostSource: string;
  readonly #store: SessionStore;
  readonly #clock: HostClock;
  readonly #maxAgeMs: number;
  readonly #offsetMs: number;
  readonly #sources = new SourceRegistry();
  #windows: number;
  readonly #hostRuns: number;
  #paused: boolean;
  #wipedMs: number | undefined;
  #wipeOwed: boolean;
  readonly #heartbeat: NodeJS.Timeout;

  static async open(options: SessionOptions): Promise<Session> {
    const store = new SessionStore(options.fs, options.folder);
    const saved = await store.read();
    const session = new Session(options, store, saved);
    await session.#save(true);
    return session;
  }

  private constructor(options: SessionOptions, store: SessionStore, saved: SessionFile | undefined) {
    this.#store = store;
    this.#clock = options.clock;
    this.#maxAgeMs = options.maxAgeMs;
    const [monoMs, wallMs] = [options.clock.monoMs(), options.clock.wallMs()];
    // A wall clock that was set back says nothing of how long the host was away; that it was short is the better guess.
    const awayMs = saved === undefined ? 0 : Math.max(0, wallMs - saved.savedWallMs);
    const resumed = saved !== undefined && awayMs <= options.maxAgeMs ? saved : undefined;
    const nowMs = resumed === undefined ? 0 : resumed.savedMs + awayMs;
    this.#offsetMs = nowMs - monoMs;
    this.id = resumed?.id ?? `s${randomBytes(10).toString('hex')}`;
    this.startedMs = resumed?.startedMs ?? wallMs;
    this.#hostRuns = (resumed?.hostRuns ?? 0) + 1;
    this.#windows = resumed?.windows ?? 0;
    // Who paused the recording wants it paused until they say otherwise, over a restart and into a new session.
    this.#paused = saved?.paused ?? false;
    this.#wipedMs = resumed?.wipedMs;
    // What a wipe has not reached lies in the windows' ring, whichever session it was of.
    this.#wipeOwed = saved?.wipeOwed ?? false;
    for (const source of resumed?.sources ?? []) this.#sources.keep(source);
    this.hostSource = `host-${this.#hostRuns}`;
    this.#sources.keep({
      id: this.hostSource,
      kind: 'host',
      originMs: wallMs - monoMs,
      anchors: [{ monoMs, sessionMs: nowMs, wallMs, uncertaintyMs: 0 }],
      seenMs: nowMs,
    });
    this.#heartbeat = setInterval(() => {
      this.#beat();
    }, HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  /** Session time, now. */
  nowMs(): number {
    return this.#clock.monoMs() + this.#offsetMs;
  }

  /** Session time of this host run's own clock. */
  get hostOffsetMs(): number {
    return this.#offsetMs;
  }

  get paused(): boolean {
    return this.#paused;
  }
  get wipedMs(): number | undefined {
    return this.#wipedMs;
  }
  get wipeOwed(): boolean {
    return this.#wipeOwed;
  }

  source(id: string): RegisteredSource | undefined {
    return this.#sources.get(id);
  }

  /** As a manifest holds it: nothing of the capability. */
  publicSource(id: string): Source | undefined {
    return this.#sources.publicSource(id);
  }

  /** A document that has just loaded. Resolves when a restart of the host would know it: its rows can always be placed. */
  async addWindow(hello: NewWindow): Promise<{ source: string; window: string; capability: string }> {
    this.#forgetOld();
    if (this.#sources.size >= MAX_SOURCES) throw new ServiceError('too-many-windows');
    const known = this.#sources.all().filter(({ window }) => window !== undefined && window === hello.window);
    const window = known.length > 0 && hello.window !== undefined ? hello.window : this.#newWindow();
    const documents = known.map(({ id }) => Number(/-(\d+)$/.exec(id)?.[1] ?? 0));
    const source = `${window}-${Math.max(0, ...documents) + 1}`;
    const { capability, capabilitySha256 } = mintCapability();
    const nowMs = this.nowMs();
    this.#sources.keep({
      id: source,
      kind: 'window',
      window,
      title: hello.title,
      originMs: hello.originMs,
      // Coarse: the document's clock was read before the question was sent. Its own anchors, measured both ways, follow.
      anchors: [{ monoMs: hello.monoMs, sessionMs: nowMs, wallMs: hello.wallMs, uncertaintyMs: COARSE_MS }],
      seenMs: nowMs,
      capabilitySha256,
    });
    await this.#save(true);
    return { source, window, capability };
  }

  /** Takes the numbering over, so that a copied tab (which copies the id of its window) becomes a window of its own. */
  #newWindow(): string {
    this.#windows += 1;
    return `w${this.#windows}`;
  }

  /** The source that was given this capability, if any was. */
  sourceOf(capability: string): string | undefined {
    return this.#sources.sourceOf(capability);
  }

  /** Was a window heard of within this time? */
  hasRecentWindow(withinMs: number): boolean {
    const sinceMs = this.nowMs() - withinMs;
    return this.#sources.all().some(({ kind, seenMs }) => kind === 'window' && seenMs >= sinceMs);
  }

  seen(id: string): void {
    const source = this.#sources.get(id);
    if (source !== undefined) source.seenMs = Math.max(source.seenMs, this.nowMs());
  }

  addAnchor(id: string, anchor: Anchor, title: string): void {
    const source = this.#sources.get(id);
    if (source === undefined) throw new ServiceError('capability-refused');
    source.title = title;
    source.seenMs = this.nowMs();
    source.anchors = withAnchor(source.anchors, anchor);
    void this.#saveSoon();
  }

  async setPaused(paused: boolean): Promise<void> {
    this.#paused = paused;
    await this.#save(true);
  }

  async noteWipe(): Promise<void> {
    this.#wipedMs = this.nowMs();
    this.#wipeOwed = true;
    await this.#save(true);
  }

  async settleWipe(): Promise<void> {
    this.#wipeOwed = false;
    await this.#save(true);
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#save(true);
  }

  /** A source that was not heard of for twice as long as anything is kept can have no row left. */
  #forgetOld(): void {
    this.#sources.forgetBefore(this.nowMs() - 2 * this.#maxAgeMs, this.hostSource);
  }

  #beat(): void {
    this.seen(this.hostSource);
    this.#forgetOld();
    void this.#saveSoon();
  }

  /** For what a restart may lose without harm. A full disk is told where it matters: in hello, in a draft, in the outbox. */
  async #saveSoon(): Promise<void> {
    await this.#save(false).catch(() => undefined);
  }

  async #save(sync: boolean): Promise<void> {
    await this.#store.write(() => this.#snapshot(), sync);
  }

  #snapshot(): SessionFile {
    return {
      version: 1,
      id: this.id,
      startedMs: this.startedMs,
      savedMs: this.nowMs(),
      savedWallMs: this.#clock.wallMs(),
      hostRuns: this.#hostRuns,
      windows: this.#windows,
      paused: this.#paused,
      ...(this.#wipedMs === undefined ? {} : { wipedMs: this.#wipedMs }),
      wipeOwed: this.#wipeOwed,
      sources: this.#sources.all(),
    };
  }
}
