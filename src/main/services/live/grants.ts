import {
  DEFAULT_GRANT_MS,
  GRANT_IDLE_MS,
  type GrantAsk,
  type GrantKind,
  type Withdrawal,
} from '../../../shared/protocol/live-grants.js';
import type { AskedGrant, LiveOrders, LiveSessionView } from '../../../shared/protocol/live-host.js';
import type { HostClock } from '../host-clock.js';
import { LiveServiceError } from './live-service-error.js';

/** The audit log as this service writes to it; resolves when the record is durable. */
export interface AuditTrail {
  append(kind: string, body: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** What happened to one ask, for the record of a session that is recorded. */
export interface GrantEvent {
  readonly state: 'asked' | 'given' | 'refused' | 'ended';
  readonly grant: string;
  readonly kind: GrantKind;
  /** The technician's words. */
  readonly why?: string | undefined;
  readonly reason?: Withdrawal;
  readonly untilMs?: number;
}

export interface GrantsOptions {
  readonly session: string;
  readonly clock: HostClock;
  readonly audit: AuditTrail;
  readonly onChange: () => void;
  readonly onEvent?: (event: GrantEvent) => void;
}

/** Nobody answered: denied. */
export const ANSWER_MS = 2 * 60_000;
/** Asks that wait at once, and that are put before the customer in an hour: as many as a person can be asked to read. */
export const MAX_WAITING = 4;
export const MAX_ASKS_PER_HOUR = 30;
const HOUR_MS = 3_600_000;
/** What the page may have missed of the past, and no more. */
const MAX_SETTLED = 30;
/** Refusals that are written down; whoever goes on is not served with more. */
const MAX_REFUSALS = 20;

type Given = LiveSessionView['grants'][number];
interface Timed<T> {
  readonly view: T;
  /** On the monotonic clock, which nobody can turn back; the wall clock counts too, as it goes on while a computer sleeps. */
  readonly untilMonoMs: number;
}

/**
 * What a technician may do in one session, and what waits for the customer's word. Only `decide`, which the panel alone can
 * call, gives anything. Everything ends by itself: an ask without an answer, a grant at its time, all of them after an hour without activity.
 */
export class Grants {
  readonly #options: GrantsOptions;
  readonly #asked = new Map<string, Timed<AskedGrant>>();
  readonly #given = new Map<string, Timed<Given>>();
  readonly #seen = new Set<string>();
  readonly #deciding = new Set<string>();
  #settled: LiveOrders['settled'] = [];
  #askedAtMs: number[] = [];
  #refusals = 0;
  #activeMs: number;
  #isOver = false;

  constructor(options: GrantsOptions) {
    this.#options = options;
    this.#activeMs = options.clock.monoMs();
  }

  get asked(): AskedGrant[] {
    return [...this.#asked.values()].map(({ view }) => view);
  }
  get given(): Given[] {
    return [...this.#given.values()].map(({ view }) => view);
  }
  get settled(): LiveOrders['settled'] {
    return this.#settled;
  }

  has(kind: GrantKind): boolean {
    this.tick();
    return [...this.#given.values()].some(({ view }) => view.kind === kind);
  }

  /** The technician did something. */
  noteActivity(): void {
    this.#activeMs = this.#options.clock.monoMs();
  }

  /** Puts an ask before the customer, if there is room for it. Its proof has been checked. */
  async ask(ask: GrantAsk, from: AskedGrant['from']): Promise<void> {
    this.tick();
    const { clock, audit, onChange } = this.#options;
    if (this.#seen.has(ask.grant)) return; // Sent twice.
    const nowMs = clock.monoMs();
    this.#askedAtMs = this.#askedAtMs.filter((atMs) => atMs > nowMs - HOUR_MS);
    const isOffered = this.#askedAtMs.length < MAX_ASKS_PER_HOUR && this.#asked.size < MAX_WAITING;
    if (this.#isOver || !isOffered || this.#isHeld(ask.kind)) {
      await this.refuse(ask, 'grant-pile');
      return;
    }
    this.#askedAtMs.push(nowMs);
    this.#seen.add(ask.grant);
    const { grant, kind, reason, durationMs = DEFAULT_GRANT_MS } = ask;
    const wallMs = clock.wallMs();
    const view: AskedGrant = {
      grant,
      kind,
      durationMs,
      askedMs: wallMs,
      answerByMs: wallMs + ANSWER_MS,
      ...(reason === undefined || reason.trim() === '' ? {} : { reason: reason.trim() }),
      ...(from === undefined ? {} : { from }),
    };
    this.#asked.set(grant, { view, untilMonoMs: nowMs + ANSWER_MS });
    this.#options.onEvent?.({ state: 'asked', grant, kind, why: view.reason });
    onChange();
    await audit.append('grant-asked', { ...this.#facts(view), durationMs, from: from?.signingKey ?? null });
  }

  /** Not even put before the customer. `code`: why, for the audit log. */
  async refuse({ grant, kind }: Pick<GrantAsk, 'grant' | 'kind'>, code: string): Promise<void> {
    this.#refusals += 1;
    if (this.#refusals > MAX_REFUSALS) return;
    if (!this.#asked.has(grant) && !this.#given.has(grant)) this.#settle(grant, 'refused');
    this.#options.onEvent?.({ state: 'refused', grant, kind });
    this.#options.onChange();
    await this.#options.audit.append('grant-refused', { ...this.#facts({ grant, kind }), code });
  }

  /** The customer's word. Rejects with `grant-gone` where nothing waits for it, and where the disk does not take the record. */
  async decide(grant: string, decision: 'allow' | 'deny', chosenMs?: number): Promise<void> {
    this.tick();
    const asked = this.#asked.get(grant)?.view;
    if (asked === undefined || this.#deciding.has(grant)) throw new LiveServiceError('grant-gone');
    if (decision === 'deny') {
      await this.#end(grant, 'denied');
      return;
    }
    const { clock, audit, onChange } = this.#options;
    // The customer may give less than was asked for, never more.
    const durationMs = Math.min(chosenMs ?? asked.durationMs, asked.durationMs);
    const untilMs = clock.wallMs() + durationMs;
    this.#deciding.add(grant);
    try {
      // Durable before anything is shown: the log knows of every grant that ever was.
      await audit.append('grant-given', { ...this.#facts(asked), untilMs, from: asked.from?.signingKey ?? null });
    } finally {
      this.#deciding.delete(grant);
    }
    // It was taken back, or all ended, while the record was being written.
    if (!this.#asked.delete(grant)) throw new LiveServiceError('grant-gone');
    this.#given.set(grant, {
      view: { grant, kind: asked.kind, untilMs, givenMs: clock.wallMs() },
      untilMonoMs: clock.monoMs() + durationMs,
    });
    this.noteActivity();
    this.#options.onEvent?.({ state: 'given', grant, kind: asked.kind, untilMs });
    onChange();
  }

  /** By the customer, or by the technician who gives it up. What is not there is gone already. */
  async withdraw(grant: string, reason: Withdrawal): Promise<void> {
    await this.#end(grant, reason);
  }

  async withdrawKind(kind: GrantKind, reason: Withdrawal): Promise<void> {
    const grants = [...this.#given.values()].filter(({ view }) => view.kind === kind).map(({ view }) => view.grant);
    await Promise.all(grants.map((grant) => this.#end(grant, reason)));
  }

  async withdrawAll(reason: Withdrawal): Promise<void> {
    await Promise.all([...this.#asked.keys(), ...this.#given.keys()].map((grant) => this.#end(grant, reason)));
  }

  /** For good. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.withdrawAll('disconnected');
  }

  /** Ends what has reached its end. */
  tick(): void {
    const { clock } = this.#options;
    const [monoMs, wallMs] = [clock.monoMs(), clock.wallMs()];
    for (const [grant, { view, untilMonoMs }] of this.#asked) {
      if (monoMs >= untilMonoMs || wallMs >= view.answerByMs) this.#endLater(grant, 'denied');
    }
    for (const [grant, { view, untilMonoMs }] of this.#given) {
      if (monoMs >= untilMonoMs || wallMs >= view.untilMs) this.#endLater(grant, 'run-out');
      else if (monoMs - this.#activeMs >= GRANT_IDLE_MS) this.#endLater(grant, 'idle');
    }
  }

  #isHeld(kind: GrantKind): boolean {
    return [...this.#asked.values(), ...this.#given.values()].some(({ view }) => view.kind === kind);
  }

  #endLater(grant: string, reason: Withdrawal): void {
    // What has ended has ended, also where the disk does not take the record of it.
    this.#end(grant, reason).catch(() => undefined);
  }

  async #end(grant: string, reason: Withdrawal): Promise<void> {
    const known = this.#asked.get(grant) ?? this.#given.get(grant);
    if (known === undefined) return;
    this.#asked.delete(grant);
    this.#given.delete(grant);
    this.#settle(grant, reason);
    this.#options.onEvent?.({ state: 'ended', grant, kind: known.view.kind, reason });
    this.#options.onChange();
    await this.#options.audit.append('grant-ended', { ...this.#facts(known.view), reason });
  }

  #settle(grant: string, reason: Withdrawal): void {
    this.#settled = [...this.#settled, { grant, reason }].slice(-MAX_SETTLED);
  }

  #facts({ grant, kind }: Pick<GrantAsk, 'grant' | 'kind'>): Readonly<Record<string, unknown>> {
    return { session: this.#options.session, grant, grantKind: kind };
  }
}
