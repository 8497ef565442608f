import { commandEntry, isCommandSaid } from '../../../src/desk/reports/command-said.js';
import type { InboxAnswer, ReportAnswer, SayRequest } from '../../../src/shared/protocol/desk.js';
import { mintReceiptCode } from '../../../src/shared/report/receipt-code.js';
import type { ConversationEntry, ReportSummary } from '../../../src/shared/report/report.js';
import type { MailboxDouble } from './mailbox-double.js';

export const TOKEN = 'the-desk-token';

interface KeptReport {
  summary: ReportSummary;
  conversation: ConversationEntry[];
  readonly parts: ReadonlyMap<number, Uint8Array<ArrayBuffer>>;
}

/** The desk's API in memory, behind `fetch`: what the real one answers, without its process. */
export class DeskDouble {
  readonly reports: KeptReport[] = [];
  readonly asked: string[] = [];
  isSignedIn = true;
  /** What a static server has in place of a desk. */
  isAbsent = false;
  isOffline = false;
  /** How long each answer takes. */
  delayMs = 5;
  readonly #mailbox: Pick<MailboxDouble, 'fetch'> | undefined;
  #entries = 0;

  constructor(mailbox?: Pick<MailboxDouble, 'fetch'>) {
    this.#mailbox = mailbox;
  }

  readonly fetch: typeof fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (this.#mailbox !== undefined && /^\/api\/(technicians|mailbox)/.test(url.pathname)) {
      return this.#mailbox.fetch(input, init);
    }
    const method = init.method ?? 'GET';
    this.asked.push(`${method} ${url.pathname}${url.search}`);
    // A network takes its time: nothing may count on an answer within the same task.
    await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    init.signal?.throwIfAborted();
    if (this.isOffline) throw new TypeError('Failed to fetch');
    if (this.isAbsent) return new Response('Not found', { status: 404 });
    const path = url.pathname.split('/').slice(2);
    if (path[0] === 'session') return this.#session(method, init.body as string | undefined);
    if (!this.isSignedIn) return refuse(401, 'signed-out', 'Sign in to go on.');
    const [, id, what, number] = path;
    if (id === undefined) return this.#inbox(url.searchParams);
    const report = this.reports.find(({ summary }) => summary.id === id);
    if (report === undefined) return refuse(404, 'report-unknown', 'There is no such report.');
    if (what === 'parts') return part(report.parts.get(Number(number)), new Headers(init.headers));
    if (what === 'conversation') return this.#say(report, JSON.parse(init.body as string) as SayRequest);
    const etag = `"${report.conversation.length}.${report.summary.parts.length}"`;
    if (new Headers(init.headers).get('if-none-match') === etag) return new Response(null, { status: 304 });
    const answer: ReportAnswer = { report: report.summary, conversation: report.conversation };
    return Response.json(answer, { headers: { etag } });
  };

  add(description: string, parts: readonly Uint8Array<ArrayBuffer>[], more: Partial<ReportSummary> = {}): string {
    const id = crypto.randomUUID();
    const bytes = parts.reduce((sum, one) => sum + one.length, 0);
    const summary: ReportSummary = {
      id,
      receiptCode: mintReceiptCode(crypto.getRandomValues(new Uint8Array(10))),
      createdMs: Date.now(),
      session: 's1',
      app: { name: 'Fluxion', version: '4.2.0' },
      description,
      status: 'new',
      parts: parts.map((one, number) => ({ number, bytes: one.length, sha256: '0'.repeat(64) })),
      quarantined: 0,
      bytes,
      comments: 0,
      errors: 2,
      durationMs: 60_000,
      updatedMs: Date.now(),
      ...more,
    };
    this.reports.unshift({ summary, conversation: [], parts: new Map(parts.entries()) });
    return id;
  }

  conversation(id: string): ConversationEntry[] {
    return this.reports.find(({ summary }) => summary.id === id)?.conversation ?? [];
  }

  nextEntry(): { readonly id: string; readonly atMs: number } {
    this.#entries += 1;
    return { id: `10000000-0000-4000-8000-${String(this.#entries).padStart(12, '0')}`, atMs: Date.now() };
  }

  #session(method: string, body: string | undefined): Response {
    if (method === 'POST') {
      const proof = JSON.parse(body ?? '{}') as { token?: string; code?: string };
      if (proof.token !== TOKEN && proof.code !== 'once') return refuse(401, 'wrong', 'This is not the desk’s token.');
      this.isSignedIn = true;
    }
    if (method === 'DELETE') {
      this.isSignedIn = false;
      return new Response(null, { status: 204 });
    }
    return this.isSignedIn ? Response.json({ name: 'Ines Hart' }) : refuse(401, 'signed-out', 'Sign in to go on.');
  }

  #inbox(query: URLSearchParams): Response {
    const words = (query.get('query') ?? '').toLowerCase();
    const status = query.get('status');
    const found = this.reports
      .map(({ summary }) => summary)
      .filter((one) => status === null || one.status === status)
      .filter((one) => `${one.receiptCode} ${one.description}`.toLowerCase().includes(words));
    const from = found.findIndex(({ id }) => id === query.get('before')) + 1;
    const reports = found.slice(from, from + Number(query.get('limit')));
    return Response.json({ reports, total: found.length } satisfies InboxAnswer);
  }

  #say(report: KeptReport, request: SayRequest): Response {
    const entry = isCommandSaid(request)
      ? { ...this.nextEntry(), ...commandEntry(request, report.summary.id, 'Ines Hart') }
      : ({ ...this.nextEntry(), by: 'technician', author: 'Ines Hart', ...request } as ConversationEntry);
    if (report.conversation.some(({ id }) => id === entry.id)) return Response.json(entry, { status: 201 });
    report.conversation = [...report.conversation, entry];
    if (request.type === 'status') report.summary = { ...report.summary, status: request.status };
    return Response.json(entry, { status: 201 });
  }
}

function refuse(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status });
}

function part(bytes: Uint8Array<ArrayBuffer> | undefined, headers: Headers): Response {
  if (bytes === undefined) return refuse(404, 'part-unknown', 'There is no such part.');
  const match = /^bytes=(\d*)-(\d*)$/.exec(headers.get('range') ?? '');
  if (match === null) return new Response(bytes);
  const [, first = '', last = ''] = match;
  const from = first === '' ? Math.max(0, bytes.length - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes.length : Math.min(bytes.length, Number(last) + 1);
  return new Response(bytes.slice(from, to), {
    status: 206,
    headers: { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}`, etag: '"1"' },
  });
}
