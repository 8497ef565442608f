import { join } from 'node:path';
import * as v from 'valibot';
import { sourceSchema } from '../../shared/session/clock.js';
import { readJsonFile, writeJsonFile, type FileSystem } from './durable-file.js';

const instant = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const registeredSourceSchema = v.object({
  ...sourceSchema.entries,
  /** Session time when it was last heard of. */
  seenMs: instant,
  /** SHA-256 (hex) of its capability: the file opens nothing. A host run has none. */
  capabilitySha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});
export type RegisteredSource = v.InferOutput<typeof registeredSourceSchema>;

/** What a restart of the host must know to go on with the same session. Never leaves this machine. */
const sessionFileSchema = v.object({
  version: v.literal(1),
  id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  /** Wall clock (Unix ms) of session time 0. */
  startedMs: instant,
  /** The two clocks when this was written. */
  savedMs: instant,
  savedWallMs: instant,
  /** How many host runs and windows there were: numbers are not given twice. */
  hostRuns: count,
  windows: count,
  paused: v.boolean(),
  /** Session time of the last wipe: nothing from before it may be sent. */
  wipedMs: v.optional(instant),
  /** A wipe has not reached everything that was kept: the next window that comes is told again. */
  wipeOwed: v.boolean(),
  sources: v.array(registeredSourceSchema),
});
export type SessionFile = v.InferOutput<typeof sessionFileSchema>;

export class SessionStore {
  readonly #fs: FileSystem;
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();
  #waiting: { promise: Promise<void>; sync: boolean } | undefined;

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#path = join(folder, 'session.json');
  }

  async read(): Promise<SessionFile | undefined> {
    return await readJsonFile(this.#fs, this.#path, sessionFileSchema);
  }

  /** One write at a time. Those who ask while one is under way share the next one, which takes the state as it is then. */
  async write(snapshot: () => SessionFile, sync: boolean): Promise<void> {
    if (this.#waiting !== undefined) {
      this.#waiting.sync ||= sync;
      await this.#waiting.promise;
      return;
    }
    const job = { promise: Promise.resolve(), sync };
    job.promise = this.#writing.then(async () => {
      this.#waiting = undefined;
      await writeJsonFile(this.#fs, this.#path, snapshot(), { sync: job.sync });
    });
    this.#waiting = job;
    // The next write must come whether this one fails or not; who asked for this one is told.
    this.#writing = job.promise.catch(() => undefined);
    await job.promise;
  }
}
