import { join } from 'node:path';
import * as v from 'valibot';
import { numberWindowSchema } from '../../shared/crypto/number-window.js';
import { publicIdentitySchema, signingKeySchema } from '../../shared/crypto/keys.js';
import { envelopeSchema } from '../../shared/protocol/letters.js';
import { PRIVATE_FOLDER, readJsonFile, writeJsonFile, type FileSystem } from './durable-file.js';
import { diskError } from './service-errors.js';

const instant = v.pipe(v.number(), v.finite());
const letterId = v.pipe(v.string(), v.maxLength(64));

const waitingLetterSchema = v.object({
  envelope: envelopeSchema,
  sender: v.object({
    ...publicIdentitySchema.entries,
    name: v.optional(v.string()),
    organisation: v.optional(v.string()),
  }),
  sha256: v.string(),
  receivedMs: instant,
});

const stateSchema = v.object({
  version: v.literal(1),
  /** By the other's signing key: the number of our last letter to them, and what we have seen of theirs. */
  sent: v.record(signingKeySchema, v.pipe(v.number(), v.safeInteger())),
  received: v.record(signingKeySchema, numberWindowSchema),
  /** Letters that were accepted and that nobody has dealt with yet. */
  waiting: v.array(waitingLetterSchema),
  /** What is in the mailbox by these names has been dealt with, and is still to be removed there. */
  settled: v.array(letterId),
  /** When a report was delivered, or a letter came, the last time (Unix ms). */
  activeMs: v.optional(instant),
});
export type MailboxMemory = v.InferOutput<typeof stateSchema>;

/** What a mailbox must not forget. Each change is on the disk before its promise resolves; a change that fails changes nothing. */
export class MailboxState {
  readonly #fs: FileSystem;
  readonly #path: string;
  #memory: MailboxMemory;
  #changing: Promise<unknown> = Promise.resolve();

  static async open(fs: FileSystem, folder: string): Promise<MailboxState> {
    await fs.mkdir(folder, PRIVATE_FOLDER);
    const path = join(folder, 'state.json');
    const empty = { version: 1, sent: {}, received: {}, waiting: [], settled: [] } as const;
    const read = await readJsonFile(fs, path, stateSchema);
    return new MailboxState(fs, path, read ?? { ...empty, waiting: [], settled: [] });
  }

  private constructor(fs: FileSystem, path: string, memory: MailboxMemory) {
    this.#fs = fs;
    this.#path = path;
    this.#memory = memory;
  }

  get memory(): Readonly<MailboxMemory> {
    return this.#memory;
  }

  /** One change after the other. `next` gets the memory as the change before left it. */
  change(next: (memory: Readonly<MailboxMemory>) => Partial<MailboxMemory>): Promise<void> {
    const changed = this.#changing.then(async () => {
      const memory = { ...this.#memory, ...next(this.#memory) };
      try {
        await writeJsonFile(this.#fs, this.#path, memory);
      } catch (error) {
        throw diskError(error);
      }
      this.#memory = memory;
    });
    this.#changing = changed.catch(() => undefined);
    return changed;
  }
}
