import { MAX_PAST_BYTES, PAST_BEFORE_MS, type PastFailure, type PastHead } from '../../shared/protocol/live-past.js';
import { now } from '../page.js';
import type { StreamSource } from './stream-source.js';
import { sessionTime } from './past.js';
import { readChain } from './past-chain.js';
import type { Streams } from './streams.js';

export interface LivePastDeps {
  readonly source: Pick<StreamSource, 'id' | 'anchor' | 'ring'>;
  readonly streams: Pick<Streams, 'chain'>;
  /** Resolves when the connection has taken it. */
  readonly send: (head: PastHead, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly fail: (request: string, code: PastFailure) => void;
}

/** Who plays on from there asks three times a minute. */
const PAST_AHEAD_MS = 20_000;

interface Wish {
  readonly request: string;
  readonly atMs: number;
}

/** What this window showed before, while `view-dom` is granted: read out of the ring, one chain at a time. */
export class LivePast {
  readonly #deps: LivePastDeps;
  /** Session time: nothing from before it is within the grant. */
  readonly #boundMs: number;
  #wish: Wish | undefined;
  #isReading = false;
  #isStopped = false;

  constructor(deps: LivePastDeps) {
    this.#deps = deps;
    this.#boundMs = Math.max(0, sessionTime(deps.source.anchor(), now()) - PAST_BEFORE_MS);
  }

  /** The newest wish counts: whoever drags a slider does not wait for all that was between. */
  ask(request: string, atMs: number): void {
    this.#wish = { request, atMs };
    if (!this.#isReading) void this.#read();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wish = undefined;
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    while (this.#wish !== undefined) {
      const wish = this.#wish;
      this.#wish = undefined;
      const failure = await this.#serve(wish).catch((): PastFailure => 'past-unreadable');
      if (failure !== undefined && !this.#hasStopped()) this.#deps.fail(wish.request, failure);
    }
    this.#isReading = false;
  }

  async #serve({ request, atMs }: Wish): Promise<PastFailure | undefined> {
    const { source, streams, send } = this.#deps;
    const [anchor, ring] = [source.anchor(), source.ring()];
    if (anchor === undefined || ring === undefined) return 'past-gap';
    const boundMs = this.#boundMs;
    const nowMs = sessionTime(anchor, now());
    const wanted = { atMs: Math.min(Math.max(atMs, boundMs), nowMs), boundMs, nowMs };
    const read = async (aheadMs: number) => {
      const chain = await readChain(ring, { source: source.id(), anchor }, { ...wanted, aheadMs });
      const written = chain && (await streams.chain(chain.segments));
      return { chain, written: written === undefined || written.bytes.length > MAX_PAST_BYTES ? undefined : written };
    };
    let { chain, written } = await read(PAST_AHEAD_MS);
    // What was asked for may still be small enough.
    if (chain !== undefined && written === undefined) ({ chain, written } = await read(0));
    if (chain === undefined) return 'past-gap';
    if (written === undefined) return 'past-too-large';
    if (this.#hasStopped()) return undefined;
    const { source: of, startMs, endMs, originMs, offsetMs } = chain;
    const { oldestMs = boundMs } = await ring.totals();
    const fromMs = Math.min(Math.max(boundMs, oldestMs), startMs);
    const { size, bytes } = written;
    await send({ kind: 'past', request, source: of, startMs, endMs, fromMs, originMs, offsetMs, size }, bytes);
    return undefined;
  }

  #hasStopped(): boolean {
    return this.#isStopped;
  }
}
