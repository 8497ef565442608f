import type { NetworkItem } from '../../model/items.js';

/** What stands where a status would: the status, or why there is none. */
export function statusText({ event, state }: NetworkItem): string {
  if (event.kind === 'websocket') return state === 'open' ? 'open' : state === 'ok' ? 'closed' : state;
  if (event.status !== undefined && event.status > 0) return String(event.status);
  return state === 'ok' ? 'ok' : state;
}

export type Tone = 'good' | 'redirect' | 'bad' | 'quiet';

export function toneOf(item: NetworkItem): Tone {
  if (item.isFailure) return 'bad';
  if (item.state === 'aborted' || item.state === 'pending') return 'quiet';
  const status = item.event.status ?? 200;
  return status >= 300 && status < 400 ? 'redirect' : 'good';
}
