import * as v from 'valibot';
import { generateAgeKey, recipientOf } from '../../shared/crypto/age.js';
import type { PublicIdentity } from '../../shared/crypto/keys.js';
import { LetterError } from '../../shared/crypto/letter-errors.js';
import { acceptNumber, EMPTY_WINDOW, nextNumber, numberWindowSchema } from '../../shared/crypto/number-window.js';
import { generateSigningKeys, signerOf, type Signer } from '../../shared/crypto/sign.js';
import { FluxionError } from '../../shared/errors.js';
import type { VerifiedLetter } from '../../shared/protocol/letters.js';

// What this browser keeps of a technician: the keys, which no script can read out, and what a mailbox must not forget.

const DATABASE = 'fluxrec-technician';
const VERSION = 1;
const STORES = ['identity', 'sent', 'received', 'contacts', 'letters'] as const;

/** The browser keeps nothing, or cannot make such keys. */
export class TechnicianStoreError extends FluxionError {
  constructor(code: 'keys-unsupported' | 'keys-not-kept', options?: ErrorOptions) {
    super(
      code,
      code === 'keys-unsupported'
        ? 'This browser cannot make the keys that letters to customers are signed with. Use a current one.'
        : 'This browser does not let the viewer keep its keys. Leave private browsing, or allow storage for this page.',
      options,
    );
  }
}

export interface TechnicianIdentity {
  readonly signer: Signer;
  readonly ageKey: CryptoKey;
  readonly keys: PublicIdentity;
}

interface StoredIdentity {
  readonly signing: CryptoKeyPair;
  readonly age: CryptoKey;
  readonly recipient: string;
}

/** Rejects with a TechnicianStoreError. */
export class TechnicianStore {
  readonly #database: IDBDatabase;

  static async open(indexed: IDBFactory = indexedDB): Promise<TechnicianStore> {
    try {
      return new TechnicianStore(await openDatabase(indexed));
    } catch (cause) {
      throw new TechnicianStoreError('keys-not-kept', { cause });
    }
  }

  private constructor(database: IDBDatabase) {
    this.#database = database;
    // Another tab of a newer version waits for us.
    database.onversionchange = () => {
      database.close();
    };
  }

  /** Made once in this browser; two tabs that ask at the same time get the same one. */
  async identity(): Promise<TechnicianIdentity> {
    const stored = (await this.#get('identity', 'self')) as StoredIdentity | undefined;
    return await identityOf(stored ?? (await this.#makeIdentity()));
  }

  /** The number of the next letter to somebody, used up when this resolves. */
  async takeNumber(to: string, nowMs: number): Promise<number> {
    return await this.#change(['sent'], async (change) => {
      const last = (await change.get('sent', to)) as number | undefined;
      const number = nextNumber(last, nowMs);
      change.put('sent', to, number);
      return number;
    });
  }

  /** An install that we write to may write back. */
  async addContact(install: PublicIdentity): Promise<void> {
    const { signingKey, recipient } = install;
    await this.#change(['contacts'], (change) => {
      change.put('contacts', signingKey, { signingKey, recipient });
      return Promise.resolve();
    });
  }

  async contact(signingKey: string): Promise<PublicIdentity | undefined> {
    return (await this.#get('contacts', signingKey)) as PublicIdentity | undefined;
  }

  /** Keeps a letter as received. Throws `letter-replayed` (LetterError). */
  async accept(letter: VerifiedLetter): Promise<void> {
    const { from, number, id } = letter.envelope;
    await this.#change(['received', 'letters'], async (change) => {
      const parsed = v.safeParse(numberWindowSchema, await change.get('received', from));
      const window = acceptNumber(parsed.success ? parsed.output : EMPTY_WINDOW, { number, id });
      if (window === undefined) throw new LetterError('letter-replayed');
      change.put('received', from, window);
      change.put('letters', id, letter);
    });
  }

  /** Letters that nobody has dealt with, in the order of their numbers. */
  async waiting(): Promise<VerifiedLetter[]> {
    const letters = (await this.#run(['letters'], 'readonly', (transaction) =>
      asPromise(transaction.objectStore('letters').getAll()),
    )) as VerifiedLetter[];
    return letters.sort((a, b) => a.envelope.number - b.envelope.number);
  }

  async settle(id: string): Promise<void> {
    await this.#run(['letters'], 'readwrite', (transaction) =>
      asPromise(transaction.objectStore('letters').delete(id)),
    );
  }

  close(): void {
    this.#database.close();
  }

  async #makeIdentity(): Promise<StoredIdentity> {
    let made: StoredIdentity;
    try {
      const [signing, age] = await Promise.all([generateSigningKeys(false), generateAgeKey()]);
      made = { signing, age, recipient: await recipientOf(age) };
    } catch (cause) {
      throw new TechnicianStoreError('keys-unsupported', { cause });
    }
    return await this.#change(['identity'], async (change) => {
      const others = (await change.get('identity', 'self')) as StoredIdentity | undefined;
      if (others === undefined) change.put('identity', 'self', made);
      return others ?? made;
    });
  }

  #get(store: (typeof STORES)[number], key: string): Promise<unknown> {
    return this.#run([store], 'readonly', (transaction) => asPromise(transaction.objectStore(store).get(key)));
  }

  #change<T>(stores: readonly (typeof STORES)[number][], work: (change: Change) => Promise<T>): Promise<T> {
    return this.#run(stores, 'readwrite', (transaction) =>
      work({
        get: (store, key) => asPromise(transaction.objectStore(store).get(key)),
        put: (store, key, value) => {
          transaction.objectStore(store).put(value, key);
        },
      }),
    );
  }

  /** Resolves when the transaction is complete. An error inside takes everything back. */
  async #run<T>(
    stores: readonly string[],
    mode: IDBTransactionMode,
    work: (transaction: IDBTransaction) => Promise<T>,
  ): Promise<T> {
    let transaction: IDBTransaction;
    try {
      transaction = this.#database.transaction([...stores], mode, { durability: 'strict' });
    } catch (cause) {
      throw new TechnicianStoreError('keys-not-kept', { cause });
    }
    const complete = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => {
        resolve();
      };
      transaction.onabort = () => {
        reject(new TechnicianStoreError('keys-not-kept', { cause: transaction.error }));
      };
    });
    complete.catch(() => undefined); // Where `work` fails, its own error is the one to tell.
    try {
      const result = await work(transaction);
      await complete;
      return result;
    } catch (error) {
      if (transaction.error === null) abort(transaction);
      throw error;
    }
  }
}

interface Change {
  get(store: string, key: string): Promise<unknown>;
  put(store: string, key: string, value: unknown): void;
}

async function identityOf({ signing, age, recipient }: StoredIdentity): Promise<TechnicianIdentity> {
  const signer = await signerOf(signing);
  return { signer, ageKey: age, keys: { signingKey: signer.signingKey, recipient } };
}

async function openDatabase(indexed: IDBFactory): Promise<IDBDatabase> {
  const request = indexed.open(DATABASE, VERSION);
  request.onupgradeneeded = () => {
    for (const store of STORES) request.result.createObjectStore(store);
  };
  return await asPromise(request);
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself.
  }
}

function asPromise<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('The browser gives no reason.'));
    };
  });
}
