import { request, type IncomingHttpHeaders } from 'node:http';
import * as v from 'valibot';
import { answerSchema, decodeFrame, encodeFrame, FRAME_TYPE } from '../../../src/shared/protocol/frame.js';

// Requests as any program on this computer can make them, a browser or not: every header is the test's choice.

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export async function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: Uint8Array } = {},
): Promise<RawAnswer> {
  return await new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: options.method ?? 'GET', headers: options.headers ?? {}, agent: false },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) });
        });
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(options.body);
  });
}

export interface Call {
  readonly capability?: string | undefined;
  readonly bytes?: Uint8Array;
  /** Over the headers that a page of the same origin sends. */
  readonly headers?: Record<string, string>;
}

/** As a page of the called origin itself calls. */
export async function post(url: string, input: unknown, call: Call = {}): Promise<RawAnswer> {
  return await ask(url, {
    method: 'POST',
    headers: {
      'Content-Type': FRAME_TYPE,
      Origin: new URL(url).origin,
      'Sec-Fetch-Site': 'same-origin',
      ...(call.capability === undefined ? {} : { Authorization: `Bearer ${call.capability}` }),
      ...call.headers,
    },
    body: encodeFrame(input, call.bytes),
  });
}

export interface Answered {
  readonly value: unknown;
  readonly bytes: Uint8Array;
}

/** The value of an answer; throws the code of an error that came as one. */
export function answerOf({ status, body }: RawAnswer): Answered {
  const frame = decodeFrame(new Uint8Array(body));
  const answer = v.parse(answerSchema, frame.json);
  if ('error' in answer) throw new Error(`${status} ${answer.error.code}`);
  return { value: answer.ok, bytes: frame.bytes };
}
