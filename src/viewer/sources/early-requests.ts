import { partUrl, reportUrl } from './desk-urls.js';
import { HEAD_RANGE, rangeHeader, TAIL_RANGE } from './first-ranges.js';

interface Early {
  readonly response: Promise<Response>;
  readonly abort: AbortController;
}

/** Answers that nobody has asked for by then are older than what they tell. */
const KEPT_MS = 10_000;
const early = new Map<string, Early>();

function keyOf(url: string, range: string | null | undefined): string {
  return `${url} ${range ?? ''}`;
}

/** Asks the desk for a report and both ends of its first part, before there is anybody who waits for them. */
export function requestEarly(baseUrl: string, report: string): void {
  const ask = (url: string, range?: string): void => {
    const abort = new AbortController();
    const headers = range === undefined ? {} : { range };
    // A part may lie in the desk's store; what the desk says of a report it says itself.
    const redirect = range === undefined ? 'error' : 'follow';
    const response = fetch(url, { headers, redirect, signal: abort.signal });
    response.catch(() => undefined); // Whoever takes it hears of it.
    early.set(keyOf(url, range), { response, abort });
  };
  const part = partUrl(baseUrl, report, 0);
  ask(part, rangeHeader(TAIL_RANGE));
  ask(part, rangeHeader(HEAD_RANGE));
  ask(reportUrl(baseUrl, report));
  setTimeout(() => {
    for (const { abort } of early.values()) abort.abort();
    early.clear();
  }, KEPT_MS);
}

/** `fetch`, with what was asked for early in place of the first request of the same kind. */
export const fetchOrEarly: typeof fetch = (input, init) => {
  if (early.size === 0 || (init?.method ?? 'GET') !== 'GET' || input instanceof Request) return fetch(input, init);
  const key = keyOf(String(input), new Headers(init?.headers).get('range'));
  const found = early.get(key);
  if (found === undefined) return fetch(input, init);
  early.delete(key);
  const { response, abort } = found;
  const signal = init?.signal;
  const stop = (): void => {
    abort.abort(signal?.reason);
  };
  if (signal?.aborted === true) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  return response;
};
