import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { sealLetter } from '../../shared/crypto/letter.js';
import { signingKeySchema } from '../../shared/crypto/keys.js';
import { nextNumber } from '../../shared/crypto/number-window.js';
import { subjectOf, type Envelope, type LetterContent, type LetterSender } from '../../shared/protocol/letters.js';
import { MailboxError, type MailboxClient } from '../../shared/protocol/mailbox-client.js';
import type { AuditLog } from './audit-log.js';
import { listFolder, PRIVATE_FOLDER, readJsonFile, writeJsonFile, type FileSystem } from './durable-file.js';
import type { InstallIdentity } from './identity.js';
import type { MailboxState } from './mailbox-state.js';
import { diskError, ServiceError } from './service-errors.js';

const fileSchema = v.object({
  version: v.literal(1),
  id: v.pipe(v.string(), v.uuid()),
  to: signingKeySchema,
  expiresMs: v.pipe(v.number(), v.finite()),
  /** Base64. */
  sealed: v.string(),
});
/** By time and then number within the run, so that names sort as letters were written. */
const FILE = /^\d{16}-[0-9a-f-]{36}\.json$/;

/** The output of a command is bounded; this is what a hundred of them leave while the desk cannot be reached. */
const MAX_LETTERS = 5000;

export interface OutgoingOptions {
  readonly folder: string;
  readonly fs: FileSystem;
  readonly identity: InstallIdentity;
  readonly state: MailboxState;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly wallMs: () => number;
}

/** Letters on their way: numbered, signed and sealed when they are written, kept until the desk has them or they expire. */
export class Outgoing {
  readonly #options: OutgoingOptions;
  #files: string[];
  #lastMs = 0;
  #listener: (to: string, id: string, sealed: Uint8Array) => void = () => undefined;
  #writing: Promise<unknown> = Promise.resolve();

  static async open(options: OutgoingOptions): Promise<Outgoing> {
    await options.fs.mkdir(options.folder, PRIVATE_FOLDER);
    const files = (await listFolder(options.fs, options.folder)).filter((name) => FILE.test(name)).sort();
    return new Outgoing(options, files);
  }

  private constructor(options: OutgoingOptions, files: string[]) {
    this.#options = options;
    this.#files = files;
    this.#lastMs = Number(files.at(-1)?.slice(0, 16) ?? 0);
  }

  get size(): number {
    return this.#files.length;
  }

  /** Called for each letter that is durable. */
  onWritten(listener: (to: string, id: string, sealed: Uint8Array) => void): void {
    this.#listener = listener;
  }

  /** Durable when it resolves. One letter after the other, so that numbers rise as letters were asked for. */
  write(to: LetterSender, content: LetterContent, lifeMs: number): Promise<void> {
    const written = this.#writing.then(() => this.#write(to, content, lifeMs));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Posts the oldest letter. Rejects with a MailboxError where it must be tried again; false: there is none. */
  async postOne(client: MailboxClient, signal: AbortSignal): Promise<boolean> {
    const name = this.#files[0];
    if (name === undefined) return false;
    const { fs, folder, audit, wallMs } = this.#options;
    const letter = await readJsonFile(fs, join(folder, name), fileSchema);
    let problem: string | undefined;
    if (letter === undefined) problem = 'damaged';
    else if (letter.expiresMs <= wallMs()) problem = 'expired';
    else {
      try {
        await client.post(
          letter.to,
          { id: letter.id, sealed: Uint8Array.from(Buffer.from(letter.sealed, 'base64')) },
          signal,
        );
      } catch (error) {
        // Only this letter has no hope: its technician was taken off the list.
        if (!(error instanceof MailboxError) || error.code !== 'recipient-unknown') throw error;
        problem = error.code;
      }
    }
    if (problem !== undefined) await audit.append('letter-undelivered', { id: letter?.id ?? '', code: problem });
    await fs.rm(join(folder, name), { force: true });
    this.#files = this.#files.filter((kept) => kept !== name);
    return true;
  }

  async #write(to: LetterSender, content: LetterContent, lifeMs: number): Promise<void> {
    const { identity, state, audit, wallMs } = this.#options;
    if (this.#files.length >= MAX_LETTERS) throw new ServiceError('mailbox-full');
    const nowMs = wallMs();
    const number = nextNumber(state.memory.sent[to.signingKey], nowMs);
    // Before anything is signed: a number is never used twice, whatever happens next.
    await state.change(({ sent }) => ({ sent: { ...sent, [to.signingKey]: number } }));
    const head = { v: 1, id: randomUUID(), from: identity.keys.signingKey, to: to.signingKey, number } as const;
    const envelope: Envelope = { ...head, sentMs: nowMs, expiresMs: nowMs + lifeMs, ...content };
    const { sealed, sha256 } = await sealLetter(envelope, identity.signer, to.recipient);
    // The pieces of an output are named by the result that follows them.
    if (content.kind !== 'command-output') {
      const { id } = head;
      const about = subjectOf(content.body);
      await audit.append('letter-sent', { id, kind: content.kind, to: to.signingKey, number, ...about, sha256 });
    }
    await this.#keep({ id: head.id, to: to.signingKey, expiresMs: envelope.expiresMs }, sealed);
    this.#listener(to.signingKey, head.id, sealed);
  }

  async #keep(letter: { id: string; to: string; expiresMs: number }, sealed: Uint8Array): Promise<void> {
    const { fs, folder, wallMs } = this.#options;
    this.#lastMs = Math.max(this.#lastMs + 1, Math.floor(wallMs()));
    const name = `${String(this.#lastMs).padStart(16, '0')}-${letter.id}.json`;
    const file = { version: 1, ...letter, sealed: Buffer.from(sealed).toString('base64') };
    try {
      await writeJsonFile(fs, join(folder, name), file);
    } catch (error) {
      throw diskError(error);
    }
    this.#files.push(name);
  }
}
