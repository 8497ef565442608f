import type { NetworkEvent } from '../../../shared/session/lane.js';
import { redactUrl } from '../../../shared/privacy/redact-url.js';
import type { LaneContext } from '../lane.js';
import type { ResourceTimings } from './resource-timings.js';

/** What is known of a request when it ends. */
export interface Ending {
  readonly outcome: NonNullable<NetworkEvent['outcome']>;
  readonly status?: number;
  readonly statusText?: string;
  readonly error?: string;
  readonly contentType?: string;
  readonly responseBytes?: number;
}

/** A browser tells the timing of a resource when its body is through; it is waited for so long before `pending` is said. */
const TIMING_WAIT_MS = 5000;
/** Requests that run at a time; past it the oldest is forgotten as pending. */
const MAX_RUNNING = 1000;

/** The requests that run. Each becomes one `request` event when it has ended, or a `pending` one if the page goes first. */
export class Requests {
  readonly #context: LaneContext;
  readonly #timings: ResourceTimings;
  readonly #running = new Set<RunningRequest>();
  #count = 0;

  constructor(context: LaneContext, timings: ResourceTimings) {
    this.#context = context;
    this.#timings = timings;
    context.onLeave(() => {
      for (const request of [...this.#running]) request.sayPending();
    });
  }

  /** Undefined for the recorder's own. */
  begin(
    kind: 'fetch' | 'xhr',
    method: string,
    url: string,
    requestBytes: number | undefined,
  ): RunningRequest | undefined {
    const absolute = absoluteUrl(url);
    if (this.#context.isPaused() || this.#context.isOwnUrl(absolute)) return undefined;
    const event: NetworkEvent = {
      type: 'network',
      t: this.#context.now(),
      id: `${kind}-${++this.#count}`,
      kind,
      phase: 'pending',
      method: method.toUpperCase().slice(0, 20),
      url: redactUrl(absolute),
      ...(requestBytes === undefined ? {} : { requestBytes }),
    };
    const request = new RunningRequest(this.#context, this.#timings, event, absolute, () => {
      this.#running.delete(request);
    });
    this.#running.add(request);
    if (this.#running.size > MAX_RUNNING) {
      const [oldest] = this.#running;
      oldest?.sayPending();
      oldest?.forget();
    }
    return request;
  }
}

export class RunningRequest {
  readonly #context: LaneContext;
  readonly #timings: ResourceTimings;
  readonly #event: NetworkEvent;
  readonly #url: string;
  readonly #onEnd: () => void;
  #isOver = false;
  #saidPending = false;

  constructor(context: LaneContext, timings: ResourceTimings, event: NetworkEvent, url: string, onEnd: () => void) {
    this.#context = context;
    this.#timings = timings;
    this.#event = event;
    this.#url = url;
    this.#onEnd = onEnd;
  }

  forget(): void {
    this.#isOver = true;
    this.#onEnd();
  }

  /** The page goes, or the body is still on its way after long: what is known so far. Once. */
  sayPending(): void {
    if (this.#isOver || this.#saidPending) return;
    this.#saidPending = true;
    this.#context.emit({ ...this.#event });
  }

  /** No answer came, or all of it has. */
  end(ending: Ending): void {
    this.#finish(ending, this.#context.now() - this.#event.t, undefined);
  }

  /** The answer has begun. Its body belongs to the page: only the browser's own timing says when it is through. */
  answered(ending: Ending): void {
    const { now, guard } = this.#context;
    const headersMs = now() - this.#event.t;
    if (!this.#timings.canTell(this.#url)) {
      this.#finish(ending, headersMs, undefined);
      return;
    }
    Object.assign(this.#event, ending);
    const wait = setTimeout(
      guard(() => {
        this.sayPending();
      }),
      TIMING_WAIT_MS,
    );
    this.#timings.whenThrough(
      this.#url,
      this.#event.t,
      guard((timing) => {
        clearTimeout(wait);
        this.#finish(ending, timing.responseEnd - timing.startTime, timing);
      }),
    );
  }

  #finish(ending: Ending, durationMs: number, timing: PerformanceResourceTiming | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd();
    const event: NetworkEvent = { ...this.#event, ...ending, phase: 'request', durationMs: round(durationMs) };
    if (timing !== undefined) Object.assign(event, measuresOf(timing));
    this.#context.emit(event);
  }
}

function round(ms: number): number {
  return Math.max(0, Math.round(ms * 10) / 10);
}

/** What the browser tells. Of other origins without their consent (Timing-Allow-Origin) it tells the whole duration only. */
function measuresOf(timing: PerformanceResourceTiming): Pick<NetworkEvent, 'timings' | 'responseBytes'> {
  const size = timing.encodedBodySize > 0 ? { responseBytes: timing.encodedBodySize } : {};
  if (timing.requestStart === 0) return size;
  return {
    ...size,
    timings: {
      dnsMs: round(timing.domainLookupEnd - timing.domainLookupStart),
      connectMs: round(timing.connectEnd - timing.connectStart),
      ...(timing.secureConnectionStart > 0 ? { tlsMs: round(timing.connectEnd - timing.secureConnectionStart) } : {}),
      waitMs: round(timing.responseStart - timing.requestStart),
      receiveMs: round(timing.responseEnd - timing.responseStart),
    },
  };
}

export function absoluteUrl(url: string): string {
  try {
    return new URL(url, document.baseURI).href;
  } catch {
    return url; // Not a URL: the request fails, and what was asked for is shown as it was.
  }
}

/** The size of a body where it can be told without reading or copying it. */
export function bodyBytes(body: unknown): number | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === 'string') return utf8Length(body);
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  if (body instanceof URLSearchParams) return utf8Length(body.toString());
  return undefined;
}

/** Longer texts are not counted letter by letter. */
const MAX_COUNTED = 100_000;

export function utf8Length(text: string): number {
  if (text.length > MAX_COUNTED) return text.length;
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // A surrogate pair is two units here and four bytes there: each half adds one.
    if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return bytes;
}
