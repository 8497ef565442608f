import { createHash } from 'node:crypto';
import type { TicketRequest } from '../../../../src/shared/protocol/desk.js';
import type { Fetch } from '../../../../src/main/services/desk-client.js';

interface Upload {
  readonly request: TicketRequest;
  bytes: Uint8Array;
  isComplete: boolean;
}

/** What the network or the desk does to the next request of this kind. */
export type Fault = (path: string, init: RequestInit) => Response | Error | undefined;

/**
 * A double of the desk's upload API in memory, for faults that a real one cannot be made to show at will. The real desk is in
 * tests/integration/host.
 */
export class DeskDouble {
  readonly uploads = new Map<string, Upload>();
  readonly requests: string[] = [];
  fault: Fault = () => undefined;
  #tickets = new Map<string, string>();

  readonly fetch: Fetch = async (url, init = {}) => {
    await Promise.resolve();
    const path = new URL(url instanceof Request ? url.url : url).pathname;
    const headers = new Headers(init.headers);
    this.requests.push(`${path} ${headers.get('Upload-Offset') ?? ''}`.trim());
    init.signal?.throwIfAborted();
    const fault = this.fault(path, init);
    if (fault instanceof Error) throw fault;
    if (fault !== undefined) return fault;
    return this.#answer(path, headers, init);
  };

  /** Reports that are whole on the desk's side. */
  get complete(): number {
    return [...this.uploads.values()].filter(({ isComplete }) => isComplete).length;
  }

  forgetTickets(): void {
    this.#tickets.clear();
  }

  #answer(path: string, headers: Headers, init: RequestInit): Response {
    if (path === '/api/tickets') {
      const request = JSON.parse(init.body as string) as TicketRequest;
      const key = `${request.report.id}/${request.part.number}`;
      const upload = this.uploads.get(key) ?? { request, bytes: new Uint8Array(0), isComplete: false };
      this.uploads.set(key, upload);
      const ticket = `ticket-${this.#tickets.size}-${key}`;
      this.#tickets.set(ticket, key);
      return Response.json({
        ticket,
        receivedBytes: upload.bytes.length,
        status: upload.isComplete ? 'accepted' : 'open',
      });
    }
    const ticket = (headers.get('Authorization') ?? '').replace('Bearer ', '');
    const upload = this.uploads.get(this.#tickets.get(ticket) ?? '');
    if (upload === undefined) return problem(401, 'ticket-unknown');
    if (path === '/api/upload') {
      if (Number(headers.get('Upload-Offset')) !== upload.bytes.length) return this.#conflict('upload-offset', upload);
      upload.bytes = Buffer.concat([upload.bytes, init.body as Uint8Array]);
      return Response.json({ receivedBytes: upload.bytes.length });
    }
    const { bytes, sha256 } = upload.request.part;
    if (upload.bytes.length !== bytes) return this.#conflict('upload-incomplete', upload);
    if (createHash('sha256').update(upload.bytes).digest('hex') !== sha256) {
      upload.bytes = new Uint8Array(0);
      return this.#conflict('upload-damaged', upload);
    }
    upload.isComplete = true;
    return Response.json({ status: 'accepted' });
  }

  #conflict(code: string, upload: Upload): Response {
    return Response.json({ code, message: 'Go on from there.', receivedBytes: upload.bytes.length }, { status: 409 });
  }
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return Response.json({ code, message: `The desk says ${code}.` }, { status, headers });
}

/** What `fetch` rejects with when a request finds no way. */
export function networkError(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
}
