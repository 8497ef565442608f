import { join } from 'node:path';
import * as v from 'valibot';
import { LetterError } from '../../shared/crypto/letter-errors.js';
import { findTechnician, verifyTechnicians } from '../../shared/crypto/technicians.js';
import type { LetterSender, TechniciansList } from '../../shared/protocol/letters.js';
import type { AuditLog } from './audit-log.js';
import { PRIVATE_FOLDER, readJsonFile, writeJsonFile, type FileSystem } from './durable-file.js';

export interface TechniciansOptions {
  readonly folder: string;
  readonly fs: FileSystem;
  readonly audit: Pick<AuditLog, 'append'>;
  /** The organisation's root keys, as the app has pinned them. */
  readonly rootKeys: readonly string[];
  readonly wallMs: () => number;
}

const fileSchema = v.object({
  version: v.literal(1),
  /** The newest list that was ever seen, also where it is not valid any more: an older one never comes back. */
  seenVersion: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  signed: v.unknown(),
});

/** Who may write to this install: the newest list that a pinned root key has signed, whoever brought it. */
export class Technicians {
  readonly #options: TechniciansOptions;
  #list: TechniciansList | undefined;
  #seenVersion: number;
  /** Why there is no list. */
  #problem = new LetterError('technicians-missing');
  #refused = '';

  static async open(options: TechniciansOptions): Promise<Technicians> {
    const { fs, folder } = options;
    await fs.mkdir(folder, PRIVATE_FOLDER);
    const file = await readJsonFile(fs, join(folder, 'technicians.json'), fileSchema);
    const technicians = new Technicians(options, file?.seenVersion ?? 0);
    if (file !== undefined) await technicians.#verify(file.signed).catch(() => undefined); // Kept as the problem.
    return technicians;
  }

  private constructor(options: TechniciansOptions, seenVersion: number) {
    this.#options = options;
    this.#seenVersion = seenVersion;
  }

  /** Takes a list as it came. One that is not accepted is audited and changes nothing; durable when it resolves. */
  async offer(signed: unknown): Promise<void> {
    const { fs, folder, audit } = this.#options;
    const before = this.#list?.version;
    try {
      const list = await this.#verify(signed);
      this.#refused = '';
      if (list.version === before) return;
      await writeJsonFile(fs, join(folder, 'technicians.json'), { version: 1, seenVersion: list.version, signed });
      const { organisation, version, technicians } = list;
      await audit.append('technicians-accepted', { organisation, version, technicians: technicians.length });
    } catch (error) {
      if (!(error instanceof LetterError)) throw error;
      // The desk brings the same list again and again: it is told of once.
      if (this.#refused === error.code) return;
      this.#refused = error.code;
      await audit.append('technicians-refused', { code: error.code });
    }
  }

  /** Who signed a letter of that time. Throws a LetterError for somebody who may not write. */
  senderOf(signingKey: string, sentMs: number): LetterSender {
    if (this.#list === undefined) throw this.#problem;
    if (this.#list.validUntilMs <= this.#options.wallMs()) throw new LetterError('technicians-expired');
    const { name, recipient } = findTechnician(this.#list, signingKey, sentMs);
    return { signingKey, recipient, name, organisation: this.#list.organisation };
  }

  async #verify(signed: unknown): Promise<TechniciansList> {
    const { rootKeys, wallMs } = this.#options;
    try {
      const list = await verifyTechnicians(signed, { rootKeys, seenVersion: this.#seenVersion, nowMs: wallMs() });
      this.#list = list;
      this.#seenVersion = list.version;
      return list;
    } catch (error) {
      if (error instanceof LetterError && this.#list === undefined) this.#problem = error;
      throw error;
    }
  }
}
