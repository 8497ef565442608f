import { join } from 'node:path';
import * as v from 'valibot';
import { PRIVATE_FOLDER, readJsonFile, writeJsonFile, type FileSystem } from './durable-file.js';

/** Where the host process keeps what nobody else may read: a key file, or the system's key store. */
export interface Secrets {
  /** Undefined where there is none, or what is there cannot be read any more. */
  get(name: SecretName): Promise<string | undefined>;
  /** Resolves when it would survive a power cut. */
  put(name: SecretName, value: string): Promise<void>;
}
export type SecretName = 'identity';

const fileSchema = v.object({ version: v.literal(1), value: v.pipe(v.string(), v.maxLength(10_000)) });

/** Files that only the customer's account may read. It keeps other people off, not other programs of the same account. */
export class KeyFileSecrets implements Secrets {
  readonly #fs: FileSystem;
  readonly #folder: string;

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  async get(name: SecretName): Promise<string | undefined> {
    return (await readJsonFile(this.#fs, this.#path(name), fileSchema))?.value;
  }

  async put(name: SecretName, value: string): Promise<void> {
    await this.#fs.mkdir(this.#folder, PRIVATE_FOLDER);
    await writeJsonFile(this.#fs, this.#path(name), { version: 1, value });
  }

  /** For a better place that has taken it over. */
  async remove(name: SecretName): Promise<void> {
    await this.#fs.rm(this.#path(name), { force: true });
  }

  #path(name: SecretName): string {
    return join(this.#folder, `${name}.key`);
  }
}
