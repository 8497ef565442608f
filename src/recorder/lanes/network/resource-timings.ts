import type { Guard } from '../../page.js';

type OnThrough = (timing: PerformanceResourceTiming) => void;

interface Waiter {
  readonly sinceMs: number;
  readonly onThrough: OnThrough;
}

/** The browser's clock for a request starts a little after the call, and never before it but for rounding. */
const EARLIEST_MS = 1;
/** Entries that came before anybody asked: the answer of a very short request is seen after its timing. */
const MAX_KEPT = 200;

/** Tells when a request's body is through, by Resource Timing, so that no body is ever read or copied for it. */
export class ResourceTimings {
  readonly #waiters = new Map<string, Waiter[]>();
  #kept: PerformanceResourceTiming[] = [];
  #observer: PerformanceObserver | undefined;

  start(guard: Guard): () => void {
    if (typeof PerformanceObserver === 'undefined' || !PerformanceObserver.supportedEntryTypes.includes('resource')) {
      return () => undefined;
    }
    this.#observer = new PerformanceObserver(
      guard((list: PerformanceObserverEntryList) => {
        for (const entry of list.getEntries()) this.#take(entry as PerformanceResourceTiming);
      }),
    );
    this.#observer.observe({ type: 'resource' });
    return () => {
      this.#observer?.disconnect();
      this.#observer = undefined;
    };
  }

  /** Only requests over the network have a timing. */
  canTell(url: string): boolean {
    return this.#observer !== undefined && /^https?:/.test(url);
  }

  whenThrough(url: string, sinceMs: number, onThrough: OnThrough): void {
    const name = withoutHash(url);
    const known = this.#kept.findIndex((entry) => entry.name === name && entry.startTime >= sinceMs - EARLIEST_MS);
    const entry = this.#kept[known];
    if (entry !== undefined) {
      this.#kept.splice(known, 1);
      onThrough(entry);
      return;
    }
    const waiters = this.#waiters.get(name) ?? [];
    waiters.push({ sinceMs, onThrough });
    this.#waiters.set(name, waiters);
  }

  #take(entry: PerformanceResourceTiming): void {
    if (entry.initiatorType !== 'fetch' && entry.initiatorType !== 'xmlhttprequest') return;
    const waiters = this.#waiters.get(entry.name) ?? [];
    // Of several requests for one URL: the one that began last before this entry did.
    let best = -1;
    waiters.forEach((waiter, index) => {
      if (waiter.sinceMs - EARLIEST_MS > entry.startTime) return;
      if (best < 0 || waiter.sinceMs > (waiters[best]?.sinceMs ?? 0)) best = index;
    });
    const [waiter] = best < 0 ? [] : waiters.splice(best, 1);
    if (waiters.length === 0) this.#waiters.delete(entry.name);
    if (waiter !== undefined) waiter.onThrough(entry);
    else {
      this.#kept.push(entry);
      if (this.#kept.length > MAX_KEPT) this.#kept = this.#kept.slice(MAX_KEPT / 2);
    }
  }
}

function withoutHash(url: string): string {
  const hash = url.indexOf('#');
  return hash < 0 ? url : url.slice(0, hash);
}
