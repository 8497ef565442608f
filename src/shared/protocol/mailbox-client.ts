import * as v from 'valibot';
import type { Signer } from '../crypto/sign.js';
import { FluxionError } from '../errors.js';
import { signedTechniciansSchema, type SignedTechnicians } from './letters.js';
import {
  challengeAnswerSchema,
  LETTERS_ANSWER_BYTES,
  lettersAnswerSchema,
  mailboxProof,
  postAnswerSchema,
  tokenAnswerSchema,
} from './mailbox.js';

/** What the desk said, or that it said nothing. `isFinal`: trying again will not help. `afterMs`: not before. */
export class MailboxError extends FluxionError {
  readonly isFinal: boolean;
  readonly afterMs: number | undefined;

  constructor(code: string, message: string, options: ErrorOptions & { isFinal?: boolean; afterMs?: number } = {}) {
    super(code, message, options);
    this.isFinal = options.isFinal ?? false;
    this.afterMs = options.afterMs;
  }
}

export interface MailboxClientOptions {
  /** The desk's origin. */
  readonly origin: string;
  readonly fetch: typeof globalThis.fetch;
  readonly signer: Signer;
  /** Where the desk takes reports only from who knows it: asked for with the list of technicians. */
  readonly key?: string | undefined;
}

const ANSWER_TIMEOUT_MS = 30_000;
/** Letters in base64 of JSON, and a list of a thousand technicians. */
const MAX_ANSWER_BYTES = 2 * LETTERS_ANSWER_BYTES + 1024 * 1024;
/** A token is asked for again so long before it ends. */
const TOKEN_MARGIN_MS = 30_000;
const errorSchema = v.object({ code: v.pipe(v.string(), v.maxLength(100)), message: v.string() });

export interface SealedLetter {
  readonly id: string;
  readonly sealed: Uint8Array<ArrayBuffer>;
}

/** One party's side of the desk's mailboxes, in the host process and in the viewer. Rejects with a MailboxError, or the signal's reason. */
export class MailboxClient {
  readonly #options: MailboxClientOptions;
  #token: { readonly value: string; readonly untilMs: number } | undefined;

  constructor(options: MailboxClientOptions) {
    this.#options = options;
  }

  /** Undefined where the desk has none. Nobody has checked it. */
  async technicians(signal: AbortSignal): Promise<SignedTechnicians | undefined> {
    const { key } = this.#options;
    const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
    try {
      return await this.#ask('GET', '/api/technicians', { headers }, signedTechniciansSchema, signal);
    } catch (error) {
      if (error instanceof MailboxError && error.code === 'technicians-missing') return undefined;
      throw error;
    }
  }

  /** The oldest letters of our box; waits up to `waitMs` for the first one. */
  async letters(waitMs: number, signal: AbortSignal): Promise<SealedLetter[]> {
    const path = `/api/mailbox/letters?waitMs=${Math.floor(waitMs)}`;
    const { letters } = await this.#askWithToken('GET', path, {}, lettersAnswerSchema, signal, waitMs);
    return letters.map(({ id, sealed }) => ({ id, sealed: fromBase64(sealed) }));
  }

  async remove(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({ ids });
    const init = { headers: { 'Content-Type': 'application/json' }, body };
    await this.#askWithToken('POST', '/api/mailbox/remove', init, v.object({}), signal);
  }

  async post(to: string, { id, sealed }: SealedLetter, signal: AbortSignal): Promise<void> {
    const headers = { 'Content-Type': 'application/octet-stream', 'Letter-To': to, 'Letter-Id': id };
    await this.#askWithToken('POST', '/api/mailbox/letters', { headers, body: sealed }, postAnswerSchema, signal);
  }

  async #askWithToken<S extends v.GenericSchema>(
    method: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> },
    schema: S,
    signal: AbortSignal,
    waitMs = 0,
  ): Promise<v.InferOutput<S>> {
    for (let isSecond = false; ; isSecond = true) {
      const token = await this.#proven(signal);
      const headers = { ...init.headers, Authorization: `Bearer ${token}` };
      try {
        return await this.#ask(method, path, { ...init, headers }, schema, signal, waitMs);
      } catch (error) {
        if (isSecond || !(error instanceof MailboxError) || error.code !== 'mailbox-token-unknown') throw error;
        this.#token = undefined; // The desk was started anew with another secret.
      }
    }
  }

  /** Proves that we hold our key, where that was not done a moment ago. */
  async #proven(signal: AbortSignal): Promise<string> {
    if (this.#token !== undefined && performance.now() < this.#token.untilMs) return this.#token.value;
    const { origin, signer } = this.#options;
    const json = { 'Content-Type': 'application/json' };
    const ask = { headers: json, body: '{}' };
    const { nonce } = await this.#ask('POST', '/api/mailbox/challenge', ask, challengeAnswerSchema, signal);
    const signature = await signer.sign('mailbox', mailboxProof(origin, nonce));
    const body = JSON.stringify({ signingKey: signer.signingKey, origin, nonce, signature });
    const init = { headers: json, body };
    const { token, lifeMs } = await this.#ask('POST', '/api/mailbox/token', init, tokenAnswerSchema, signal);
    this.#token = { value: token, untilMs: performance.now() + Math.max(0, lifeMs - TOKEN_MARGIN_MS) };
    return token;
  }

  async #ask<S extends v.GenericSchema>(
    method: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> },
    schema: S,
    signal: AbortSignal,
    waitMs = 0,
  ): Promise<v.InferOutput<S>> {
    let response: Response;
    let json: unknown;
    try {
      response = await this.#options.fetch(`${this.#options.origin}${path}`, {
        ...init,
        method,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS + waitMs)]),
      });
      json = await readJson(response);
    } catch (cause) {
      signal.throwIfAborted();
      throw new MailboxError('desk-unreachable', 'The support team’s server does not answer.', { cause });
    }
    const answer = v.safeParse(schema, json);
    if (response.ok && answer.success) return answer.output;
    throw failureOf(response, json);
  }
}

async function readJson(response: Response): Promise<unknown> {
  const reader = response.body?.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > MAX_ANSWER_BYTES) {
      await reader.cancel();
      return undefined; // Not from a desk; what it is does not matter.
    }
    pieces.push(value);
  }
  try {
    return JSON.parse(await new Blob(pieces).text());
  } catch {
    return undefined; // A proxy's page, for instance: the status says enough.
  }
}

function failureOf(response: Response, json: unknown): MailboxError {
  const parsed = v.safeParse(errorSchema, json);
  const code = parsed.success ? parsed.output.code : `http-${response.status}`;
  const message = parsed.success
    ? parsed.output.message.slice(0, 500)
    : 'The support team’s server cannot be used now.';
  const { status } = response;
  // Signing in and proving again heal a 401.
  const isFinal = status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
  const afterSeconds = Number(response.headers.get('Retry-After') ?? NaN);
  const after = Number.isFinite(afterSeconds) ? { afterMs: Math.min(Math.max(afterSeconds, 0), 3600) * 1000 } : {};
  return new MailboxError(code, message, { isFinal, ...after });
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  return Uint8Array.from({ length: binary.length }, (_, at) => binary.charCodeAt(at));
}
