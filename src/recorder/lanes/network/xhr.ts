import { listen, replaceFunction } from '../../page.js';
import type { LaneContext } from '../lane.js';
import { bodyBytes, type Ending, type Requests, type RunningRequest } from './requests.js';

interface Opened {
  readonly method: string;
  readonly url: string;
}

/** Watches XMLHttpRequest by its prototype: constructor, instances and their events stay the browser's own. */
export function watchXhr(context: LaneContext, requests: Requests): () => void {
  const opened = new WeakMap<XMLHttpRequest, Opened>();
  const onOpen = context.guard((xhr: XMLHttpRequest, args: readonly unknown[]) => {
    opened.set(xhr, { method: String(args[0]), url: String(args[1]) });
  });
  const onSend = context.guard((xhr: XMLHttpRequest, body: unknown) => {
    const request = opened.get(xhr);
    if (request === undefined) return undefined;
    opened.delete(xhr);
    const running = requests.begin('xhr', request.method, request.url, bodyBytes(body));
    if (running !== undefined) watchEnd(context, xhr, running);
    return running;
  });
  const stops = [
    replaceFunction(XMLHttpRequest.prototype, 'open', {
      call(target, self, args) {
        const result: unknown = Reflect.apply(target, self, args);
        onOpen(self as XMLHttpRequest, args);
        return result;
      },
    }),
    replaceFunction(XMLHttpRequest.prototype, 'send', {
      call(target, self, args) {
        const running = onSend(self as XMLHttpRequest, args[0]);
        try {
          return Reflect.apply(target, self, args) as unknown;
        } catch (error) {
          // A synchronous request that fails throws, and tells no event.
          running?.end({ outcome: 'failed', error: error instanceof Error ? error.message : 'error' });
          throw error;
        }
      },
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function watchEnd(context: LaneContext, xhr: XMLHttpRequest, running: RunningRequest): void {
  let outcome: Ending['outcome'] = 'ok';
  const note = (event: Event): void => {
    outcome = event.type === 'abort' ? 'aborted' : event.type === 'timeout' ? 'timeout' : 'failed';
  };
  const stops = [
    listen(xhr, 'error', note),
    listen(xhr, 'abort', note),
    listen(xhr, 'timeout', note),
    listen(
      xhr,
      'loadend',
      context.guard((event: ProgressEvent) => {
        for (const stop of stops) stop();
        if (outcome !== 'ok') {
          running.end({ outcome, error: outcome === 'failed' ? 'Network error' : outcome });
          return;
        }
        const contentType = xhr.getResponseHeader('content-type');
        running.answered({
          outcome,
          status: xhr.status,
          ...(xhr.statusText === '' ? {} : { statusText: xhr.statusText }),
          ...(contentType === null ? {} : { contentType }),
          responseBytes: event.loaded,
        });
      }),
    ),
  ];
}
