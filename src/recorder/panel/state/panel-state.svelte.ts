import { toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import type { Output } from '../../../shared/protocol/contract.js';
import type { Delivery, PanelContract, Recording } from '../../../shared/protocol/host.js';
import { bundleFileName } from '../measures.js';
import { ApprovalsState } from '../approvals/approvals-state.svelte.js';
import { AuditState } from '../approvals/audit-state.svelte.js';
import { LiveState } from '../live-session/live-state.svelte.js';
import type { PanelPort } from './panel-port.js';
import type { RangedFile } from './save-state.svelte.js';
import { SendState } from './send-state.svelte.js';
import { WipeState } from './wipe-state.svelte.js';

export const VIEWS = ['send', 'recording', 'wipe', 'approvals', 'live'] as const;
export type View = (typeof VIEWS)[number];

/** The view that a URL fragment names; anything else is the first. */
export function viewOf(fragment: string): View {
  return VIEWS.find((view) => fragment === `#${view}`) ?? 'send';
}

export type HostState = Output<PanelContract['methods']['state']>;

export type ConnectionStep =
  | { readonly name: 'connecting' }
  | { readonly name: 'ready' }
  /** Never was there. Tried again by itself. */
  | { readonly name: 'unreachable'; readonly error: ErrorResult }
  /** Was there, is not now: what is shown is the last that was known. */
  | { readonly name: 'lost' }
  /** The host does not know this document any more (it was restarted): only loading it again helps, and that costs what is written here. */
  | { readonly name: 'refused' };

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;
const LEAVE_WAIT_MS = 400;
/** The code of an answer to a capability that the host does not know. */
const CAPABILITY_REFUSED = 'capability-refused';
/** Session time and the wall clock are compared at each report; smaller differences are the message's way, not a step. */
const CLOCK_STEP_MS = 1000;

export interface PanelEnvironment {
  /** Unix ms. */
  now(): number;
  /** The panel is to go away: told to the page around it, or the window is closed. */
  leave(): void;
  /** Loads the document again. */
  reload(): void;
}

/** Everything that the panel knows and does, without its markup. */
export class PanelState {
  #view = $state<View>('send');
  #connection = $state.raw<ConnectionStep>({ name: 'connecting' });
  #host = $state.raw<HostState>();
  #wallOffsetMs = $state(0);
  /** Why the last press on Pause, Resume, Try now or Remove did not work. */
  #actionError = $state.raw<ErrorResult>();
  #isLeaving = false;

  readonly send: SendState;
  readonly wipe: WipeState;
  readonly approvals: ApprovalsState;
  readonly audit: AuditState;
  readonly live: LiveState;
  readonly environment: PanelEnvironment;
  readonly #port: PanelPort;
  readonly #stops: (() => void)[];
  #retryMs = RETRY_MIN_MS;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(port: PanelPort, environment: PanelEnvironment) {
    this.#port = port;
    this.environment = environment;
    this.send = new SendState(port);
    this.approvals = new ApprovalsState(port);
    this.audit = new AuditState(port);
    this.live = new LiveState(port);
    this.wipe = new WipeState(port, () => {
      this.send.reset();
    });
    this.#stops = [
      port.on('recording', (recording) => {
        this.#tell({ recording });
      }),
      port.on('deliveries', ({ deliveries }) => {
        this.#tell({ deliveries });
      }),
      port.on('asked', ({ view }) => {
        if (view === 'send') this.send.askedAgain();
      }),
      port.onConnection((connected) => {
        if (connected) void this.connect();
        else this.#lost();
      }),
    ];
  }

  get view(): View {
    return this.#view;
  }
  /** What was said of an earlier press is not about the new view. */
  show(view: View): void {
    this.#view = view;
    this.#actionError = undefined;
  }

  get connection(): ConnectionStep {
    return this.#connection;
  }
  get isConnected(): boolean {
    return this.#connection.name === 'ready';
  }
  get host(): HostState | undefined {
    return this.#host;
  }
  get actionError(): ErrorResult | undefined {
    return this.#actionError;
  }

  readonly deliveries: readonly Delivery[] = $derived(
    (this.#host?.deliveries ?? []).toSorted((a, b) => b.createdMs - a.createdMs),
  );
  readonly undelivered = $derived(this.deliveries.filter((delivery) => !isSettled(delivery)).length);

  /** Unix ms of a session time, as far as this machine's wall clock tells now. */
  toWallMs(sessionMs: number): number {
    return sessionMs + this.#wallOffsetMs;
  }
  toSessionMs(wallMs: number): number {
    return wallMs - this.#wallOffsetMs;
  }

  /** Reads the whole state: at the start, and whenever events may have been missed. */
  async connect(): Promise<void> {
    clearTimeout(this.#retryTimer);
    try {
      const { value } = await this.#port.call('state', {});
      this.#retryMs = RETRY_MIN_MS;
      this.#host = value;
      this.#readClock(value.recording);
      this.#connection = { name: 'ready' };
      await Promise.all([this.send.reconnected(), this.approvals.load(), this.live.load()]);
    } catch (error) {
      const result = toErrorResult(error);
      if (result.code === CAPABILITY_REFUSED) this.#refused();
      else if (this.#host === undefined) this.#connection = { name: 'unreachable', error: result };
      else this.#connection = { name: 'lost' };
      if (this.#connection.name !== 'refused') this.#retryLater();
    }
  }

  setPaused(paused: boolean): Promise<void> {
    return this.#act(() => this.#port.call('setPaused', { paused }));
  }

  stopScreen(): Promise<void> {
    return this.#act(() => this.#port.call('stopScreen', {}));
  }

  retryDelivery(report: string): Promise<void> {
    return this.#act(() => this.#port.call('retryDelivery', { report }));
  }

  removeDelivery(report: string): Promise<void> {
    return this.#act(() => this.#port.call('removeDelivery', { report }));
  }

  deliveryFile({ report, bytes }: Delivery): RangedFile {
    return {
      open: () => Promise.resolve(bytes),
      read: async (offset, length) => (await this.#port.call('readDelivery', { report, offset, length })).bytes,
    };
  }

  fileName(wallMs: number): string {
    return bundleFileName(this.#host?.app.name ?? '', wallMs);
  }

  /** Discards what was not sent and goes away. The host is told first, as a frame that is gone cannot, but not waited for long. */
  async close(): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    await settledWithin(LEAVE_WAIT_MS, this.send.leave(), this.#port.call('closePanel', {}));
    this.environment.leave();
    this.#isLeaving = false;
  }

  dispose(): void {
    clearTimeout(this.#retryTimer);
    for (const stop of this.#stops) stop();
    this.send.dispose();
    this.approvals.dispose();
    this.live.dispose();
  }

  #lost(): void {
    if (this.#host === undefined) return;
    this.#connection = { name: 'lost' };
    this.#retryLater();
  }

  /** Where nothing is lost by it, the document loads again by itself. One that was refused from its beginning would not stop. */
  #refused(): void {
    this.#connection = { name: 'refused' };
    if (this.#host !== undefined && this.#view !== 'send' && !this.send.hasText) this.environment.reload();
  }

  #retryLater(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => void this.connect(), this.#retryMs);
    this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
  }

  async #act(call: () => Promise<unknown>): Promise<void> {
    this.#actionError = undefined;
    try {
      await call();
    } catch (error) {
      this.#actionError = toErrorResult(error);
    }
  }

  #tell(news: Partial<HostState>): void {
    if (this.#host === undefined) return; // `state` is on its way and knows it too.
    this.#host = { ...this.#host, ...news };
    if (news.recording !== undefined) this.#readClock(news.recording);
  }

  #readClock({ nowMs }: Recording): void {
    const offsetMs = this.environment.now() - nowMs;
    if (this.#host === undefined || Math.abs(offsetMs - this.#wallOffsetMs) >= CLOCK_STEP_MS)
      this.#wallOffsetMs = offsetMs;
  }
}

function settledWithin(ms: number, ...promises: readonly Promise<unknown>[]): Promise<unknown> {
  const late = new Promise((resolve) => setTimeout(resolve, ms));
  return Promise.race([Promise.allSettled(promises), late]);
}

/** Whether the outbox has done with it: it is there, or will never be. */
export function isSettled({ status }: Delivery): boolean {
  return status === 'delivered' || status === 'quarantined' || status === 'refused' || status === 'stored';
}
