import type { Inbox } from '../reports/inbox.js';

/** The installs that have sent a report: only they have a mailbox. */
export class KnownInstalls {
  readonly #inbox: Inbox;
  #keys: ReadonlySet<string> = new Set();
  #revision = -1;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  has(signingKey: string): boolean {
    if (this.#revision !== this.#inbox.revision) {
      this.#revision = this.#inbox.revision;
      const states = this.#inbox.states().filter(({ arrivedMs }) => arrivedMs !== undefined);
      this.#keys = new Set(states.flatMap(({ head }) => head.install?.signingKey ?? []));
    }
    return this.#keys.has(signingKey);
  }
}
