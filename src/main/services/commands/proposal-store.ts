import { join } from 'node:path';
import * as v from 'valibot';
import { listFolder, PRIVATE_FOLDER, readJsonFile, writeJsonFile, type FileSystem } from '../durable-file.js';
import { proposalRecordSchema, type ProposalRecord } from './proposal-record.js';

/** A piece of output on a line of its own, as a JSON string. */
const chunkSchema = v.string();

/** Proposals on disk: `<proposal>.json`, and beside it `<proposal>.output` with a line for each piece of output. */
export class ProposalStore {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #writing = new Map<string, Promise<void>>();

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  /** Oldest first. What cannot be read is left where it is: it may be a newer version's. */
  async open(): Promise<ProposalRecord[]> {
    await this.#fs.mkdir(this.#folder, PRIVATE_FOLDER);
    const records: ProposalRecord[] = [];
    for (const file of await listFolder(this.#fs, this.#folder)) {
      if (file.endsWith('.part')) await this.#fs.rm(join(this.#folder, file), { force: true });
      if (!file.endsWith('.json')) continue;
      const record = await readJsonFile(this.#fs, join(this.#folder, file), proposalRecordSchema);
      if (record !== undefined && file === `${record.proposal.proposal}.json`) records.push(record);
    }
    return records.sort((a, b) => a.receivedMs - b.receivedMs);
  }

  /** Durable where `sync`; the record as it is now, even if it changes while an earlier write is under way. */
  async save(record: ProposalRecord, sync = true): Promise<void> {
    const id = record.proposal.proposal;
    const snapshot = structuredClone(record);
    const before = this.#writing.get(id) ?? Promise.resolve();
    const writing = before.then(() => writeJsonFile(this.#fs, join(this.#folder, `${id}.json`), snapshot, { sync }));
    // The next write must come whether this one fails or not; who asked for this one is told.
    const settled = writing.catch(() => undefined);
    this.#writing.set(id, settled);
    void settled.then(() => {
      if (this.#writing.get(id) === settled) this.#writing.delete(id);
    });
    await writing;
  }

  async appendOutput(id: string, text: string): Promise<void> {
    const handle = await this.#fs.open(this.#output(id), 'a', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(text)}\n`);
    } finally {
      await handle.close();
    }
  }

  /** The pieces so far. A last one that was cut short by a crash had been given to nobody. */
  async output(id: string): Promise<string[]> {
    let text: string;
    try {
      text = await this.#fs.readFile(this.#output(id), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    return text.split('\n').flatMap((line) => {
      if (line === '') return [];
      try {
        const chunk = v.safeParse(chunkSchema, JSON.parse(line));
        return chunk.success ? [chunk.output] : [];
      } catch {
        return [];
      }
    });
  }

  async remove(id: string): Promise<void> {
    await this.#fs.rm(join(this.#folder, `${id}.json`), { force: true });
    await this.#fs.rm(this.#output(id), { force: true });
  }

  #output(id: string): string {
    return join(this.#folder, `${id}.output`);
  }
}
