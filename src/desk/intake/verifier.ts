import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import * as v from 'valibot';
import type { Part } from '../../shared/report/report.js';
import { DeskError } from '../errors.js';
import { VERIFY_BASE_MS, VERIFY_MS_PER_MIB, VERIFY_HEAP_MB, VERIFY_IDLE_MS } from '../limits.js';
import { Turns } from '../turns.js';
import type { WholeBytes } from './upload-bytes.js';
import { judgePart, verdictSchema, type PartPlace, type Verdict } from './verdict.js';

export interface VerifyJob {
  readonly place: PartPlace;
  readonly part: Part;
}

export interface VerifierOptions {
  /** The thread's script. Undefined: parts are read on the caller's own thread. */
  readonly script: URL | undefined;
  readonly heapMb?: number;
  readonly limitMs?: (bytes: number) => number;
  readonly idleMs?: number;
}

/**
 * Where the thread's script lies: beside the built desk. From source there is none, and parts are read by the same function on
 * the desk's own thread: Node 20 runs no TypeScript, and Vite inside a thread takes ten times as long to start (0.6 s of
 * processor time, 50 MB), which every test would pay for what a developer alone would see.
 */
export const VERIFY_SCRIPT = import.meta.url.endsWith('.ts')
  ? undefined
  : new URL('./verify-thread.js', import.meta.url);

/**
 * Reads parts one after the other, off the thread that answers requests: a part is a stranger's, and reading one keeps a core
 * busy for as long as its sender likes. The thread ends when nothing has come for a while, and with every failure, so that
 * nothing of a bad part is left for the next one.
 */
export class Verifier {
  readonly #script: URL | undefined;
  readonly #heapMb: number;
  readonly #limitMs: (bytes: number) => number;
  readonly #idleMs: number;
  readonly #turns = new Turns();
  #thread: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: VerifierOptions) {
    this.#script = options.script;
    this.#heapMb = options.heapMb ?? VERIFY_HEAP_MB;
    this.#limitMs = options.limitMs ?? verifyLimitMs;
    this.#idleMs = options.idleMs ?? VERIFY_IDLE_MS;
  }

  get hasThread(): boolean {
    return this.#thread !== undefined;
  }

  /**
   * Rejects with `not-verified` where it came to no verdict: it took too long, needed too much memory, crashed, or the bytes
   * cannot be read. That says nothing of the part. Rejects with the signal's reason when it is aborted.
   */
  judge(bytes: WholeBytes, part: Part, signal: AbortSignal): Promise<Verdict> {
    return this.#turns.run(async () => {
      signal.throwIfAborted();
      const done = new AbortController();
      const limitMs = this.#limitMs(part.bytes);
      const until = AbortSignal.any([signal, AbortSignal.timeout(limitMs), done.signal]);
      try {
        // The thread gets no credentials of the store, only the address of this object, for as long as it may take.
        const place = 'file' in bytes ? bytes : { url: await bytes.url(limitMs) };
        return this.#script === undefined
          ? await judgePart(place, part, until)
          : await this.#ask(this.#script, { place, part }, until);
      } catch (error) {
        await this.close();
        signal.throwIfAborted();
        // What is thrown on abort is made anew; the reason says what for.
        throw new DeskError('not-verified', { cause: until.aborted ? until.reason : error });
      } finally {
        done.abort();
      }
    });
  }

  /** Ends the thread. A job under way is stopped by its signal, not by this. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }

  async #ask(script: URL, job: VerifyJob, signal: AbortSignal): Promise<Verdict> {
    clearTimeout(this.#idle);
    const thread = (this.#thread ??= this.#start(script));
    // Each also rejects with what the thread failed with, and when it is aborted.
    const answer = once(thread, 'message', { signal });
    const exit = once(thread, 'exit', { signal }).then(([code]) => {
      throw new Error(`the thread ended with code ${String(code)}`);
    });
    thread.postMessage(job);
    try {
      const [verdict] = (await Promise.race([answer, exit])) as [unknown];
      return v.parse(verdictSchema, verdict);
    } finally {
      this.#idle = setTimeout(() => void this.close(), this.#idleMs);
      this.#idle.unref();
    }
  }

  #start(script: URL): Worker {
    const thread = new Worker(script, {
      // None of the process's flags, and none of its secrets.
      argv: [],
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMb, maxYoungGenerationSizeMb: 32 },
    });
    // It keeps no desk from ending, and if it fails while nobody asks it, the next part gets a new one.
    thread.unref();
    thread.on('error', () => undefined);
    thread.once('exit', () => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    return thread;
  }
}

function verifyLimitMs(bytes: number): number {
  return VERIFY_BASE_MS + Math.ceil(bytes / (1024 * 1024)) * VERIFY_MS_PER_MIB;
}
