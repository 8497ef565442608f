import type { LetterSender, VerifiedLetter } from '../../../shared/protocol/letters.js';
import type { LiveInvitationView } from '../../../shared/protocol/live-host.js';
import type { HostClock } from '../host-clock.js';

export interface Invitation {
  readonly view: LiveInvitationView;
  readonly from: LetterSender;
}

/** An invitation that nobody answers is of no use later: the technician sits and waits. */
export const INVITATION_MS = 30 * 60_000;
/** As many as a person can be asked to read; of one technician the newest counts. */
const MAX_INVITATIONS = 5;

/** Technicians who would like to begin a live session. They are not kept over a restart: who still wants it asks again. */
export class Invitations {
  readonly #clock: HostClock;
  readonly #receiptCodeOf: (report: string) => string | undefined;
  #all: readonly Invitation[] = [];

  constructor(clock: HostClock, receiptCodeOf: (report: string) => string | undefined) {
    this.#clock = clock;
    this.#receiptCodeOf = receiptCodeOf;
  }

  list(): LiveInvitationView[] {
    const nowMs = this.#clock.wallMs();
    this.#all = this.#all.filter(({ view }) => view.expiresMs > nowMs);
    return this.#all.map(({ view }) => view);
  }

  /** Answers whether it is put before the customer. */
  add({ envelope, sender, receivedMs }: VerifiedLetter<'live-invitation'>): boolean {
    const { invitation, report, reason } = envelope.body;
    this.list();
    const others = this.#all.filter(({ from }) => from.signingKey !== sender.signingKey);
    if (others.length >= MAX_INVITATIONS) return false;
    const { signingKey, name = '', organisation = '' } = sender;
    const receiptCode = this.#receiptCodeOf(report);
    const view: LiveInvitationView = {
      invitation,
      from: { name, organisation, signingKey },
      reason,
      report,
      ...(receiptCode === undefined ? {} : { receiptCode }),
      receivedMs,
      expiresMs: Math.min(envelope.expiresMs, receivedMs + INVITATION_MS),
    };
    this.#all = [...others, { view, from: sender }];
    return true;
  }

  /** Takes it off the list. */
  take(invitation: string): Invitation | undefined {
    this.list();
    const taken = this.#all.find(({ view }) => view.invitation === invitation);
    this.#all = this.#all.filter((kept) => kept !== taken);
    return taken;
  }

  /** Only who invited may take back. */
  takeBack(invitation: string, signingKey: string): boolean {
    const known = this.#all.find(({ view }) => view.invitation === invitation);
    if (known?.from.signingKey !== signingKey) return false;
    return this.take(invitation) !== undefined;
  }
}
