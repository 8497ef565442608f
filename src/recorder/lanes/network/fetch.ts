import { replaceFunction } from '../../page.js';
import type { LaneContext } from '../lane.js';
import { bodyBytes, type Ending, type Requests, type RunningRequest } from './requests.js';

type Fetch = typeof fetch;

/** Watches `fetch`. The promise that the page gets rejects and goes unhandled exactly when the original would. */
export function watchFetch(context: LaneContext, requests: Requests): () => void {
  // The page may replace it on the prototype; ours must not run its code.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with Reflect.apply
  const then = Promise.prototype.then;
  const begin = context.guard((input: Parameters<Fetch>[0], init?: Parameters<Fetch>[1]) => {
    const request = input instanceof Request ? input : undefined;
    // Any other object is made a string by its own code, which must run once only.
    const url = request?.url ?? (input instanceof URL ? input.href : typeof input === 'string' ? input : '(an object)');
    const body = bodyBytes(init?.body);
    return requests.begin('fetch', init?.method ?? request?.method ?? 'GET', url, body);
  });
  const onAnswer = context.guard((running: RunningRequest, response: unknown) => {
    if (response instanceof Response) running.answered(endingOf(response));
    else running.end({ outcome: 'ok' });
  });
  const onFailure = context.guard((running: RunningRequest, reason: unknown) => {
    running.end(failureOf(reason));
  });
  return replaceFunction(window, 'fetch', {
    call(target, self, args) {
      const running = begin(...(args as Parameters<Fetch>));
      const promise: unknown = Reflect.apply(target, self, args);
      if (running === undefined || !(promise instanceof Promise)) return promise;
      // The promise of `then` is what the page gets: were it another one, a failure would count as handled by us.
      return Reflect.apply(then, promise, [
        (response: unknown) => {
          onAnswer(running, response);
          return response;
        },
        (reason: unknown) => {
          onFailure(running, reason);
          throw reason;
        },
      ]);
    },
  });
}

function endingOf(response: Response): Ending {
  const contentType = response.headers.get('content-type');
  const length = Number(response.headers.get('content-length') ?? NaN);
  return {
    outcome: 'ok',
    status: response.status,
    ...(response.statusText === '' ? {} : { statusText: response.statusText }),
    ...(contentType === null ? {} : { contentType }),
    ...(Number.isFinite(length) ? { responseBytes: length } : {}),
  };
}

/** Why there was no answer. */
export function failureOf(reason: unknown): Ending {
  const name = reason instanceof DOMException ? reason.name : '';
  const outcome = name === 'AbortError' ? 'aborted' : name === 'TimeoutError' ? 'timeout' : 'failed';
  if (reason instanceof Error) return { outcome, error: `${reason.name}: ${reason.message}` };
  return { outcome, error: typeof reason === 'string' ? reason : typeof reason };
}
