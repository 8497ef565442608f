import { join } from 'node:path';
import * as v from 'valibot';
import { publicIdentitySchema } from '../../../shared/crypto/keys.js';
import type { VerifiedLetter } from '../../../shared/protocol/letters.js';
import { liveInvitationViewSchema, type LiveInvitationView } from '../../../shared/protocol/live-host.js';
import { PRIVATE_FOLDER, readJsonFile, writeJsonFile, type FileSystem } from '../durable-file.js';
import type { HostClock } from '../host-clock.js';

export interface InvitationsOptions {
  /** Where they outlive a restart of the host process. They hold no secret: names, public keys and what the technician wrote. */
  readonly folder: string;
  readonly fs: FileSystem;
  readonly clock: Pick<HostClock, 'wallMs'>;
  readonly receiptCodeOf: (report: string) => string | undefined;
}

/** An invitation that nobody answers is of no use later: the technician sits and waits. */
export const INVITATION_MS = 30 * 60_000;
/** As many as a person can be asked to read; of one technician the newest counts. */
const MAX_INVITATIONS = 5;
const MAX_NAME_LENGTH = 200;

const name = v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH));
const senderSchema = v.object({ ...publicIdentitySchema.entries, name, organisation: name });
const invitationSchema = v.object({ view: liveInvitationViewSchema, from: senderSchema });
export type Invitation = v.InferOutput<typeof invitationSchema>;
const fileSchema = v.object({
  version: v.literal(1),
  invitations: v.pipe(v.array(invitationSchema), v.maxLength(MAX_INVITATIONS)),
});

/** Technicians who would like to begin a live session. */
export class Invitations {
  readonly #options: InvitationsOptions;
  #all: readonly Invitation[];
  #saving: Promise<void> = Promise.resolve();

  static async open(options: InvitationsOptions): Promise<Invitations> {
    const { folder, fs } = options;
    await fs.mkdir(folder, PRIVATE_FOLDER);
    const read = await readJsonFile(fs, fileIn(folder), fileSchema);
    return new Invitations(options, read?.invitations ?? []);
  }

  private constructor(options: InvitationsOptions, all: readonly Invitation[]) {
    this.#options = options;
    this.#all = all;
  }

  list(): LiveInvitationView[] {
    const nowMs = this.#options.clock.wallMs();
    // What was received in the future is of a clock that was set back: it would wait for longer than it may.
    this.#all = this.#all.filter(({ view }) => view.expiresMs > nowMs && view.expiresMs <= nowMs + INVITATION_MS);
    return this.#all.map(({ view }) => view);
  }

  /** Answers whether it is put before the customer, once it would survive a restart. */
  async add({ envelope, sender, receivedMs }: VerifiedLetter<'live-invitation'>): Promise<boolean> {
    const { invitation, report, reason } = envelope.body;
    this.list();
    const others = this.#all.filter(({ from }) => from.signingKey !== sender.signingKey);
    if (others.length >= MAX_INVITATIONS) return false;
    const { signingKey, recipient, name = '', organisation = '' } = sender;
    const from = { signingKey, recipient, name, organisation };
    const receiptCode = this.#options.receiptCodeOf(report);
    const view: LiveInvitationView = {
      invitation,
      from: { name, organisation, signingKey },
      reason,
      report,
      ...(receiptCode === undefined ? {} : { receiptCode }),
      receivedMs,
      expiresMs: Math.min(envelope.expiresMs, receivedMs + INVITATION_MS),
    };
    this.#all = [...others, { view, from }];
    await this.#save();
    return true;
  }

  /** Takes it off the list. */
  async take(invitation: string): Promise<Invitation | undefined> {
    this.list();
    const taken = this.#all.find(({ view }) => view.invitation === invitation);
    if (taken === undefined) return undefined;
    this.#all = this.#all.filter((kept) => kept !== taken);
    await this.#save();
    return taken;
  }

  /** Only who invited may take back. */
  async takeBack(invitation: string, signingKey: string): Promise<boolean> {
    const known = this.#all.find(({ view }) => view.invitation === invitation);
    if (known?.from.signingKey !== signingKey) return false;
    return (await this.take(invitation)) !== undefined;
  }

  async #save(): Promise<void> {
    const { folder, fs } = this.#options;
    this.#saving = this.#saving
      .then(() => writeJsonFile(fs, fileIn(folder), { version: 1, invitations: this.#all }))
      // A disk that takes nothing costs what a restart would forget, half an hour's worth, and not the session that is to begin now.
      .catch(() => undefined);
    await this.#saving;
  }
}

function fileIn(folder: string): string {
  return join(folder, 'invitations.json');
}
