import * as v from 'valibot';
import { FluxionError } from '../../shared/errors.js';
import {
  completeAnswerSchema,
  placesAnswerSchema,
  ticketAnswerSchema,
  uploadAnswerSchema,
  uploadConflictSchema,
  type CompleteAnswer,
  type PlacesAnswer,
  type TicketAnswer,
  type TicketRequest,
  type UploadConflict,
} from '../../shared/protocol/desk.js';
import { iceServersSchema, type IceServer } from '../../shared/protocol/live-ice.js';
import { roomAnswerSchema } from '../../shared/protocol/live-relay.js';
import { ServiceError } from './service-errors.js';

export type RoomAnswer = v.InferOutput<typeof roomAnswerSchema>;
export type Fetch = typeof globalThis.fetch;

export interface DeskAddress {
  readonly url: string;
  /** Where the desk takes reports only from who knows it. */
  readonly key?: string;
}

/** The desk did not take it, and trying again will not help. Its message is the desk's own sentence. */
export class DeskRefusal extends FluxionError {}

/** It may work later. `afterMs`: not before, says the desk. `isOffline`: nothing left this machine. */
export class DeskDelay extends FluxionError {
  readonly afterMs: number | undefined;
  readonly isOffline: boolean;

  constructor(code: string, message: string, options: ErrorOptions & { afterMs?: number; isOffline?: boolean } = {}) {
    super(code, message, options);
    this.afterMs = options.afterMs;
    this.isOffline = options.isOffline ?? false;
  }
}

/** The ticket is no longer known: a new one goes on where the old one ended. */
export class TicketUnknown extends FluxionError {}

const ANSWER_TIMEOUT_MS = 30_000;
/** Reading and verifying a part of 2 GiB on a slow disk. */
const COMPLETE_TIMEOUT_MS = 10 * 60_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const errorAnswerSchema = v.object({ code: v.pipe(v.string(), v.maxLength(100)), message: v.string() });

/** Undefined where a URL is one that a report may go to: TLS, or this very computer. */
export function deskUrlProblem(url: string): ServiceError | undefined {
  if (!URL.canParse(url)) return new ServiceError('desk-url');
  const { protocol, hostname } = new URL(url);
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback) ? undefined : new ServiceError('desk-url');
}

/** The desk's upload API (protocol/desk.ts). Every failure becomes a refusal, a delay or an unknown ticket. */
export class DeskClient {
  /** What everything is sent by, to the desk and to its store. */
  readonly fetch: Fetch;
  readonly #origin: string;
  readonly #key: string | undefined;

  constructor(address: DeskAddress, fetchNow: Fetch) {
    this.fetch = fetchNow;
    this.#origin = new URL(address.url).origin;
    this.#key = address.key;
  }

  async ticket(request: TicketRequest, signal: AbortSignal): Promise<TicketAnswer> {
    const headers = {
      'Content-Type': 'application/json',
      ...(this.#key === undefined ? {} : { Authorization: `Bearer ${this.#key}` }),
    };
    const body = JSON.stringify(request);
    return await this.#ask(
      '/api/tickets',
      { method: 'POST', headers, body },
      ticketAnswerSchema,
      ANSWER_TIMEOUT_MS,
      signal,
    );
  }

  /** A room for a live session, with the code that the customer reads out. */
  async room(signal: AbortSignal): Promise<RoomAnswer> {
    return await this.#post('/api/live/rooms', roomAnswerSchema, signal);
  }

  /** The servers that a live session by letters may use. */
  async iceServers(signal: AbortSignal): Promise<IceServer[]> {
    return (await this.#post('/api/live/ice', v.object({ iceServers: iceServersSchema }), signal)).iceServers;
  }

  /** How many bytes the desk has after this. */
  async upload(
    ticket: string,
    offset: number,
    bytes: Uint8Array<ArrayBuffer>,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<number> {
    const headers = {
      Authorization: `Bearer ${ticket}`,
      'Content-Type': 'application/octet-stream',
      'Upload-Offset': String(offset),
    };
    const schema = v.union([uploadAnswerSchema, uploadConflictSchema]);
    const answer = await this.#ask('/api/upload', { method: 'PUT', headers, body: bytes }, schema, timeoutMs, signal);
    return answer.receivedBytes;
  }

  /** Where the chunks from `offset` on go in the desk's store. */
  async places(ticket: string, offset: number, signal: AbortSignal): Promise<PlacesAnswer> {
    const headers = { Authorization: `Bearer ${ticket}`, 'Content-Type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ offset }) };
    return await this.#ask('/api/upload/places', init, placesAnswerSchema, ANSWER_TIMEOUT_MS, signal);
  }

  /** The desk's verdict, or where to go on when it has not got all, or not what was sent. */
  async complete(ticket: string, signal: AbortSignal): Promise<CompleteAnswer | UploadConflict> {
    const init = { method: 'POST', headers: { Authorization: `Bearer ${ticket}` } };
    const schema = v.union([completeAnswerSchema, uploadConflictSchema]);
    return await this.#ask('/api/upload/complete', init, schema, COMPLETE_TIMEOUT_MS, signal);
  }

  async #post<S extends v.GenericSchema<unknown, unknown>>(
    path: string,
    schema: S,
    signal: AbortSignal,
  ): Promise<v.InferOutput<S>> {
    const headers = {
      'Content-Type': 'application/json',
      ...(this.#key === undefined ? {} : { Authorization: `Bearer ${this.#key}` }),
    };
    return await this.#ask(path, { method: 'POST', headers, body: '{}' }, schema, ANSWER_TIMEOUT_MS, signal);
  }

  async #ask<S extends v.GenericSchema<unknown, unknown>>(
    path: string,
    init: RequestInit,
    schema: S,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<v.InferOutput<S>> {
    let response: Response;
    let json: unknown;
    try {
      response = await this.fetch(`${this.#origin}${path}`, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      json = await readJson(response);
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(error);
    }
    const answer = v.safeParse(schema, json);
    // A conflict that says how far the desk is, is an answer like any other.
    if (answer.success && (response.ok || response.status === 409)) return answer.output;
    throw failureOf(response, json);
  }
}

async function readJson(response: Response): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) break; // Not from a desk; what it is does not matter.
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    return undefined; // A proxy's page, for instance: the status says enough.
  }
}

function failureOf(response: Response, json: unknown): FluxionError {
  const parsed = v.safeParse(errorAnswerSchema, json);
  const code = parsed.success ? parsed.output.code : `http-${response.status}`;
  const message = parsed.success ? parsed.output.message.slice(0, 500) : undefined;
  if (response.status === 401 && code === 'ticket-unknown') return new TicketUnknown(code, message ?? '');
  const isRefusal = response.status >= 400 && response.status < 500 && ![408, 425, 429].includes(response.status);
  if (isRefusal) {
    return new DeskRefusal(
      code,
      message ?? 'The support team’s server refused the report. Save it to a file and send that.',
    );
  }
  const afterSeconds = Number(response.headers.get('Retry-After') ?? NaN);
  return new DeskDelay(
    code,
    message ?? 'The support team’s server cannot take the report now. It is tried again by itself.',
    {
      ...(Number.isFinite(afterSeconds) ? { afterMs: Math.min(afterSeconds, 3600) * 1000 } : {}),
    },
  );
}

/** Answers that are well formed, and cannot be true. */
export function confused(): DeskDelay {
  return new DeskDelay(
    'desk-confused',
    'The support team’s server gave answers that do not fit. It is tried again by itself.',
  );
}

/** Codes of a request that found no way out of this machine. */
const OFFLINE_CODES = new Set(['ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EAI_AGAIN', 'ENOTFOUND', 'EADDRNOTAVAIL']);

/** What a request means that got no answer. */
export function unreachable(error: unknown): DeskDelay {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const isOffline = OFFLINE_CODES.has(code);
  return new DeskDelay(
    isOffline ? 'offline' : 'desk-unreachable',
    isOffline
      ? 'This computer is not connected. The report is sent by itself when it is.'
      : 'The support team’s server does not answer. The report is sent by itself when it does.',
    { cause: error, isOffline },
  );
}
