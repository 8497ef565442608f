import * as v from 'valibot';
import { FluxionError } from '../../shared/errors.js';
import {
  inboxAnswerSchema,
  reportAnswerSchema,
  sessionAnswerSchema,
  type InboxAnswer,
  type ReportAnswer,
  type SayRequest,
} from '../../shared/protocol/desk.js';
import { pictureSchema, type Picture } from '../../shared/report/picture.js';
import { conversationEntrySchema, type ConversationEntry, type ReportSummary } from '../../shared/report/report.js';
import type { IceServer } from '../../shared/protocol/live-ice.js';
import { iceAnswerSchema, joinAnswerSchema, type JoinAnswer } from '../../shared/protocol/live-relay.js';
import { readBoundedText } from './bounded-text.js';
import { partUrl, pictureUrl, reportUrl } from './desk-urls.js';

/** A desk that says nothing for this long is treated as away. */
const TIMEOUT_MS = 20_000;
/** A picture of a few MB over a slow line. */
const PICTURE_TIMEOUT_MS = 120_000;
/** An inbox page of 100 reports, each with a description of 10,000 characters, is 4 MB; a page of a conversation is less. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export type DeskErrorCode =
  'desk-unreachable' | 'desk-signed-out' | 'desk-absent' | 'desk-answer-invalid' | 'desk-refused';

/**
 * What went wrong between viewer and desk. `code` is ours; `deskCode` is what the desk itself called it.
 * - `desk-unreachable`: no answer, or one that a proxy gave in its place. Trying again may help.
 * - `desk-signed-out`: 401. Sign in, then try again.
 * - `desk-absent`: what answers is no desk (a static server, for example).
 * - `desk-answer-invalid`: a desk of another version, or a fault.
 * - `desk-refused`: anything else; the message is the desk's.
 */
export class DeskError extends FluxionError {
  override readonly code: DeskErrorCode;
  readonly status: number | undefined;
  readonly deskCode: string | undefined;
  /** How long the desk asked to wait (429, 503). */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: DeskErrorCode,
    message: string,
    options: ErrorOptions & { status?: number; deskCode?: string; retryAfterMs?: number | undefined } = {},
  ) {
    super(code, message, options);
    this.code = code;
    this.status = options.status;
    this.deskCode = options.deskCode;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** What was asked for may be granted later as it is. */
  get mayHeal(): boolean {
    return this.code !== 'desk-refused' || (this.status !== undefined && HEALING.includes(this.status));
  }
}

/** Refusals that time heals: docs/desk-api.md, "Conventions". */
const HEALING: readonly number[] = [408, 425, 429, 507];

const errorBodySchema = v.object({
  code: v.pipe(v.string(), v.maxLength(100)),
  message: v.pipe(v.string(), v.maxLength(1000)),
});

export interface InboxRequest {
  readonly query?: string;
  readonly status?: ReportSummary['status'];
  /** The id of the last row seen: what comes is older. */
  readonly before?: string;
  readonly limit: number;
}

/** A report as the desk has it, and what names this state of it; a proxy may have taken the tag off. */
export interface TaggedReport {
  readonly answer: ReportAnswer;
  readonly tag: string | undefined;
}

/** What the caller has of a report. */
export interface KnownReport {
  /** The tag of the whole answer. */
  readonly tag?: string | undefined;
  /** The id of the last entry of the conversation. */
  readonly after?: string | undefined;
}

/** A picture of the customer's window that is to be kept. */
export interface TakenPicture {
  /** A UUID, the same for each attempt. */
  readonly name: string;
  /** Unix ms, by the customer's clock. */
  readonly takenMs: number;
  readonly file: Blob;
}

interface Ask {
  readonly body?: string | Blob;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface DeskClientOptions {
  /** Where the desk's API is: the viewer's own origin. */
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
}

/**
 * The desk's HTTP API as the technician's side uses it. Every answer is parsed by its schema. All methods reject with
 * DeskError, or with the signal's reason when they are aborted.
 */
export class DeskClient {
  readonly #baseUrl: string;
  readonly #fetch: typeof fetch;

  constructor(options: DeskClientOptions) {
    this.#baseUrl = options.baseUrl;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  async whoAmI(signal?: AbortSignal): Promise<string> {
    return (await this.#call('GET', 'api/session', sessionAnswerSchema, { signal })).name;
  }

  async signIn(proof: { code: string } | { token: string }, name?: string, signal?: AbortSignal): Promise<string> {
    const body = { ...proof, ...(name === undefined ? {} : { name }) };
    return (await this.#call('POST', 'api/session', sessionAnswerSchema, { body, signal })).name;
  }

  async signOut(signal?: AbortSignal): Promise<void> {
    await this.#call('DELETE', 'api/session', v.unknown(), { signal });
  }

  inbox(request: InboxRequest, signal?: AbortSignal): Promise<InboxAnswer> {
    const query = new URLSearchParams({ limit: String(request.limit) });
    if (request.query !== undefined && request.query !== '') query.set('query', request.query);
    if (request.status !== undefined) query.set('status', request.status);
    if (request.before !== undefined) query.set('before', request.before);
    return this.#call('GET', `api/reports?${query.toString()}`, inboxAnswerSchema, { signal });
  }

  /** The report and a page of its conversation: what follows what is known. Undefined: nothing has changed. */
  async report(id: string, signal?: AbortSignal, { tag, after }: KnownReport = {}): Promise<TaggedReport | undefined> {
    const headers = tag === undefined ? {} : { 'if-none-match': tag };
    const url = reportUrl(this.#baseUrl, id, after);
    const { response, text } = await this.#ask('GET', url, { headers, signal });
    if (response.status === 304 && tag !== undefined) return undefined;
    const answer = parseAnswer(response, text, reportAnswerSchema);
    return { answer, tag: response.headers.get('etag') ?? undefined };
  }

  /** Where a part is read from, by Range. */
  partUrl(id: string, part: number): string {
    return partUrl(this.#baseUrl, id, part);
  }

  say(id: string, entry: SayRequest, signal?: AbortSignal): Promise<ConversationEntry> {
    const path = `${reportUrl(this.#baseUrl, id)}/conversation`;
    return this.#call('POST', path, conversationEntrySchema, { body: entry, signal });
  }

  /** Where a picture is, for an `img`. */
  pictureUrl(id: string, picture: string): string {
    return pictureUrl(this.#baseUrl, id, picture);
  }

  /** Keeps a picture in a report. The same one again is the same one: an answer that was lost may be asked for once more. */
  async keepPicture(id: string, picture: TakenPicture, signal?: AbortSignal): Promise<Picture> {
    const url = new URL(this.pictureUrl(id, picture.name));
    url.searchParams.set('takenMs', String(Math.round(picture.takenMs)));
    const headers = { 'content-type': 'image/png' };
    const init = { body: picture.file, headers, signal, timeoutMs: PICTURE_TIMEOUT_MS };
    const { response, text } = await this.#ask('PUT', url.href, init);
    return parseAnswer(response, text, pictureSchema);
  }

  /** One guess at a pairing code. `desk-refused` with `live-code-unknown`: nobody waits by it. */
  joinLive(code: string, signal?: AbortSignal): Promise<JoinAnswer> {
    return this.#call('POST', 'api/live/join', joinAnswerSchema, { body: { code }, signal });
  }

  /** The configured STUN and TURN servers, with credentials for a session. */
  async liveServers(signal?: AbortSignal): Promise<IceServer[]> {
    return (await this.#call('POST', 'api/live/ice', iceAnswerSchema, { body: {}, signal })).iceServers;
  }

  /** The desk's relay, to be opened whenever the connection to it is lost. */
  readonly openLiveSocket = (): WebSocket => {
    const url = new URL('api/live/socket', this.#baseUrl);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return new WebSocket(url);
  };

  async #call<S extends v.GenericSchema>(
    method: string,
    path: string,
    schema: S,
    { body, signal }: { body?: unknown; signal?: AbortSignal | undefined },
  ): Promise<v.InferOutput<S>> {
    const json = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const { response, text } = await this.#ask(method, path, { ...(body === undefined ? {} : json), signal });
    return parseAnswer(response, text, schema);
  }

  async #ask(
    method: string,
    path: string,
    { signal, timeoutMs = TIMEOUT_MS, ...init }: Ask,
  ): Promise<{ readonly response: Response; readonly text: string | undefined }> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await this.#fetch(new URL(path, this.#baseUrl), {
        ...init,
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      return { response, text: await readBoundedText(response, MAX_ANSWER_BYTES) };
    } catch (error) {
      signal?.throwIfAborted();
      throw new DeskError('desk-unreachable', 'The desk does not answer. Check your connection; we keep trying.', {
        cause: error,
      });
    }
  }
}

function parseAnswer<S extends v.GenericSchema>(
  response: Response,
  text: string | undefined,
  schema: S,
): v.InferOutput<S> {
  const isJson = /^application\/json\b/i.test(response.headers.get('content-type') ?? '');
  if (!response.ok) throw refusal(response, isJson ? text : undefined);
  const isEmpty = response.status === 204;
  if (!isJson && !isEmpty) throw new DeskError('desk-absent', 'There is no desk here: what answers is another server.');
  const parsed = v.safeParse(schema, isEmpty || text === undefined ? undefined : parseJson(text));
  if (parsed.success) return parsed.output;
  throw new DeskError(
    'desk-answer-invalid',
    'The desk gave an answer that this viewer does not understand. Reload the page; if it stays, the desk needs an update.',
    { status: response.status, cause: new v.ValiError(parsed.issues) },
  );
}

function refusal(response: Response, text: string | undefined): DeskError {
  const { status } = response;
  const body = v.safeParse(errorBodySchema, text === undefined ? undefined : parseJson(text));
  const options = {
    status,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    ...(body.success ? { deskCode: body.output.code } : {}),
  };
  const said = body.success ? body.output.message : undefined;
  if (status === 401) return new DeskError('desk-signed-out', said ?? 'Sign in to go on.', options);
  if (!body.success && (status === 404 || status === 405 || status === 501)) {
    return new DeskError('desk-absent', 'There is no desk here: what answers is another server.', options);
  }
  if (status >= 500 && status !== 507) {
    return new DeskError('desk-unreachable', said ?? `The desk cannot answer now (HTTP ${status}).`, options);
  }
  return new DeskError('desk-refused', said ?? `The desk refused this (HTTP ${status}).`, options);
}

function retryAfterMs(header: string | null): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) * 1000 : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema says that it is not what was asked for.
  }
}
