import { FluxionError, toErrorResult, type ErrorResult } from '../shared/errors.js';
import { RING_MAX_AGE_MS } from '../shared/constants.js';
import type { HostPort } from '../shared/protocol/contract.js';
import type { PanelView, RecorderContract, RecordingState, ScreenSurface } from '../shared/protocol/host.js';
import type { LogLevel } from '../shared/session/lane.js';
import type { Anchor } from '../shared/session/clock.js';
import { SourceClock } from './clock.js';
import { EventFlow } from './event-flow.js';
import { HostLink, type Welcome } from './host-link.js';
import { actionLane } from './lanes/action/action.js';
import { domLane, domNodeId } from './lanes/dom.js';
import { errorLane } from './lanes/error.js';
import type { Lane, LaneContext } from './lanes/lane.js';
import { logLane, LogWriter } from './lanes/log.js';
import { networkLane } from './lanes/network/network.js';
import { ScreenControl, type ScreenState } from './lanes/screen/screen-control.js';
import { LiveGate } from './live/live-gate.js';
import { FieldWatch } from './masking/field-watch.js';
import type { MaskedValue } from '../shared/privacy/masked-values.js';
import { useSelectors, type MaskOptions } from './masking/selectors.js';
import { PanelOverlay, type Question } from './overlay.js';
import { listen, makeGuard, now, wallNow, type Guard } from './page.js';
import { RequestNotice } from './request-notice.js';
import { openRing, type Ring } from './ring/ring.js';
import { holdLock } from './window-id.js';

export type { PanelView };

/** The recorder of one document. None of its functions throws, and no promise of it rejects. */
export interface Recorder {
  /** `stopped` after `stop()`; all others are what the customer is told as well. */
  readonly state: RecordingState | 'stopped';
  readonly isPanelOpen: boolean;
  /** So many of support's requests wait for the customer's word, in the panel's view `approvals`. */
  readonly pendingRequests: number;
  /** Whether a video of the screen is being recorded, or why not. */
  readonly screen: ScreenState;
  /**
   * Begins a video, which is recorded like everything else and sent like everything else: of this window with what is masked
   * painted over (`app`), or of a screen that the customer chooses, as it is (`screen`). Call it right after a gesture: the
   * browser asks the customer. It resolves when it is on or known why not.
   */
  startScreen(options?: { readonly surface?: ScreenSurface }): Promise<void>;
  stopScreen(): Promise<void>;
  /** A PNG of this window, masked as the video is, to be called right after a gesture. It is given to you and not recorded. */
  screenshot(): Promise<Blob | undefined>;
  /** Shows the panel. It resolves when the panel is there, or a sentence that says why not. */
  openPanel(view?: PanelView): Promise<void>;
  /** This window only. What happens while it is paused is not kept. */
  setPaused(paused: boolean): void;
  /** Writes a line to the log lane, for a logger of the app that does not write to the console. */
  log(level: LogLevel, message: string, ...args: unknown[]): void;
  /** Called after each change of `state`, `screen`, `pendingRequests` or `isPanelOpen`. Answers how to stop listening. */
  onChange(listener: () => void): () => void;
  /** Ends recording in this document for good. What was recorded stays until it is too old. */
  stop(): void;
}

export interface RecorderOptions {
  /** Where the host serves the recorder on the app's origin. */
  readonly basePath?: string;
  /** @internal The way to the host, if it is neither HTTP nor Electron's IPC. */
  readonly host?: HostPort<RecorderContract>;
  /** Selectors for masking, beside the attributes data-fluxrec-mask, -unmask and -block. */
  readonly mask?: MaskOptions;
  /** Opens the panel: `Mod+Shift+D` by default (Mod is Ctrl, on a Mac Cmd); false for none. */
  readonly hotkey?: string | false;
  /** The name under which `log()` writes: `app` by default. */
  readonly logger?: string;
}

const PANEL_TITLES: Readonly<Record<PanelView, string>> = {
  send: 'Send Diagnostics',
  recording: 'Recording',
  wipe: 'Recording',
  approvals: 'Requests of support',
  live: 'Live session',
};
/** How much there is, is told so often while the customer looks, and so often while nobody does. */
const STATUS_SEEN_MS = 2000;
const STATUS_UNSEEN_MS = 10_000;
/** Another document of a source that is gone cannot hold its lock. */
const SOURCE_LOCK_WAIT_MS = 5000;
/** Faults of our own that are told one by one; the later ones only count. */
const MAX_FAULTS_TOLD = 20;

const SCREEN_CONSENT: Question = {
  title: 'Record a screen?',
  text:
    'You choose the screen or window next. Everything on it is recorded as it is: what you type, other programs, messages that ' +
    'come in. Fields are not covered there. The video stays on this computer until you send it.',
  yes: 'Choose a screen…',
  no: 'Cancel',
};

const LANES: Readonly<Record<string, Lane>> = {
  log: logLane,
  error: errorLane,
  network: networkLane,
  action: actionLane,
  dom: domLane,
};

export class PageRecorder implements Recorder {
  readonly #host: HostPort<RecorderContract>;
  readonly #link: HostLink;
  readonly #clock: SourceClock;
  readonly #flow: EventFlow;
  readonly #fields = new FieldWatch();
  readonly #guard: Guard;
  readonly #overlay: PanelOverlay;
  readonly #notice: RequestNotice;
  readonly #writer: LogWriter;
  readonly #screen: ScreenControl;
  readonly #live: LiveGate;
  readonly #logger: string;
  readonly #listeners = new Set<() => void>();
  readonly #freshStarts: (() => void)[] = [];
  readonly #leaves: (() => void)[] = [];
  readonly #stops: (() => void)[] = [];
  #ring: Ring | undefined;
  #releaseSource: (() => void) | undefined;
  #state: Recorder['state'] = 'starting';
  #isPaused = false;
  #isStopped = false;
  #failure: ErrorResult | undefined;
  #maxAgeMs = RING_MAX_AGE_MS;
  #lastAnchor: Anchor | undefined;
  #toldTitle = '';
  #source = '';
  #pendingRequests = 0;
  #isTelling = false;
  /** Masked values were lost on their way to the host. */
  #isHostUntold = false;
  #toldMs = 0;
  #faults = 0;

  constructor(host: HostPort<RecorderContract>, ownUrl: string, options: RecorderOptions) {
    const originMs = wallNow() - now();
    this.#host = host;
    this.#logger = options.logger ?? 'app';
    this.#guard = makeGuard((error) => {
      this.#noteFault(error);
    });
    this.#flow = new EventFlow(originMs, this.#fields, () => {
      if (this.#clock.checkStep()) void this.#link.measure();
      void this.#tellMasked(this.#isHostUntold ? this.#fields.all('host') : this.#fields.takeFresh('host'));
    });
    this.#clock = new SourceClock({
      now,
      wallNow,
      ask: async () => (await this.#link.call('clock', {})).sessionMs,
      onAnchor: (anchor) => {
        this.#lastAnchor = anchor;
        this.#ring?.anchor(anchor);
        this.#sendAnchor();
      },
      onStep: (stepMs) => {
        const seconds = Math.round(Math.abs(stepMs) / 100) / 10;
        const direction = stepMs > 0 ? 'forward' : 'back';
        this.#flow.report('clock-step', `The computer’s clock went ${seconds} s ${direction}, or the computer slept.`);
      },
    });
    this.#link = new HostLink({
      host,
      clock: this.#clock,
      originMs,
      title: () => this.#title(),
      onWelcome: (welcome, anchor) => this.#welcome(welcome, anchor, originMs),
    });
    this.#notice = new RequestNotice({
      onLook: () => void this.openPanel('approvals'),
    });
    this.#overlay = new PanelOverlay((isOpen) => {
      this.#guard(() => {
        this.#notice.setCovered(isOpen);
      })();
      this.#changed();
    });
    const context = this.#laneContext(ownUrl);
    this.#screen = this.#screenControl(context);
    this.#writer = new LogWriter(context);
    this.#live = this.#liveGate(originMs);
    this.#startLanes(context, useSelectors(options.mask ?? {}));
    this.#listenToHost();
    this.#listenToPage();
    this.#link.start();
  }

  get state(): Recorder['state'] {
    return this.#state;
  }

  get isPanelOpen(): boolean {
    return this.#overlay.isOpen;
  }

  get pendingRequests(): number {
    return this.#pendingRequests;
  }

  get screen(): ScreenState {
    return this.#screen.state;
  }

  startScreen({ surface = 'app' }: { readonly surface?: ScreenSurface } = {}): Promise<void> {
    return this.#screen.start(surface);
  }

  stopScreen(): Promise<void> {
    return this.#screen.stop();
  }

  screenshot(): Promise<Blob | undefined> {
    return this.#screen.screenshot().catch(() => undefined); // Its state says why.
  }

  async openPanel(view: PanelView = 'send'): Promise<void> {
    const title = PANEL_TITLES[view];
    this.#flow.flush();
    void this.#tellStatus();
    try {
      const { embedUrl } = await this.#link.call('openPanel', { view });
      if (embedUrl !== undefined) this.#overlay.open(embedUrl, title);
    } catch (error) {
      this.#guard(() => {
        this.#overlay.showProblem(title, toErrorResult(error).message);
      })();
    }
  }

  setPaused(paused: boolean): void {
    if (this.#isStopped || paused === this.#isPaused) return;
    if (paused) this.#flow.report('paused', 'Recording was paused.');
    this.#isPaused = paused;
    this.#flow.setClosed(paused);
    this.#screen.reset();
    this.#live.notePaused();
    if (!paused) {
      this.#flow.report('resumed', 'Recording goes on.');
      this.#freshStart();
    }
    this.#changed();
  }

  log(level: LogLevel, message: string, ...args: unknown[]): void {
    if (this.#isStopped) return;
    this.#guard(() => {
      this.#writer.write({ level, logger: this.#logger }, [message, ...args], () => ({}));
    })();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#leave();
    void this.#screen.stop();
    this.#isStopped = true;
    for (const stop of this.#stops) this.#guard(stop)();
    this.#live.stop();
    this.#overlay.close();
    this.#notice.remove();
    this.#link.stop();
    this.#dropRing();
    this.#host.close();
    this.#changed();
  }

  #screenControl(context: LaneContext): ScreenControl {
    return new ScreenControl({
      context,
      emitChunk: (chunk, monoMs) => {
        this.#flow.emitScreen(chunk, monoMs);
      },
      isRecording: () => this.#ring !== undefined && !this.#isStopped,
      consent: () => this.#overlay.ask(SCREEN_CONSENT),
      onChange: () => {
        this.#changed();
        void this.#tellStatus();
      },
    });
  }

  #liveGate(originMs: number): LiveGate {
    return new LiveGate({
      guard: this.#guard,
      masked: this.#fields,
      tell: (session, news, bytes) => this.#link.call('live', { session, news }, bytes),
      openPanel: () => void this.openPanel('live'),
      screen: { screenshot: () => this.screenshot() },
      source: {
        originMs,
        id: () => this.#source,
        anchor: () => this.#lastAnchor,
        isPaused: () => this.#isPaused || this.#isStopped,
        freshStart: () => {
          this.#freshStart();
        },
        setTap: (tap) => {
          this.#flow.setTap(tap);
        },
        ring: () => this.#ring,
      },
    });
  }

  #laneContext(ownUrl: string): LaneContext {
    return {
      now,
      guard: this.#guard,
      fields: this.#fields,
      emit: (event, urgent = false) => {
        if (event.type === 'error') this.#screen.noteActive();
        return this.#flow.emit(event, urgent);
      },
      emitDom: (event) => {
        this.#flow.emitDom(event);
      },
      report: (kind, text, count) => {
        this.#flow.report(kind, text, count);
      },
      isPaused: () => this.#isPaused || this.#isStopped,
      onFreshStart: (listener) => this.#freshStarts.push(this.#guard(listener)),
      onLeave: (listener) => this.#leaves.push(this.#guard(listener)),
      nodeId: domNodeId,
      isOwnUrl: (url) => url.startsWith(ownUrl),
      maxAgeMs: () => this.#maxAgeMs,
    };
  }

  #startLanes(context: LaneContext, wrongSelectors: readonly string[]): void {
    this.#flow.report('started', 'Recording began.');
    for (const selector of wrongSelectors) {
      this.#flow.report('failed', `A selector for masking cannot be used: ${selector}`);
    }
    const start = this.#guard((lane: Lane) => {
      this.#stops.push(lane(context));
    });
    // Fields first: no lane may see a value that the watch has not.
    start((of) => of.fields.start(of.guard));
    for (const lane of Object.values(LANES)) start(lane);
  }

  #listenToHost(): void {
    const on = this.#host.on.bind(this.#host);
    this.#stops.push(
      on('setPaused', ({ paused }) => {
        this.setPaused(paused);
      }),
      on('handOver', (request) => void this.#handOver(request)),
      on('checkout', () => void this.#checkout()),
      on('wipe', ({ wipe }) => void this.#wipe(wipe)),
      on('stopScreen', () => void this.stopScreen()),
      on('live', ({ session, news }) => {
        this.#live.receive(session, news);
      }),
      this.#host.onConnection((isThere) => {
        this.#live.noteHost(isThere);
      }),
      on('proposals', ({ pending }) => {
        this.#pendingRequests = pending;
        this.#guard(() => {
          this.#notice.setPending(pending);
        })();
        this.#changed();
      }),
    );
    const timer = setInterval(() => {
      if (this.#overlay.isOpen || now() - this.#toldMs >= STATUS_UNSEEN_MS - STATUS_SEEN_MS / 2)
        void this.#tellStatus();
    }, STATUS_SEEN_MS);
    this.#stops.push(() => {
      clearInterval(timer);
    });
  }

  #listenToPage(): void {
    const onLeave = this.#guard(() => {
      this.#leave();
    });
    const onHide = this.#guard(() => {
      this.#live.leave();
    });
    const onShow = this.#guard((event: PageTransitionEvent) => {
      // Out of the back/forward cache: time has passed in which nothing was recorded.
      if (event.persisted) this.#freshStart();
    });
    const onVisibility = this.#guard(() => {
      this.#flow.flush();
      if (document.visibilityState === 'visible') void this.#link.measure();
    });
    this.#stops.push(
      listen(window, 'pagehide', onLeave),
      listen(window, 'pagehide', onHide),
      listen(window, 'pageshow', onShow),
      listen(document, 'visibilitychange', onVisibility),
      listen(document, 'resume', onVisibility),
    );
  }

  async #welcome(welcome: Welcome, anchor: Anchor, originMs: number): Promise<void> {
    const isFirst = this.#ring === undefined;
    this.#dropRing();
    // Before the first row is there: a source without its lock counts as gone.
    this.#releaseSource = await holdLock(`fluxrec-source-${welcome.source}`, SOURCE_LOCK_WAIT_MS);
    if (this.#isStopped) return;
    this.#maxAgeMs = welcome.settings.maxAgeMs;
    const { settings, source, session } = welcome;
    this.#source = source;
    const ring = openRing({ session: session.id, source, originMs, settings });
    this.#ring = ring;
    ring.onFailure((error) => {
      this.#failure = error;
      this.#flow.report('failed', error.message);
      this.#changed();
    });
    ring.onCheckoutWanted(() => {
      this.#freshStart();
    });
    this.#failure = undefined;
    this.#toldTitle = this.#title();
    this.#clock.begin(anchor);
    if (this.#flow.openTo(ring, !isFirst)) this.#freshStart();
    if (!isFirst) this.#screen.reset();
    this.setPaused(welcome.paused || this.#isPaused);
    this.#changed();
    void this.#tellMasked(this.#fields.all('host'));
    void this.#tellStatus();
  }

  /** Its rows stay; with the lock gone, another window hands them over. */
  #dropRing(): void {
    this.#flow.detach();
    const release = this.#releaseSource;
    this.#releaseSource = undefined;
    // Sealing fails where storage does; the lock goes nevertheless.
    void this.#ring?.close().finally(() => release?.());
    this.#ring = undefined;
  }

  async #handOver(request: {
    readonly handOver: string;
    readonly startMs: number;
    readonly endMs: number;
  }): Promise<void> {
    const { handOver } = request;
    try {
      await this.#screen.cut();
      this.#flow.flush();
      const ring = this.#ring;
      if (ring === undefined) throw new FluxionError('not-recording', 'This window has not begun to record.');
      const { dead } = await ring.handOver(request, async (segments, stored) => {
        await this.#link.call('append', { handOver, segments }, stored);
      });
      await this.#link.call('handedOver', { handOver, dead });
    } catch (error) {
      // The host waits for a word from every window; if it cannot be reached either, it stops waiting by itself.
      await this.#link.call('handedOver', { handOver, dead: [], error: toErrorResult(error) }).catch(() => undefined);
    }
  }

  /** The snapshot first: it does not wait for the video. */
  async #checkout(): Promise<void> {
    this.#flow.flush();
    this.#freshStart();
    await this.#screen.cut().catch(() => undefined); // Its state says why.
  }

  async #wipe(wipe: string): Promise<void> {
    let failure: ErrorResult | undefined;
    this.#flow.setClosed(true);
    this.#flow.clear();
    try {
      await this.#ring?.wipe();
    } catch (error) {
      failure = toErrorResult(error);
    }
    this.#flow.clear();
    this.#screen.reset();
    this.#flow.setClosed(this.#isPaused);
    this.#flow.report('wiped', 'Everything recorded before was erased.');
    this.#freshStart();
    const error = failure === undefined ? {} : { error: failure };
    await this.#link.call('wiped', { wipe, ...error }).catch(() => undefined);
    await this.#tellStatus();
  }

  async #tellStatus(): Promise<void> {
    const ring = this.#ring;
    if (ring === undefined || this.#isTelling) return;
    this.#isTelling = true;
    this.#toldMs = now();
    try {
      const { lanes, oldestMs, dropped, failure } = await ring.totals();
      this.#failure = failure;
      this.#setState();
      if (this.#title() !== this.#toldTitle) this.#sendAnchor();
      await this.#link.call('status', {
        state: this.#state === 'stopped' ? 'paused' : this.#state,
        ...(failure === undefined ? {} : { error: failure }),
        ...(oldestMs === undefined ? {} : { oldestMs }),
        lanes,
        dropped,
        ...(this.#screen.surface === undefined ? {} : { screen: this.#screen.surface }),
      });
    } catch {
      // The host is away or has forgotten us: the link takes care of it, and the next status tells it all.
    } finally {
      this.#isTelling = false;
    }
  }

  /** What the app's own process may log is masked there as well. A host that was away gets them all. */
  async #tellMasked(values: readonly MaskedValue[]): Promise<void> {
    if (this.#ring === undefined || values.length === 0) return;
    this.#isHostUntold = false;
    await this.#link.call('mask', { values: [...values] }).catch(() => {
      this.#isHostUntold = true;
    });
  }

  #sendAnchor(): void {
    const anchor = this.#lastAnchor;
    if (anchor === undefined) return;
    this.#toldTitle = this.#title();
    // Lost with the host: its next hello brings a new one.
    this.#link.call('anchor', { anchor, title: this.#toldTitle }).catch(() => undefined);
  }

  #title(): string {
    return this.#fields.mask(document.title).slice(0, 500);
  }

  #freshStart(): void {
    for (const start of this.#freshStarts) start();
  }

  #leave(): void {
    for (const leave of this.#leaves) leave();
    this.#flow.flush();
  }

  #setState(): boolean {
    const before = this.#state;
    if (this.#isStopped) this.#state = 'stopped';
    else if (this.#failure !== undefined) this.#state = 'failed';
    else if (this.#isPaused) this.#state = 'paused';
    else this.#state = this.#ring === undefined ? 'starting' : 'recording';
    return before !== this.#state;
  }

  #changed(): void {
    const isNew = this.#setState();
    for (const listener of [...this.#listeners]) this.#guard(listener)();
    if (isNew) void this.#tellStatus();
  }

  /** A fault of ours, which the page must not feel: it is told in the recording, and costs what it hit. */
  #noteFault(error: unknown): void {
    this.#faults++;
    if (this.#faults > MAX_FAULTS_TOLD) return;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
    this.#flow.report('failed', `The recorder met an error of its own: ${text.slice(0, 500)}`, this.#faults);
  }
}
