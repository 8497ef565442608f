import { MAX_CHAT_LENGTH, type SessionMessageOf } from '../../shared/protocol/live-messages.js';

type ChatMessage = SessionMessageOf<'chat'>;

export interface ChatEntry {
  readonly id: string;
  readonly from: 'technician' | 'customer';
  readonly text: string;
  /** By the clock of whoever wrote it. */
  readonly atMs: number;
}

/** The oldest go first: nobody reads back further in a session. */
const MAX_ENTRIES = 1000;

/** What both people have written. */
export class LiveChat {
  readonly #send: (message: ChatMessage) => void;
  #entries = $state.raw<readonly ChatEntry[]>([]);
  /** What is being written; it outlives a change of panels. */
  draft = $state('');
  /** Of the customer's messages, those that came while nobody looked. */
  unread = $state(0);
  /** The messages are on the screen. */
  isOpen = false;

  constructor(send: (message: ChatMessage) => void) {
    this.#send = send;
  }

  get entries(): readonly ChatEntry[] {
    return this.#entries;
  }

  /** Throws `live-closed`; then the draft stays. */
  say(): void {
    const text = this.draft.trim().slice(0, MAX_CHAT_LENGTH);
    if (text === '') return;
    const message = { id: crypto.randomUUID(), text, atMs: Date.now() };
    this.#send({ type: 'chat', ...message });
    this.#add({ ...message, from: 'technician' });
    this.draft = '';
  }

  receive({ id, text, atMs }: ChatMessage): void {
    if (this.#entries.some((entry) => entry.id === id)) return;
    this.#add({ id, text, atMs, from: 'customer' });
    if (!this.isOpen) this.unread += 1;
  }

  look(): () => void {
    this.isOpen = true;
    this.unread = 0;
    return () => {
      this.isOpen = false;
    };
  }

  #add(entry: ChatEntry): void {
    this.#entries = [...this.#entries.slice(1 - MAX_ENTRIES), entry];
  }
}
