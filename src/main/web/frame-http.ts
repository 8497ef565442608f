import type { IncomingMessage, ServerResponse } from 'node:http';
import { toErrorResult } from '../../shared/errors.js';
import { decodeFrame, encodeFrame, FRAME_TYPE, FrameError, type Frame } from '../../shared/protocol/frame.js';

/** What every answer of ours carries. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'Origin-Agent-Cluster': '?1',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** Reads a frame of at most `maxBytes`, counting while it comes. Rejects with a FrameError; the rest is not read. */
export async function readFrame(request: IncomingMessage, maxBytes: number): Promise<Frame> {
  if (request.headers['content-type'] !== FRAME_TYPE) throw new FrameError();
  const declared = Number(request.headers['content-length'] ?? 0);
  if (!(declared <= maxBytes)) throw new FrameError();
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxBytes) throw new FrameError();
    pieces.push(piece);
  }
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return decodeFrame(whole);
}

/** A request that was refused before its body was read is not read to its end: the connection goes with the answer. */
function endUnread(response: ServerResponse): void {
  if (!response.req.complete) response.setHeader('Connection', 'close');
}

export function answerValue(response: ServerResponse, value: unknown, bytes: Uint8Array): void {
  writeFrame(response, 200, encodeFrame({ ok: value }, bytes));
}

/**
 * The services' own refusals are answers like any other, status 200: the browser would write every other status into the
 * recorded app's console. What the transport refuses has a status of its own.
 */
export function answerError(response: ServerResponse, error: unknown, status = 200): void {
  writeFrame(response, status, encodeFrame({ error: toErrorResult(error) }));
}

function writeFrame(response: ServerResponse, status: number, frame: Uint8Array): void {
  if (response.destroyed || response.headersSent) return;
  endUnread(response);
  response.writeHead(status, { ...COMMON_HEADERS, 'Content-Type': FRAME_TYPE, 'Content-Length': frame.length });
  response.end(frame);
}

/** For who is not ours: a status and nothing else. */
export function refuse(response: ServerResponse, status: 403 | 404 | 405 | 503): void {
  if (response.destroyed || response.headersSent) return;
  endUnread(response);
  response.writeHead(status, { ...COMMON_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${status}\n`);
}
