import { EventType, record } from 'rrweb';
import type { DomEvent } from '../../../src/shared/session/lane.js';
import { STARTED_MS } from '../../unit/viewer/make-bundle.js';

/** What a page looked like at a moment of its recording. */
export interface Seen {
  readonly ms: number;
  readonly html: string;
}

export interface Recording {
  /** One list per checkout, dated as the recorder dates them: origin + monotonic ms. */
  readonly chains: readonly (readonly DomEvent[])[];
  readonly seen: readonly Seen[];
}

/** The body as both the live page and the replay can be compared: without what the replayer adds. */
export function comparable(body: Element): string {
  const copy = body.cloneNode(true) as Element;
  for (const node of copy.querySelectorAll('[class=""]')) node.removeAttribute('class');
  for (const node of copy.querySelectorAll('[autocomplete]')) node.removeAttribute('autocomplete');
  return copy.innerHTML;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Records this document while `step` changes it, by rrweb itself. After each step the page is noted as it is. */
export async function recordPage(
  start: string,
  steps: number,
  step: (body: HTMLElement, index: number) => void,
  checkoutEvery: number = steps + 1,
): Promise<Recording> {
  const root = document.body.appendChild(document.createElement('main'));
  root.innerHTML = start;
  const zero = performance.now();
  const chains: DomEvent[][] = [];
  const seen: Seen[] = [];
  const stop = record({
    emit(event) {
      const mono = performance.now() - zero;
      const dated = { ...event, timestamp: STARTED_MS + mono } as unknown as DomEvent;
      if (event.type === EventType.Meta) chains.push([]);
      chains.at(-1)?.push(structuredClone(dated));
    },
  });
  for (let index = 0; index < steps; index += 1) {
    if (index > 0 && index % checkoutEvery === 0) record.takeFullSnapshot(true);
    await wait(25);
    step(root, index);
    await wait(25);
    seen.push({ ms: performance.now() - zero, html: comparable(root) });
  }
  stop?.();
  root.remove();
  return { chains, seen };
}

export function ndjson(events: readonly DomEvent[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}
