import type { AppendMessage, RingBatch } from './messages.js';

/** How far the worker may be behind: a minute of batches. Past it the newest go; a page that is in trouble keeps its memory. */
const MAX_BATCHES = 120;
const MAX_EVENTS = 50_000;
/** What is urgent may take so much more. */
const URGENT_FACTOR = 2;
/** A worker that has stored nothing for so long, with so many batches waiting, hangs. */
const STALL_MS = 20_000;
const STALL_BATCHES = 20;

export function countEvents(batches: readonly RingBatch[]): number {
  return batches.reduce((sum, { events }) => sum + events.length, 0);
}

/** Batches that the worker has not stored yet, oldest first: another worker would need them again. */
export class Unstored {
  #messages: AppendMessage[] = [];
  #events = 0;

  get messages(): readonly AppendMessage[] {
    return this.#messages;
  }

  get events(): number {
    return this.#events;
  }

  get lastBatch(): number | undefined {
    return this.#messages.at(-1)?.batch;
  }

  hasRoom(events: number, urgent: boolean): boolean {
    const factor = urgent ? URGENT_FACTOR : 1;
    return this.#messages.length < factor * MAX_BATCHES && this.#events + events <= factor * MAX_EVENTS;
  }

  hasStalled(nowMonoMs: number): boolean {
    const oldest = this.#messages[0];
    if (oldest === undefined || this.#messages.length < STALL_BATCHES) return false;
    return nowMonoMs - oldest.nowMonoMs > STALL_MS;
  }

  push(message: AppendMessage): void {
    this.#set([...this.#messages, message]);
  }

  /** All up to this batch are stored, or are not wanted any more. */
  removeUpTo(batch: number): void {
    this.#set(this.#messages.filter((message) => message.batch > batch));
  }

  replace(message: AppendMessage, by: AppendMessage): void {
    this.#set(this.#messages.map((other) => (other === message ? by : other)));
  }

  clear(): void {
    this.#set([]);
  }

  #set(messages: AppendMessage[]): void {
    this.#messages = messages;
    this.#events = messages.reduce((sum, { batches }) => sum + countEvents(batches), 0);
  }
}
