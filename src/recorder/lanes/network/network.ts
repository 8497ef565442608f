import type { Lane } from '../lane.js';
import { watchFetch } from './fetch.js';
import { Requests } from './requests.js';
import { ResourceTimings } from './resource-timings.js';
import { watchWebSocket } from './websocket.js';
import { watchXhr } from './xhr.js';

/** fetch, XMLHttpRequest and WebSocket of the page: what was asked, what came of it, how long it took. No bodies, no headers. */
export const networkLane: Lane = (context) => {
  const timings = new ResourceTimings();
  const requests = new Requests(context, timings);
  const stops = [
    timings.start(context.guard),
    watchFetch(context, requests),
    watchXhr(context, requests),
    watchWebSocket(context),
  ];
  return () => {
    for (const stop of stops) stop();
  };
};
