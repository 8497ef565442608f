import type { ErrorResult } from '../../shared/errors.js';
import { MaskedValues, type MaskedValue } from '../../shared/privacy/masked-values.js';
import type { Anchor } from '../../shared/session/clock.js';
import { isElected } from './election.js';
import { RingError } from './errors.js';
import type {
  AppendMessage,
  FromWorker,
  HandOverRequest,
  QuestionName,
  Questions,
  RingBatch,
  RingTotals,
  ToWorker,
} from './messages.js';
import { PendingQuestions } from './pending-questions.js';
import type { GiveRows, Ring, RingOptions } from './ring-contract.js';
import { countEvents, Unstored } from './unstored.js';

/** A worker that dies again within this time is not started once more. */
const RESTART_INTERVAL_MS = 10 * 60_000;

/** The page's side of the ring: it passes on and remembers what is not stored yet, so that a worker can be replaced. */
export class WorkerRing implements Ring {
  readonly #options: RingOptions;
  readonly #createWorker: () => Worker;
  readonly #failureListeners = new Set<(error: ErrorResult) => void>();
  readonly #checkoutListeners = new Set<() => void>();
  readonly #masked = new MaskedValues();
  readonly #questions = new PendingQuestions();
  readonly #unstored = new Unstored();
  #worker: Worker | undefined;
  #state: 'open' | 'failed' | 'closed' = 'open';
  #batch = 0;
  #anchor: Anchor | undefined;
  #hasGap = false;
  /** Events that never reached a worker, or that a worker which is gone had counted as lost; and those of this worker. */
  #dropped = 0;
  #workerDropped = 0;
  #restartedMs = -Infinity;
  /** The rows are in the worker's memory: they go when it goes. */
  #isMemoryOnly = false;

  constructor(options: RingOptions, createWorker: () => Worker) {
    this.#options = options;
    this.#createWorker = createWorker;
  }

  append(batches: readonly RingBatch[], masked: readonly MaskedValue[], urgent: boolean): void {
    for (const { value, kind, follows } of masked) this.#masked.add(value, kind, follows);
    const events = countEvents(batches);
    if (events === 0 && masked.length === 0) return;
    this.#checkHealth();
    const isRefused = this.#state !== 'open' || !this.#unstored.hasRoom(events, urgent);
    // Values get through even if events do not: the worker masks what it holds.
    const kept = isRefused ? [] : batches;
    if (isRefused) {
      this.#dropped += events;
      this.#hasGap ||= batches.some(({ lane }) => lane === 'dom');
      if (masked.length === 0 || this.#state !== 'open') return;
    }
    const message: AppendMessage = {
      kind: 'append',
      batch: ++this.#batch,
      nowMonoMs: performance.now(),
      batches: kept,
      masked,
      gap: this.#hasGap && !isRefused,
    };
    if (!isRefused) this.#hasGap = false;
    this.#unstored.push(message);
    if (this.#worker === undefined) this.#start();
    else this.#postBatch(message);
  }

  anchor(anchor: Anchor): void {
    this.#anchor = anchor;
    this.#post({ kind: 'anchor', anchor, nowMonoMs: performance.now() });
  }

  async totals(): Promise<RingTotals> {
    if (this.#state === 'failed') return { lanes: [], dropped: this.#dropped, failure: workerDied() };
    if (this.#worker === undefined) return { lanes: [], dropped: this.#dropped };
    const totals = await this.#ask('totals', {});
    return { ...totals, dropped: this.#dropped + totals.dropped };
  }

  async handOver(request: HandOverRequest, give: GiveRows): Promise<{ dead: string[] }> {
    const { handOver, startMs, endMs, lanes, isAlone = false } = request;
    const ask = { startMs, endMs, lanes, isElected: isAlone || (await isElected(handOver)) };
    try {
      return await this.#ask('handOver', ask, give);
    } finally {
      if (!this.#questions.has('handOver') && !this.#isMemoryOnly) this.#release();
    }
  }

  async wipe(): Promise<void> {
    // What waits here was recorded before. The worker skips what has reached it; the rest is put aside with it.
    const last = this.#unstored.lastBatch;
    await this.#ask('wipe', {});
    if (last !== undefined) this.#unstored.removeUpTo(last);
    this.#release();
  }

  onFailure(listener: (error: ErrorResult) => void): () => void {
    this.#failureListeners.add(listener);
    return () => this.#failureListeners.delete(listener);
  }

  onCheckoutWanted(listener: () => void): () => void {
    this.#checkoutListeners.add(listener);
    return () => this.#checkoutListeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    try {
      if (this.#worker !== undefined) await this.#ask('close', {});
    } catch {
      // It cannot seal any more: what it has appended is sealed by the next window.
    }
    this.#state = 'closed';
    this.#stop();
    this.#questions.rejectAll(new RingError('ring-closed'));
  }

  #checkHealth(): void {
    if (this.#state === 'failed' && performance.now() - this.#restartedMs > RESTART_INTERVAL_MS) this.#state = 'open';
    if (this.#unstored.hasStalled(performance.now())) this.#died();
  }

  /** Starts a worker and tells it all that it has to know; asks again what the one before did not answer. */
  #start(): void {
    let worker: Worker;
    try {
      worker = this.#createWorker();
    } catch {
      this.#fail(); // The page's Content-Security-Policy may forbid workers.
      return;
    }
    this.#worker = worker;
    this.#isMemoryOnly = false;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (worker === this.#worker) this.#receive(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#died();
    };
    const { session, source, originMs, settings } = this.#options;
    this.#post({
      kind: 'open',
      nowMonoMs: performance.now(),
      session,
      source,
      originMs,
      settings,
      anchors: this.#anchor === undefined ? [] : [this.#anchor],
      masked: this.#masked.snapshot(),
    });
    for (const message of this.#unstored.messages) this.#postBatch(message);
    for (const message of this.#questions.messages) this.#post(message);
  }

  #stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#dropped += this.#workerDropped;
    this.#workerDropped = 0;
  }

  /**
   * Lets go of the files that the worker has read. Measured: the browser keeps the files of deleted rows, and counts them as
   * used room, while a worker lives that has read them, and takes them off the disk two seconds after it is gone.
   */
  #release(): void {
    if (this.#state === 'open') this.#replace();
    else this.#stop();
  }

  #replace(): void {
    this.#stop();
    // Half of its rows may be given already; whoever asked decides whether to ask again.
    this.#questions.rejectAll(new RingError('ring-worker-died'), 'handOver');
    this.#start();
  }

  #died(): void {
    const now = performance.now();
    const isOnceMore = now - this.#restartedMs < RESTART_INTERVAL_MS;
    this.#restartedMs = now;
    if (isOnceMore) this.#fail();
    else this.#replace();
  }

  #fail(): void {
    this.#stop();
    this.#state = 'failed';
    this.#dropped += this.#unstored.events;
    this.#unstored.clear();
    this.#questions.rejectAll(new RingError('ring-worker-died'));
    this.#tell(workerDied());
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'stored':
        this.#unstored.removeUpTo(message.batch);
        this.#workerDropped = message.dropped;
        break;
      case 'answer':
        this.#questions.answer(message.id, message.answer);
        break;
      case 'refused':
        this.#questions.refuse(message.id, message.error);
        break;
      case 'rows':
        void this.#questions.give(message).then((ok) => {
          this.#post({ kind: 'taken', id: message.id, ok });
        });
        break;
      case 'failure':
        this.#isMemoryOnly ||= message.error.code === 'ring-memory-only';
        this.#tell(message.error);
        break;
      case 'broken':
        this.#died();
        break;
      case 'checkout-wanted':
        for (const listener of this.#checkoutListeners) callSafely(listener);
    }
  }

  #ask<N extends QuestionName>(name: N, ask: Questions[N]['ask'], give?: GiveRows): Promise<Questions[N]['answer']> {
    if (this.#state === 'closed') return Promise.reject(new RingError('ring-closed'));
    return this.#questions.ask(name, ask, give, (message) => {
      if (this.#worker !== undefined) this.#post(message);
      // What a failed ring has stored can still be read and must still be wiped: one worker for that.
      else this.#start();
    });
  }

  #postBatch(message: AppendMessage): void {
    try {
      this.#worker?.postMessage(message);
    } catch {
      this.#postCloneable(message);
    }
  }

  /** Something in it cannot be cloned: what can goes on, and so do the masked values. */
  #postCloneable(message: AppendMessage): void {
    let hasGap = message.gap;
    const batches = message.batches.map((batch): RingBatch => {
      const kept = batch.events.map(isCloneable);
      if (batch.lane === 'dom') hasGap ||= kept.includes(false);
      return {
        lane: batch.lane,
        events: batch.events.filter((_, index) => kept[index]),
        monoMs: batch.monoMs.filter((_, index) => kept[index]),
      };
    });
    this.#dropped += countEvents(message.batches) - countEvents(batches);
    const cleaned: AppendMessage = { ...message, batches, gap: hasGap };
    this.#unstored.replace(message, cleaned);
    this.#post(cleaned);
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #tell(error: ErrorResult): void {
    for (const listener of this.#failureListeners) {
      callSafely(() => {
        listener(error);
      });
    }
  }
}

function workerDied(): ErrorResult {
  const { code, message } = new RingError('ring-worker-died');
  return { code, message };
}

function isCloneable(event: unknown): boolean {
  try {
    structuredClone(event);
    return true;
  } catch {
    return false;
  }
}

function callSafely(listener: () => void): void {
  try {
    listener();
  } catch {
    // A listener that fails must not stop the ring.
  }
}
