import { FluxionError, toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import { openFileSink, type FileSink } from '../file-sink.js';
import { say } from '../sentences.js';

/** A bundle that can be read by range: a draft as it would be sent, or a report of the outbox. */
export interface RangedFile {
  /** Makes sure that it is there, and answers its size. */
  open(): Promise<number>;
  /** May answer fewer bytes than asked for, never none before the end. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

export type SaveStep =
  | { readonly name: 'idle' }
  | { readonly name: 'preparing' }
  | { readonly name: 'saving'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly name: 'saved'; readonly bytes: number }
  | { readonly name: 'failed'; readonly error: ErrorResult };

/** Large enough that a loopback request is cheap beside it, small enough that the progress moves. */
const READ_BYTES = 4 * 1024 * 1024;

export class SaveState {
  #step = $state.raw<SaveStep>({ name: 'idle' });
  #run = 0;
  readonly #openSink: (name: string) => Promise<FileSink | undefined>;

  constructor(openSink: (name: string) => Promise<FileSink | undefined> = openFileSink) {
    this.#openSink = openSink;
  }

  get step(): SaveStep {
    return this.#step;
  }

  get isBusy(): boolean {
    return this.#step.name === 'preparing' || this.#step.name === 'saving';
  }

  /** Never rejects: what goes wrong is a step. */
  async save(file: RangedFile, name: string): Promise<void> {
    if (this.isBusy) return;
    const run = ++this.#run;
    const isCancelled = (): boolean => run !== this.#run;
    this.#step = { name: 'preparing' };
    let sink: FileSink | undefined;
    try {
      sink = await this.#openSink(name);
      if (sink === undefined) {
        this.#step = { name: 'idle' };
        return;
      }
      const totalBytes = await file.open();
      let doneBytes = 0;
      while (doneBytes < totalBytes) {
        if (isCancelled()) break;
        this.#step = { name: 'saving', doneBytes, totalBytes };
        const bytes = await file.read(doneBytes, Math.min(READ_BYTES, totalBytes - doneBytes));
        if (bytes.byteLength === 0) throw new FluxionError('file-truncated', say.save.truncated);
        await writeTo(sink, bytes);
        doneBytes += bytes.byteLength;
      }
      if (isCancelled()) {
        await sink.abort();
        return;
      }
      await finish(sink);
      this.#step = { name: 'saved', bytes: totalBytes };
    } catch (error) {
      // A sink that failed may refuse to be aborted too; what is told is the first failure.
      await sink?.abort().catch(() => undefined);
      if (!isCancelled()) this.#step = { name: 'failed', error: toErrorResult(error) };
    }
  }

  cancel(): void {
    this.#run += 1;
    this.#step = { name: 'idle' };
  }
}

const notWritten = (cause: unknown): FluxionError =>
  new FluxionError('file-not-written', say.save.notWritten, { cause });

async function writeTo(sink: FileSink, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    await sink.write(bytes);
  } catch (error) {
    throw notWritten(error);
  }
}

async function finish(sink: FileSink): Promise<void> {
  try {
    await sink.finish();
  } catch (error) {
    throw notWritten(error);
  }
}
