import type { PublicIdentity } from '../../shared/crypto/keys.js';
import type { SessionMessageOf } from '../../shared/protocol/live-messages.js';

/** What the customer's host process has told of itself when the session opened. */
export type Welcome = SessionMessageOf<'welcome'>;

/** The install that an invitation went to, and the report that it is about. */
export interface InvitedInstall {
  readonly install: PublicIdentity;
  readonly report: string;
}

/** The customer's app in a live session: whose it is, as far as anybody knows. */
export class LiveApp {
  /** By another way than an invitation nobody knows whose app it is, until it says so itself. */
  readonly #invited: InvitedInstall | undefined;
  #welcome = $state.raw<Welcome | undefined>(undefined);

  constructor(invited: InvitedInstall | undefined) {
    this.#invited = invited;
  }

  /** Of the connection that is open, or was. */
  get welcome(): Welcome | undefined {
    return this.#welcome;
  }
  /** It is the app that made the report, by its key; undefined: by this way nobody can tell. */
  get isVerified(): boolean {
    const told = this.#welcome?.install;
    return this.#invited !== undefined && (told === undefined || told.signingKey === this.#invited.install.signingKey);
  }
  get report(): string | undefined {
    return this.#invited?.report ?? this.#welcome?.report;
  }
  /** Whom proposals go to, and what about: in a session without a report they name the session in its place. */
  get addressee(): InvitedInstall | undefined {
    const welcome = this.#welcome;
    return welcome && { install: welcome.install, report: this.report ?? welcome.session };
  }

  /** Unix ms of a moment of its session. */
  wallMs(sessionMs: number): number {
    return (this.#welcome?.startedMs ?? 0) + sessionMs;
  }

  /** Undefined: of the connection that is opened now nobody has heard anything. */
  hear(welcome: Welcome | undefined): void {
    this.#welcome = welcome;
  }
}
