// Fluxion's own scheme: its documents out of the build, and its server's half, which runs in this process.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CustomScheme } from 'electron';
import type { InvoiceCache } from '../invoice-cache.js';
import { book, findCustomers, RATES, type LedgerOrder } from '../ledger.js';

export const SCHEME: CustomScheme = {
  scheme: 'fluxion',
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
};
export const ORIGIN = 'fluxion://app';

/** Next to out/main, where this file is built to. */
const DOCUMENTS = resolve(import.meta.dirname, '../renderer');
const SYNC_LIMIT_BYTES = 4 * 1024 * 1024;
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', map: 'application/json' };

export async function serveFluxion(request: Request, invoices: InvoiceCache): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === '/') return await serveFile('examples/fluxion/index.html', 'text/html; charset=utf-8');
  const asset = /^\/(assets\/[\w.-]+\.(\w+))$/.exec(pathname);
  if (asset?.[1] !== undefined) return await serveFile(asset[1], TYPES[asset[2] ?? ''] ?? 'application/octet-stream');
  if (pathname === '/api/rates') return Response.json(RATES);
  if (pathname === '/api/customers') {
    const words = searchParams.get('q') ?? '';
    // As servers do: what was asked for stands in the process's own log.
    console.info('Customer search', words);
    return Response.json(findCustomers(words));
  }
  if (pathname === '/api/sync' && request.method === 'POST') return await sync(request);
  const invoice = /^\/invoice\/(\d+)$/.exec(pathname)?.[1];
  const printed = invoice === undefined ? undefined : await invoices.page(Number(invoice));
  return printed === undefined ? new Response(null, { status: 404 }) : page(printed);
}

async function sync(request: Request): Promise<Response> {
  const text = await request.text();
  if (text.length > SYNC_LIMIT_BYTES) return new Response(null, { status: 413 });
  try {
    const orders = JSON.parse(text) as LedgerOrder[];
    return Response.json({ booked: orders.length, total: book(orders) });
  } catch (error) {
    console.error('Booking failed', error);
    return Response.json({ error: error instanceof Error ? error.message : String(error) }, { status: 500 });
  }
}

async function serveFile(file: string, type: string): Promise<Response> {
  try {
    const bytes = await readFile(join(DOCUMENTS, file));
    return new Response(new Uint8Array(bytes), {
      headers: { 'Content-Type': type, 'Content-Security-Policy': POLICY },
    });
  } catch {
    return new Response(null, { status: 404 });
  }
}

function page(html: string): Response {
  return new Response(html, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY },
  });
}
