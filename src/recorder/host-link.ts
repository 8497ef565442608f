import type { FluxionError } from '../shared/errors.js';
import type { HostPort, Input, Output } from '../shared/protocol/contract.js';
import type { RecorderContract } from '../shared/protocol/host.js';
import type { Anchor } from '../shared/session/clock.js';
import type { SourceClock } from './clock.js';
import { now, wallNow } from './page.js';
import { earlierWindowId, keepWindowId } from './window-id.js';

export type Welcome = Output<RecorderContract['methods']['hello']>;

/** Between two attempts to reach the host: doubled, with ±25 % of chance so that many windows do not come at once. */
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 30_000;
/** Between two readings of the host's clock. */
const ANCHOR_INTERVAL_MS = 60_000;
const MAX_TITLE_LENGTH = 500;

export interface HostLinkDeps {
  readonly host: HostPort<RecorderContract>;
  readonly clock: SourceClock;
  readonly originMs: number;
  /** The window's title, masked. */
  readonly title: () => string;
  /** The host knows this document, as a new source. Called again when the host had forgotten it. */
  readonly onWelcome: (welcome: Welcome, anchor: Anchor) => Promise<void>;
}

/** Says hello until the host answers, and again when it has forgotten us; keeps the clocks together. It never gives up. */
export class HostLink {
  readonly #deps: HostLinkDeps;
  #attempts = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #anchorTimer: ReturnType<typeof setInterval> | undefined;
  #isGreeting = false;
  #isWelcome = false;
  #isStopped = false;
  #window: string | undefined;
  readonly #stops: (() => void)[] = [];

  constructor(deps: HostLinkDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#stops.push(
      this.#deps.host.onConnection((isConnected) => {
        // What the host missed while it was away is the status; that it knows us is seen by the next call.
        if (isConnected) void this.measure();
      }),
    );
    this.#anchorTimer = setInterval(() => void this.measure(), ANCHOR_INTERVAL_MS);
    void this.#greet();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retryTimer);
    clearInterval(this.#anchorTimer);
    for (const stop of this.#stops) stop();
  }

  /** Calls the host. If it has forgotten this document, greets it anew and rejects with its refusal. */
  async call<K extends keyof RecorderContract['methods']>(
    name: K,
    input: Input<RecorderContract['methods'][K]>,
    bytes?: Uint8Array<ArrayBuffer>,
  ): Promise<Output<RecorderContract['methods'][K]>> {
    try {
      return (await this.#deps.host.call(name, input, bytes)).value;
    } catch (error) {
      if ((error as Partial<FluxionError>).code === 'capability-refused') this.#greetAgain();
      throw error;
    }
  }

  /** Reads the host's clock now; a host that does not answer is asked again later. */
  async measure(): Promise<void> {
    if (!this.#isWelcome) return;
    await this.#deps.clock.measure().catch(() => undefined);
  }

  #greetAgain(): void {
    if (!this.#isWelcome) return;
    this.#isWelcome = false;
    void this.#greet();
  }

  async #greet(): Promise<void> {
    if (this.#isGreeting || this.#isStopped) return;
    this.#isGreeting = true;
    clearTimeout(this.#retryTimer);
    try {
      await this.#greetOnce();
    } catch {
      this.#isWelcome = false; // The host is away, or could not be understood.
    }
    this.#isGreeting = false;
    // It may also have forgotten us again meanwhile.
    if (this.#isWelcome) void this.measure();
    else this.#retryLater();
  }

  async #greetOnce(): Promise<void> {
    this.#window ??= await earlierWindowId();
    const sentMs = now();
    const welcome = await this.call('hello', {
      ...(this.#window === undefined ? {} : { window: this.#window }),
      originMs: this.#deps.originMs,
      monoMs: sentMs,
      wallMs: wallNow(),
      title: this.#deps.title().slice(0, MAX_TITLE_LENGTH),
    });
    const anchor = this.#deps.clock.anchorOf(sentMs, now(), welcome.sessionMs);
    if (this.#window !== welcome.window) keepWindowId(welcome.window);
    this.#window = welcome.window;
    this.#attempts = 0;
    this.#isWelcome = true;
    await this.#deps.onWelcome(welcome, anchor);
  }

  #retryLater(): void {
    if (this.#isStopped) return;
    const delayMs = Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** this.#attempts++) * (0.75 + Math.random() / 2);
    this.#retryTimer = setTimeout(() => void this.#greet(), delayMs);
  }
}
