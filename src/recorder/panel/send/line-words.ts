import { ownLaneWords } from '../../../shared/session/own-lane.js';
import type { LaneEvent } from '../../../shared/session/lane.js';

/** A line of a lane in one sentence. All of it is in the file; what is long is cut here only to be looked over. */
export function lineWords(event: LaneEvent): string {
  switch (event.type) {
    case 'log':
      return `${event.level}: ${event.message}${event.count === undefined ? '' : ` (${event.count} times)`}`;
    case 'network':
      return [event.method ?? event.kind, event.url, String(event.status ?? event.outcome ?? event.phase)].join(' ');
    case 'error':
      return `${event.name}: ${event.message}`;
    case 'action':
    case 'recorder':
    case 'live':
      return event.text;
    case 'thumbnail':
      return `${event.width} × ${event.height}`;
    default:
      return `${ownLaneWords(event.type)}: ${event.text}`;
  }
}
