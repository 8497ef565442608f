import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { startDesk, type Desk, type DeskOptions } from '../../../src/desk/server.js';
import type { TicketAnswer } from '../../../src/shared/protocol/desk.js';
import { makeHead, makePart, ticketRequest, type Head, type PartContent } from './part.js';

// A real desk on a real port over a folder of its own, and what its two sides do with it.

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const TOKEN = 'a-token-of-tests-0123456789';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'desk-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function deskIn(folder: string, options: Partial<DeskOptions> = {}): Promise<DeskUnderTest> {
  const desk = await startDesk({
    dataDir: join(folder, 'data'),
    viewerDir: join(folder, 'viewer'),
    port: 0,
    token: TOKEN,
    rateLimits: { tickets: 10_000, uploads: 10_000, signIns: 10_000 },
    ...options,
  });
  cleanups.push(() => desk.close());
  return new DeskUnderTest(desk, options.token ?? TOKEN);
}

export async function freshDesk(options: Partial<DeskOptions> = {}): Promise<DeskUnderTest> {
  return deskIn(await temporaryFolder(), options);
}

export class DeskUnderTest {
  readonly desk: Desk;
  readonly #token: string;
  #cookie: string | undefined;

  constructor(desk: Desk, token: string) {
    this.desk = desk;
    this.#token = token;
  }

  get url(): string {
    return this.desk.url;
  }

  async call<T = Record<string, unknown>>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
    const response = await fetch(new URL(path, this.url), init);
    const text = await response.text();
    const isJson = text !== '' && response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  post<T = Record<string, unknown>>(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    return this.call<T>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  // The customer's side.

  async ticket(head: Head, bytes: Uint8Array, number = 0): Promise<TicketAnswer> {
    const { status, body } = await this.post<TicketAnswer>('/api/tickets', ticketRequest(head, bytes, number));
    if (status !== 200) throw new Error(`ticket: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  put(ticket: string, offset: number | string, body: Uint8Array | ReadableStream): Promise<Answer> {
    return this.call('/api/upload', {
      method: 'PUT',
      headers: { authorization: `Bearer ${ticket}`, 'upload-offset': String(offset) },
      body: body as BodyInit,
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
  }

  complete(ticket: string): Promise<Answer> {
    return this.call('/api/upload/complete', { method: 'POST', headers: { authorization: `Bearer ${ticket}` } });
  }

  /** Sends a part in one go; answers what completing it answers. */
  async send(head: Head, bytes: Uint8Array, number = 0): Promise<Answer> {
    const { ticket } = await this.ticket(head, bytes, number);
    await this.put(ticket, 0, bytes);
    return this.complete(ticket);
  }

  async sendReport(head: Partial<Head> = {}, content: PartContent = {}): Promise<{ head: Head; bytes: Buffer }> {
    const made = { head: makeHead(head), bytes: await makePart(content) };
    const { status, body } = await this.send(made.head, made.bytes);
    if (status !== 200 || body['status'] !== 'accepted') throw new Error(`send: ${status} ${JSON.stringify(body)}`);
    return made;
  }

  // The technician's side.

  async cookie(name?: string): Promise<string> {
    if (name === undefined && this.#cookie !== undefined) return this.#cookie;
    const { status, headers } = await this.post('/api/session', {
      token: this.#token,
      ...(name === undefined ? {} : { name }),
    });
    if (status !== 200) throw new Error(`sign-in: ${status}`);
    this.#cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    return this.#cookie;
  }

  async get<T = Record<string, unknown>>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.call<T>(path, { headers: { cookie: await this.cookie(), ...headers } });
  }

  async say(id: string, body: unknown): Promise<Answer> {
    return this.post(`/api/reports/${id}/conversation`, body, { cookie: await this.cookie() });
  }
}
