import { createHash } from 'node:crypto';
import { MAX_LINE_LENGTH, type RedactLine } from './output-redaction.js';

/** All of one command's output, in UTF-8, as it is sent: it is read on a screen, and every desk keeps it. */
export const MAX_OUTPUT_BYTES = 512 * 1024;
export const MAX_OUTPUT_LINES = 10_000;
/** A letter's worth. In JSON, escaped, and in a body of the desk's API it stays well below what those take. */
export const CHUNK_BYTES = 16 * 1024;
/** Output is sent at least so often while there is any. */
const FLUSH_MS = 700;

export interface CommandOutputOptions {
  readonly redact: RedactLine;
  /** Takes the next piece. Pieces are given one after the other; a rejection ends the output. */
  readonly onChunk: (text: string) => Promise<void>;
  /** What an earlier run of the host has given already, of a command that goes on after a restart. */
  readonly before?: readonly string[];
}

/** The output of one command: redacted line by line, bounded in lines and bytes, given on in pieces as it comes. */
export class CommandOutput {
  readonly #options: CommandOutputOptions;
  readonly #hash = createHash('sha256');
  #waiting = '';
  #waitingBytes = 0;
  #lines = 0;
  #bytes = 0;
  #isTruncated = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #giving: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: CommandOutputOptions) {
    this.#options = options;
    for (const text of options.before ?? []) {
      this.#hash.update(text);
      this.#bytes += Buffer.byteLength(text);
      this.#lines += text.split('\n').length - 1;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }
  get lines(): number {
    return this.#lines;
  }
  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  /** What comes after the end is left out: a command that was given up may go on talking. */
  write(text: string): void {
    if (this.#isClosed) return;
    for (const line of text.replace(/\r?\n$/, '').split(/\r?\n/)) this.#writeLine(line);
  }

  /** Gives what waits. Rejects with what `onChunk` rejected with. */
  async flush(): Promise<void> {
    this.#give();
    await this.#giving;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** What kept a piece from being given on; nothing was given after it. */
  get failure(): unknown {
    return this.#failure?.error;
  }

  /** Gives the rest, and answers the hash (hex) of the whole. Never rejects: `failure` tells. */
  async end(): Promise<string> {
    this.#isClosed = true;
    this.#give();
    await this.#giving;
    return this.#hash.digest('hex');
  }

  #writeLine(whole: string): void {
    // Before it is looked at: what is redacted by its form must not take longer for a stranger's length.
    const cut = whole.length > MAX_LINE_LENGTH ? `${whole.slice(0, MAX_LINE_LENGTH)}…` : whole;
    if (this.#isTruncated) return;
    const redacted = this.#options.redact(cut);
    if (redacted === undefined) return;
    const line = `${redacted}\n`;
    const bytes = Buffer.byteLength(line);
    if (this.#lines >= MAX_OUTPUT_LINES || this.#bytes + bytes > MAX_OUTPUT_BYTES) {
      this.#isTruncated = true;
      return;
    }
    if (this.#waitingBytes + bytes > CHUNK_BYTES) this.#give();
    this.#lines += 1;
    this.#bytes += bytes;
    this.#hash.update(line);
    this.#waiting += line;
    this.#waitingBytes += bytes;
    this.#timer ??= setTimeout(() => {
      this.#give();
    }, FLUSH_MS).unref();
  }

  #give(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#waiting;
    this.#waiting = '';
    this.#waitingBytes = 0;
    if (text === '') return;
    this.#giving = this.#giving.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        await this.#options.onChunk(text);
      } catch (error) {
        this.#failure = { error };
      }
    });
  }
}
