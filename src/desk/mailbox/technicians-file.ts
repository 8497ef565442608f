import { readFile, stat } from 'node:fs/promises';
import * as v from 'valibot';
import { readTechnicians } from '../../shared/crypto/technicians.js';
import { signedTechniciansSchema, type SignedTechnicians } from '../../shared/protocol/letters.js';
import { systemCode } from '../../store/errors.js';
import { MAX_TECHNICIANS_BYTES, TECHNICIANS_LOOK_MS } from '../limits.js';
import type { Log } from '../log.js';

interface Held {
  readonly signed: SignedTechnicians;
  readonly keys: ReadonlySet<string>;
}

/**
 * The signed list of technicians, a file that an operator puts there and replaces. The desk hands it on as it is: it has no root key,
 * so it can neither make a list nor change one. It is looked at again while the desk runs.
 */
export class TechniciansFile {
  readonly #path: string;
  readonly #log: Log;
  readonly #now: () => number;
  #held: Held | undefined;
  #version = '';
  #looked: { readonly atMs: number; readonly done: Promise<void> } | undefined;

  constructor(path: string, log: Log, now: () => number) {
    this.#path = path;
    this.#log = log;
    this.#now = now;
  }

  async signed(): Promise<SignedTechnicians | undefined> {
    await this.#look();
    return this.#held?.signed;
  }

  async has(signingKey: string): Promise<boolean> {
    await this.#look();
    return this.#held?.keys.has(signingKey) === true;
  }

  /** Who asks while it is being looked at waits for what is found. */
  #look(): Promise<void> {
    const atMs = this.#now();
    if (this.#looked === undefined || Math.abs(atMs - this.#looked.atMs) >= TECHNICIANS_LOOK_MS) {
      this.#looked = { atMs, done: this.#read() };
    }
    return this.#looked.done;
  }

  async #read(): Promise<void> {
    try {
      const { mtimeMs, size } = await stat(this.#path);
      const version = `${mtimeMs} ${size}`;
      if (version === this.#version) return;
      this.#version = version;
      this.#held = size > MAX_TECHNICIANS_BYTES ? undefined : parseFile(await readFile(this.#path, 'utf8'));
      if (this.#held === undefined)
        this.#log.error({}, 'the list of technicians cannot be understood and is not served');
      else this.#log.info({ technicians: this.#held.keys.size }, 'list of technicians read');
    } catch (error) {
      this.#held = undefined;
      this.#version = '';
      if (systemCode(error) !== 'ENOENT')
        this.#log.error({ system: systemCode(error) }, 'the list of technicians cannot be read');
    }
  }
}

function parseFile(text: string): Held | undefined {
  try {
    const signed = v.parse(signedTechniciansSchema, JSON.parse(text));
    return { signed, keys: new Set(readTechnicians(signed).technicians.map(({ signingKey }) => signingKey)) };
  } catch {
    return undefined; // Logged by the caller.
  }
}
