import { toBase64Url } from '../../../src/shared/crypto/base64url.js';
import type { SignedTechnicians } from '../../../src/shared/protocol/letters.js';

/** The desk's mailboxes in memory, behind `fetch`: one owner, letters out and letters in. The real one is in tests/integration. */
export class MailboxDouble {
  /** What waits for the technician. */
  readonly box: { readonly id: string; readonly sealed: Uint8Array }[] = [];
  /** What the technician wrote. */
  readonly posted: { readonly to: string; readonly id: string; readonly sealed: Uint8Array<ArrayBuffer> }[] = [];
  technicians: SignedTechnicians | undefined;
  isOffline = false;

  readonly fetch: typeof fetch = async (input, init = {}) => {
    await Promise.resolve();
    if (this.isOffline) throw new TypeError('Failed to fetch');
    const { pathname, searchParams } = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers);
    if (pathname === '/api/technicians') {
      return this.technicians === undefined ? refuse(404, 'technicians-missing') : Response.json(this.technicians);
    }
    if (pathname === '/api/mailbox/challenge') return Response.json({ nonce: 'a-nonce-of-the-double' });
    if (pathname === '/api/mailbox/token') return Response.json({ token: 'a-token', lifeMs: 60_000 });
    if (headers.get('authorization') !== 'Bearer a-token') return refuse(401, 'mailbox-token-unknown');
    if (pathname === '/api/mailbox/remove') {
      const { ids } = JSON.parse(init.body as string) as { ids: string[] };
      for (const id of ids)
        this.box.splice(
          this.box.findIndex((letter) => letter.id === id),
          1,
        );
      return Response.json({});
    }
    if (init.method === 'POST') {
      const id = headers.get('letter-id') ?? '';
      this.posted.push({ to: headers.get('letter-to') ?? '', id, sealed: init.body as Uint8Array<ArrayBuffer> });
      return Response.json({ id }, { status: 201 });
    }
    return this.#letters(Number(searchParams.get('waitMs')), init.signal ?? undefined);
  };

  put(sealed: Uint8Array): void {
    this.box.push({ id: crypto.randomUUID(), sealed });
  }

  async #letters(waitMs: number, signal: AbortSignal | undefined): Promise<Response> {
    for (const startedMs = performance.now(); performance.now() - startedMs < waitMs;) {
      signal?.throwIfAborted();
      if (this.box.length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const letters = this.box.map(({ id, sealed }) => ({ id, sealed: toBase64(sealed) }));
    return Response.json({ letters });
  }
}

function toBase64(bytes: Uint8Array): string {
  const text = toBase64Url(bytes).replaceAll('-', '+').replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

function refuse(status: number, code: string): Response {
  return Response.json({ code, message: `The desk says ${code}.` }, { status });
}
