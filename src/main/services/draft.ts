import { join } from 'node:path';
import type { CommandDescription } from '../../shared/commands/command.js';
import { MAX_PART_BYTES } from '../../shared/constants.js';
import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import type { Draft as DraftView, RecorderContract } from '../../shared/protocol/host.js';
import type { Source } from '../../shared/session/clock.js';
import { MAX_OWN_LANES, MAX_OWN_LANES_OF_WINDOWS } from '../../shared/session/own-lane.js';
import type { Segment } from '../../shared/session/segment.js';
import type { Audience } from './audience.js';
import { cutRows } from './cut-rows.js';
import { planDraft } from './draft-bundle.js';
import { DraftRows } from './draft-rows.js';
import {
  chooseRows,
  describeAvailable,
  laneTotals,
  placeRow,
  reachOf,
  type Choice,
  type DraftRow,
} from './draft-selection.js';
import { readFileRange, writeFileStream, type FileSystem } from './durable-file.js';
import { HandOver } from './hand-over.js';
import type { InstallIdentity } from './identity.js';
import type { HostLanes } from './host-lanes.js';
import type { RecordingState } from './recording-state.js';
import { diskError, ServiceError } from './service-errors.js';
import type { Session } from './session.js';

export interface DraftOptions {
  readonly id: string;
  readonly folder: string;
  readonly fs: FileSystem;
  readonly session: Session;
  readonly windows: Audience<RecorderContract>;
  readonly lanes: HostLanes;
  readonly recording: RecordingState;
  /** What the host offers support to propose, for the manifest. */
  readonly commands: () => CommandDescription[];
  /** Who signs what is put together. */
  readonly identity: Pick<InstallIdentity, 'keys' | 'signer'>;
  readonly app: { readonly name: string; readonly version: string };
  readonly platform: { readonly os: string; readonly arch: string; readonly runtime: string };
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  /** Session time: windows hand over what reaches into it. Default: all that they have. */
  readonly sinceMs?: number;
  /** Unix ms. */
  readonly wallMs: () => number;
  readonly onChange: (draft: Draft) => void;
}

/** A bundle written as it would be sent. */
export interface Assembled {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

interface Assembly {
  readonly choice: Choice;
  readonly description: string;
  readonly result: Promise<Assembled>;
}

/** An entry's headers, and its line in the manifest, deflated: for a size while the exact one would change at once. */
const ENTRY_OVERHEAD_BYTES = 400;

/** What would be sent: the rows of all windows and the host, and which of them the customer chose. */
export class Draft {
  readonly id: string;
  readonly startedMs: number;
  readonly #options: DraftOptions;
  readonly #rows: DraftRows;
  readonly #handOver: HandOver;
  /** Session time: the stretch that was asked for. */
  readonly #range: { readonly startMs: number; readonly endMs: number };
  /** Sources that recorded when the draft was made: their last dom chain reaches to its end. */
  readonly #alive: ReadonlySet<string>;
  #status: DraftView['status'] = 'collecting';
  #error: ErrorResult | undefined;
  #frozen: ReadonlyMap<string, Source> | undefined;
  #choice: Choice;
  #totalBytes: { readonly choice: Choice; readonly bytes: number } | undefined;
  #assembly: Assembly | undefined;
  #assemblies = 0;

  static async create(options: DraftOptions): Promise<Draft> {
    try {
      return new Draft(options, await DraftRows.create(options.fs, options.folder, 4 * options.maxBytes));
    } catch (error) {
      throw diskError(error);
    }
  }

  private constructor(options: DraftOptions, rows: DraftRows) {
    const { session, windows } = options;
    this.id = options.id;
    this.#options = options;
    this.#rows = rows;
    const endMs = session.nowMs();
    this.startedMs = options.wallMs();
    this.#range = { startMs: Math.max(0, endMs - options.maxAgeMs, options.sinceMs ?? 0), endMs };
    this.#choice = this.#range;
    this.#alive = new Set(windows.keys());
    this.#handOver = new HandOver({
      session,
      windows,
      rows,
      range: this.#range,
      onProgress: () => {
        options.onChange(this);
      },
      onDone: () => {
        void this.#complete();
      },
    });
  }

  get handOver(): HandOver {
    return this.#handOver;
  }

  /** Throws until every window has answered, and where the draft failed. */
  select(choice: Choice): void {
    this.#checkReady();
    this.#choice = choice;
  }

  async view(): Promise<DraftView> {
    const rows = this.#placed();
    const choice = this.#choice;
    const chosen = this.#choose(rows, choice);
    return {
      id: this.id,
      status: this.#status,
      ...(this.#error === undefined ? {} : { error: this.#error }),
      asked: this.#handOver.asked,
      answered: this.#handOver.answered,
      notes: this.#handOver.notes(),
      available: this.#available(rows),
      selection: {
        startMs: choice.startMs,
        endMs: choice.endMs,
        ...reachOf(chosen, choice),
        lanes: laneTotals(chosen),
        totalBytes: await this.#size(choice, chosen),
      },
      startedMs: this.startedMs,
    };
  }

  /** Writes the chosen rows as a bundle, or answers the file that stands where nothing has changed. */
  async assemble(description: string): Promise<Assembled> {
    this.#checkReady();
    const choice = this.#choice;
    if (this.#assembly?.choice !== choice || this.#assembly.description !== description) {
      this.#assemblies += 1;
      const result = this.#write(choice, description, join(this.#options.folder, `${this.#assemblies}.fluxrec`));
      const before = this.#assembly;
      this.#assembly = { choice, description, result };
      result.catch(() => {
        if (this.#assembly?.result === result) this.#assembly = undefined;
      });
      void before?.result.then(async ({ path }) => {
        await this.#options.fs.rm(path, { force: true });
      }, ignore);
    }
    return await this.#assembly.result;
  }

  /** From the bundle that was assembled last. */
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const assembled = await this.#assembly?.result;
    if (assembled === undefined) throw new ServiceError('draft-not-ready');
    try {
      return await readFileRange(this.#options.fs, assembled.path, offset, length);
    } catch (error) {
      throw new ServiceError('draft-damaged', { cause: error });
    }
  }

  async discard(): Promise<void> {
    this.#handOver.stop();
    await this.#assembly?.result.catch(ignore);
    await this.#rows.close();
    await this.#options.fs.rm(this.#options.folder, { recursive: true, force: true });
  }

  #checkReady(): void {
    if (this.#status === 'collecting') throw new ServiceError('draft-not-ready');
    if (this.#status === 'failed') throw new ServiceError('draft-damaged');
  }

  /** All windows have answered or were given up: the host's own lanes join. */
  async #complete(): Promise<void> {
    const { lanes } = this.#options;
    try {
      for (const segment of lanes.seal()) {
        const row = lanes.read(segment);
        if (row !== undefined) await this.#rows.add(row.segment, row.stored, MAX_OWN_LANES_OF_WINDOWS + MAX_OWN_LANES);
      }
      const sources = new Set(this.#rows.segments().map(({ source }) => source));
      this.#frozen = new Map([...sources].flatMap((id) => this.#source(id) ?? []).map((source) => [source.id, source]));
      // Before anything is chosen the choice is all that there is.
      const { startMs, endMs } = this.#available(this.#placed());
      this.#choice = { startMs, endMs };
      this.#status = 'ready';
    } catch (error) {
      this.#status = 'failed';
      this.#error = toErrorResult(diskError(error));
    }
    this.#options.onChange(this);
  }

  #placed(): DraftRow[] {
    return this.#rows.segments().flatMap((segment) => {
      const source = this.#source(segment.source);
      return source === undefined ? [] : [placeRow(segment, source)];
    });
  }

  #available(rows: readonly DraftRow[]): DraftView['available'] {
    return describeAvailable(rows, this.#options.recording.reported(), this.#range);
  }

  #choose(rows: readonly DraftRow[], choice: Choice): DraftRow[] {
    return chooseRows(rows, choice, (source) => this.#alive.has(source));
  }

  async #size(choice: Choice, chosen: readonly DraftRow[]): Promise<number> {
    if (this.#status !== 'ready') {
      return chosen.reduce((sum, { storedBytes }) => sum + storedBytes + ENTRY_OVERHEAD_BYTES, 0);
    }
    if (this.#totalBytes?.choice !== choice) {
      const plan = await this.#plan(choice, chosen, '');
      this.#totalBytes = { choice, bytes: plan.size };
    }
    return this.#totalBytes.bytes;
  }

  async #write(choice: Choice, description: string, path: string): Promise<Assembled> {
    const placed = this.#choose(this.#placed(), choice);
    const read = (segment: Segment): Promise<Uint8Array<ArrayBuffer>> => this.#rows.read(segment);
    const { rows: chosen, read: readChosen } =
      choice.within === undefined
        ? { rows: placed, read }
        : await cutRows(placed, choice.within, { read, sourceOf: (id) => this.#source(id) });
    if (chosen.length === 0) throw new ServiceError('draft-empty');
    const plan = await this.#plan(choice, chosen, description);
    if (plan.size > MAX_PART_BYTES) throw new ServiceError('draft-too-large');
    try {
      const pieces = plan.write(({ segment }) => readChosen(segment));
      const { bytes, sha256 } = await writeFileStream(this.#options.fs, path, pieces);
      return { path, bytes, sha256 };
    } catch (error) {
      throw diskError(error);
    }
  }

  #plan(choice: Choice, chosen: readonly DraftRow[], description: string): ReturnType<typeof planDraft> {
    const { session, app, platform, identity } = this.#options;
    const { startMs, endMs } = choice;
    const head = {
      session: { id: session.id, app, platform, startedMs: session.startedMs },
      createdMs: this.startedMs,
      range: { startMs, endMs },
      commands: this.#options.commands(),
      ...(description === '' ? {} : { description }),
    };
    return planDraft(chosen, (id) => this.#source(id), head, identity);
  }

  /** Windows go on reading their clocks. What was ready once does not move any more, so that sizes stay exact. */
  #source(id: string): Source | undefined {
    return this.#frozen?.get(id) ?? this.#options.session.publicSource(id);
  }
}

/** For a promise whose failure somebody else is told of. */
function ignore(): undefined {
  return undefined;
}
