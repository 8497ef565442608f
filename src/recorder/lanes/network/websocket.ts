import type { NetworkEvent } from '../../../shared/session/lane.js';
import { redactUrl } from '../../../shared/privacy/redact-url.js';
import { listen, replaceFunction } from '../../page.js';
import type { LaneContext } from '../lane.js';
import { absoluteUrl, bodyBytes } from './requests.js';

/** Frames may be many: the sizes are added up, nothing of them is kept. */
interface Traffic {
  readonly event: NetworkEvent;
  openedMs?: number;
  sent: number;
  received: number;
  sentBytes: number;
  receivedBytes: number;
}

/** Watches WebSocket: when it opens and closes, and how much went through. */
export function watchWebSocket(context: LaneContext): () => void {
  const sockets = new WeakMap<WebSocket, Traffic>();
  const open = new Set<Traffic>();
  let count = 0;

  const totals = (traffic: Traffic): NetworkEvent => ({
    ...traffic.event,
    phase: 'close',
    t: context.now(),
    durationMs: Math.round(context.now() - traffic.event.t),
    messagesSent: traffic.sent,
    messagesReceived: traffic.received,
    requestBytes: traffic.sentBytes,
    responseBytes: traffic.receivedBytes,
  });

  const onMade = context.guard((socket: WebSocket) => {
    const url = socket.url.replace(/^ws/, 'http');
    if (context.isOwnUrl(url)) return;
    const traffic: Traffic = {
      event: {
        type: 'network',
        t: context.now(),
        id: `websocket-${++count}`,
        kind: 'websocket',
        phase: 'open',
        url: redactUrl(absoluteUrl(socket.url)),
      },
      sent: 0,
      received: 0,
      sentBytes: 0,
      receivedBytes: 0,
    };
    sockets.set(socket, traffic);
    open.add(traffic);
    const stops = [
      listen(
        socket,
        'open',
        context.guard(() => {
          traffic.openedMs = context.now();
          context.emit({ ...traffic.event, outcome: 'ok', durationMs: Math.round(traffic.openedMs - traffic.event.t) });
        }),
      ),
      listen(
        socket,
        'message',
        context.guard((event: MessageEvent<unknown>) => {
          traffic.received++;
          traffic.receivedBytes += bodyBytes(event.data) ?? 0;
        }),
      ),
      listen(
        socket,
        'close',
        context.guard((event: CloseEvent) => {
          for (const stop of stops) stop();
          open.delete(traffic);
          context.emit({
            ...totals(traffic),
            outcome: traffic.openedMs === undefined || !event.wasClean ? 'failed' : 'ok',
            statusText: `${event.code} ${event.reason}`.trim(),
          });
        }),
      ),
    ];
  });
  const onSend = context.guard((socket: WebSocket, data: unknown) => {
    const traffic = sockets.get(socket);
    if (traffic === undefined || socket.readyState !== socket.OPEN) return;
    traffic.sent++;
    traffic.sentBytes += bodyBytes(data) ?? 0;
  });
  // What is still open when the page goes has no close event.
  context.onLeave(() => {
    for (const traffic of open)
      if (traffic.openedMs === undefined) context.emit({ ...traffic.event, phase: 'pending' });
  });

  const original = window.WebSocket;
  const stops = [
    replaceFunction(window, 'WebSocket', {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget) as WebSocket;
        onMade(made);
        return made;
      },
    }),
    replaceFunction(original.prototype, 'send', {
      call(target, self, args) {
        onSend(self as WebSocket, args[0]);
        return Reflect.apply(target, self, args) as unknown;
      },
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
