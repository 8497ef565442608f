import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Contract, Handlers } from '../../shared/protocol/contract.js';
import { FrameError } from '../../shared/protocol/frame.js';
import { handleCall, hasMethod } from '../services/handle-call.js';
import { ServiceError } from '../services/service-errors.js';
import { answerError, answerValue, readFrame, refuse } from './frame-http.js';

export interface ContractRoute<C extends Contract, Caller> {
  readonly contract: C;
  readonly handlers: Handlers<C, Caller>;
  /** Who holds this capability (undefined: the request has none); undefined where nobody may call. */
  authorise(method: string, capability: string | undefined): Caller | undefined;
  /** How large a request of this method may be. */
  maxBytes(method: string): number;
}

/** All that requests of all callers may hold in memory at once. */
const MAX_IN_FLIGHT_BYTES = 256 * 1024 * 1024;
let inFlightBytes = 0;

export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer ([\w-]{20,200})$/.exec(request.headers.authorization ?? '')?.[1];
}

/** One call: the capability is checked before the body is read, the body before it is parsed, the input before it is handed on. */
export async function serveCall<C extends Contract, Caller>(
  route: ContractRoute<C, Caller>,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!hasMethod(route.contract, name)) {
    refuse(response, 404);
    return;
  }
  const caller = route.authorise(name, bearerOf(request));
  if (caller === undefined) {
    answerError(response, new ServiceError('capability-refused'), 401);
    return;
  }
  const declaredBytes = Number(request.headers['content-length'] ?? 0);
  const heldBytes = declaredBytes <= route.maxBytes(name) ? declaredBytes : 0;
  if (inFlightBytes + heldBytes > MAX_IN_FLIGHT_BYTES) {
    refuse(response, 503);
    return;
  }
  inFlightBytes += heldBytes;
  try {
    const frame = await readFrame(request, route.maxBytes(name));
    const { value, bytes } = await handleCall(route.contract, route.handlers, name, frame, caller);
    answerValue(response, value, bytes);
  } catch (error) {
    answerError(response, error, error instanceof FrameError ? 400 : 200);
  } finally {
    inFlightBytes -= heldBytes;
  }
}
