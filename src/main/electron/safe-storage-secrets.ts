import { join } from 'node:path';
import type { SafeStorage } from 'electron';
import * as v from 'valibot';
import { PRIVATE_FOLDER, readJsonFile, writeJsonFile, type FileSystem } from '../services/durable-file.js';
import { KeyFileSecrets, type SecretName, type Secrets } from '../services/secrets.js';

type Store = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>;

export interface SafeStorageSecretsOptions {
  readonly store: Store;
  /** The system's key store is there only when the app is ready. */
  readonly whenReady: () => Promise<unknown>;
  readonly platform: NodeJS.Platform;
  readonly fs: FileSystem;
  readonly folder: string;
  /** There is no key store that protects anything: a key file takes its place. */
  readonly onUnprotected: () => void;
}

/** A secret of 10,000 characters, sealed and in base64. */
const fileSchema = v.object({
  version: v.literal(1),
  sealed: v.pipe(v.string(), v.base64(), v.maxLength(60_000)),
});

/**
 * Secrets sealed by the system's key store (Keychain, DPAPI, libsecret, KWallet). On a Linux without one Electron would seal
 * with a password that everybody knows: that is refused, and a key file, which claims no more than it is, takes its place.
 */
export class SafeStorageSecrets implements Secrets {
  readonly #options: SafeStorageSecretsOptions;
  readonly #keyFiles: KeyFileSecrets;
  #isProtected: Promise<boolean> | undefined;

  constructor(options: SafeStorageSecretsOptions) {
    this.#options = options;
    this.#keyFiles = new KeyFileSecrets(options.fs, options.folder);
  }

  async get(name: SecretName): Promise<string | undefined> {
    if (!(await this.#protects())) return await this.#keyFiles.get(name);
    const sealed = await this.#unseal(name);
    if (sealed !== undefined) return sealed;
    // Made while there was no key store: it moves into the one that is there now.
    const plain = await this.#keyFiles.get(name);
    if (plain !== undefined) await this.put(name, plain).catch(() => undefined); // Or at the next start.
    return plain;
  }

  async put(name: SecretName, value: string): Promise<void> {
    const { fs, folder, store } = this.#options;
    if (!(await this.#protects())) {
      await this.#keyFiles.put(name, value);
      return;
    }
    await fs.mkdir(folder, PRIVATE_FOLDER);
    const sealed = await store.encryptStringAsync(value);
    await writeJsonFile(fs, this.#path(name), { version: 1, sealed: sealed.toString('base64') });
    await this.#keyFiles.remove(name);
  }

  async #unseal(name: SecretName): Promise<string | undefined> {
    const { fs, store } = this.#options;
    const file = await readJsonFile(fs, this.#path(name), fileSchema);
    if (file === undefined) return undefined;
    const opened = await store.decryptStringAsync(Buffer.from(file.sealed, 'base64')).catch(() => undefined);
    // Another account's, another computer's, or a key store that was emptied: it cannot be read any more.
    if (opened === undefined) return undefined;
    const { result, shouldReEncrypt } = opened;
    // Where it cannot be sealed anew (a full disk), the old seal holds until the next start.
    if (shouldReEncrypt) await this.put(name, result).catch(() => undefined);
    return result;
  }

  #protects(): Promise<boolean> {
    this.#isProtected ??= this.#ask();
    return this.#isProtected;
  }

  async #ask(): Promise<boolean> {
    const { store, whenReady, platform, onUnprotected } = this.#options;
    await whenReady();
    const isKnown = platform !== 'linux' || !['basic_text', 'unknown'].includes(store.getSelectedStorageBackend());
    const isProtected = isKnown && (await store.isAsyncEncryptionAvailable().catch(() => false));
    if (!isProtected) onUnprotected();
    return isProtected;
  }

  #path(name: SecretName): string {
    return join(this.#options.folder, `${name}.sealed`);
  }
}
