import { toErrorResult, type ErrorResult } from '../shared/errors.js';
import { RING_MAX_AGE_MS } from '../shared/constants.js';
import type { HostPort } from '../shared/protocol/contract.js';
import type { RecorderContract, ScreenSurface } from '../shared/protocol/host.js';
import type { LogLevel } from '../shared/session/lane.js';
import type { AppLane } from '../shared/session/own-lanes.js';
import type { Anchor } from '../shared/session/clock.js';
import { AppLines } from './app-lines.js';
import { SourceClock } from './clock.js';
import { EventFlow } from './event-flow.js';
import { HostLink, type Welcome } from './host-link.js';
import { actionLane } from './lanes/action/action.js';
import { domLane, domNodeId } from './lanes/dom.js';
import { errorLane } from './lanes/error.js';
import type { Lane, LaneContext } from './lanes/lane.js';
import { logLane } from './lanes/log.js';
import { networkLane } from './lanes/network/network.js';
import { ScreenControl, type ScreenState } from './lanes/screen/screen-control.js';
import { LiveGate } from './live/live-gate.js';
import { FieldWatch } from './masking/field-watch.js';
import type { MaskedValue } from '../shared/privacy/masked-values.js';
import { useSelectors } from './masking/selectors.js';
import { PanelOverlay, type Question } from './overlay.js';
import { listen, makeGuard, now, wallNow, type Guard } from './page.js';
import { RequestNotice } from './request-notice.js';
import type { PanelView, Recorder, RecorderOptions } from './recorder-api.js';
import { RingOrders } from './ring-orders.js';
import { openRing, type Ring } from './ring/ring.js';
import { StatusTeller } from './status-teller.js';
import { holdLock } from './window-id.js';

const PANEL_TITLES: Readonly<Record<PanelView, string>> = {
  send: 'Send Diagnostics',
  recording: 'Recording',
  wipe: 'Recording',
  approvals: 'Requests of support',
  live: 'Live session',
};
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
  readonly #appLines: AppLines;
  readonly #screen: ScreenControl;
  readonly #live: LiveGate;
  readonly #status: StatusTeller;
  readonly #orders: RingOrders;
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
  #source = '';
  #pendingRequests = 0;
  /** Masked values were lost on their way to the host. */
  #isHostUntold = false;
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
        this.#ring?.anchor(anchor);
        this.#status.setAnchor(anchor);
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
    this.#appLines = new AppLines(context);
    this.#live = this.#liveGate(originMs);
    this.#status = this.#statusTeller();
    this.#orders = this.#ringOrders();
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
    void this.#status.tell();
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
    this.#appLines.log(this.#logger, level, [message, ...args]);
  }

  logger(name: string): Recorder['log'] {
    return (level, message, ...args) => {
      this.#appLines.log(name, level, [message, ...args]);
    };
  }

  lane(name: string): AppLane {
    return this.#appLines.lane(name);
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
        void this.#status.tell();
      },
    });
  }

  #statusTeller(): StatusTeller {
    return new StatusTeller({
      call: this.#link.call.bind(this.#link),
      ring: () => this.#ring,
      state: () => (this.#state === 'stopped' ? 'paused' : this.#state),
      surface: () => this.#screen.surface,
      title: () => this.#title(),
      isLookedAt: () => this.#overlay.isOpen,
      onFailure: (failure) => {
        this.#failure = failure;
        this.#setState();
      },
    });
  }

  #ringOrders(): RingOrders {
    return new RingOrders({
      call: this.#link.call.bind(this.#link),
      ring: () => this.#ring,
      flow: this.#flow,
      screen: this.#screen,
      isPaused: () => this.#isPaused,
      freshStart: () => {
        this.#freshStart();
      },
      tellStatus: () => this.#status.tell(),
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
        anchor: () => this.#status.anchor,
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
      on('handOver', (request) => void this.#orders.handOver(request)),
      on('checkout', () => void this.#orders.checkout()),
      on('wipe', ({ wipe }) => void this.#orders.wipe(wipe)),
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
    this.#stops.push(this.#status.start());
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
    this.#status.noteTitle();
    this.#clock.begin(anchor);
    if (this.#flow.openTo(ring, !isFirst)) this.#freshStart();
    if (!isFirst) this.#screen.reset();
    this.setPaused(welcome.paused || this.#isPaused);
    this.#changed();
    void this.#tellMasked(this.#fields.all('host'));
    void this.#status.tell();
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

  /** What the app's own process may log is masked there as well. A host that was away gets them all. */
  async #tellMasked(values: readonly MaskedValue[]): Promise<void> {
    if (this.#ring === undefined || values.length === 0) return;
    this.#isHostUntold = false;
    await this.#link.call('mask', { values: [...values] }).catch(() => {
      this.#isHostUntold = true;
    });
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
    if (isNew) void this.#status.tell();
  }

  /** A fault of ours, which the page must not feel: it is told in the recording, and costs what it hit. */
  #noteFault(error: unknown): void {
    this.#faults++;
    if (this.#faults > MAX_FAULTS_TOLD) return;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
    this.#flow.report('failed', `The recorder met an error of its own: ${text.slice(0, 500)}`, this.#faults);
  }
}
