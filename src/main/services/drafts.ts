import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Draft as DraftView } from '../../shared/protocol/host.js';
import type { Segment } from '../../shared/session/segment.js';
import { Draft, type Assembled, type DraftOptions } from './draft.js';
import type { Choice } from './draft-selection.js';
import { PRIVATE_FOLDER } from './durable-file.js';
import { ServiceError } from './service-errors.js';

export interface DraftsOptions extends Omit<DraftOptions, 'id' | 'folder' | 'onChange' | 'sinceMs'> {
  readonly folder: string;
}

/** A panel that was loaded again leaves its draft behind: the oldest goes when more are made. */
const MAX_DRAFTS = 3;
/** A draft that nobody looked at for so long is a copy of the recording that nobody needs. */
const IDLE_MS = 30 * 60_000;
const PROGRESS_INTERVAL_MS = 150;

export interface NewDraft {
  readonly sinceMs?: number;
  readonly isHeld?: boolean;
}

interface Kept {
  readonly draft: Draft;
  idle: NodeJS.Timeout | undefined;
  progress: NodeJS.Timeout | undefined;
  send: Promise<unknown> | undefined;
  /** Monotonic ms when somebody last looked at it. */
  usedMs: number;
  /** Its maker discards it: it does not go to make room. */
  readonly isHeld: boolean;
}

/** The drafts of this run of the host. They do not outlive it: what an earlier run left is erased. */
export class Drafts {
  readonly #options: DraftsOptions;
  readonly #drafts = new Map<string, Kept>();
  readonly #listeners = new Set<(draft: DraftView) => void>();

  static async open(options: DraftsOptions): Promise<Drafts> {
    await options.fs.rm(options.folder, { recursive: true, force: true });
    await options.fs.mkdir(options.folder, PRIVATE_FOLDER);
    return new Drafts(options);
  }

  private constructor(options: DraftsOptions) {
    this.#options = options;
  }

  onChange(listener: (draft: DraftView) => void): void {
    this.#listeners.add(listener);
  }

  /** `sinceMs`: only what reaches into session time from then on. `isHeld`: its maker discards it, nobody else. */
  async create({ sinceMs, isHeld = false }: NewDraft = {}): Promise<DraftView> {
    for (const [id, kept] of this.#drafts) {
      if (this.#drafts.size < MAX_DRAFTS) break;
      if (kept.send === undefined && !kept.isHeld) await this.discard(id);
    }
    const id = randomUUID();
    const draft = await Draft.create({
      ...this.#options,
      ...(sinceMs === undefined ? {} : { sinceMs }),
      id,
      folder: join(this.#options.folder, id),
      onChange: () => {
        this.#tellSoon(id);
      },
    });
    this.#drafts.set(id, {
      draft,
      idle: undefined,
      progress: undefined,
      send: undefined,
      usedMs: performance.now(),
      isHeld,
    });
    return await this.view(id);
  }

  async view(id: string): Promise<DraftView> {
    return await this.#use(id).draft.view();
  }

  async select(id: string, choice: Choice): Promise<DraftView> {
    const { draft } = this.#use(id);
    draft.select(choice);
    return await draft.view();
  }

  async assemble(id: string, description: string): Promise<Assembled> {
    return await this.#use(id).draft.assemble(description);
  }

  async read(id: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#use(id).draft.read(offset, length);
  }

  /** Gives the assembled bundle to `take`, which moves the file away, and discards the draft. Asked twice, it is sent once. */
  async send<T>(id: string, description: string, take: (assembled: Assembled) => Promise<T>): Promise<T> {
    const kept = this.#use(id);
    if (kept.send !== undefined) return (await kept.send) as T;
    const sending = (async () => {
      const taken = await take(await kept.draft.assemble(description));
      await this.discard(id);
      return taken;
    })();
    kept.send = sending;
    try {
      return await sending;
    } finally {
      kept.send = undefined;
    }
  }

  async discard(id: string): Promise<void> {
    const kept = this.#drafts.get(id);
    if (kept === undefined) return;
    this.#drafts.delete(id);
    clearTimeout(kept.idle);
    clearTimeout(kept.progress);
    await kept.draft.discard();
  }

  async discardAll(): Promise<void> {
    await Promise.all([...this.#drafts.keys()].map((id) => this.discard(id)));
  }

  /** Discards what nobody has looked at for so long, and nobody is sending. */
  async discardIdle(idleMs: number): Promise<void> {
    // Not one that comes meanwhile, nor one that begins to be sent.
    for (const [id, kept] of [...this.#drafts]) {
      if (kept.send === undefined && !kept.isHeld && performance.now() - kept.usedMs >= idleMs) await this.discard(id);
    }
  }

  /** Rows for a hand-over that is under way. */
  async take(
    handOver: string,
    caller: string,
    segments: readonly Segment[],
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    await this.#ofHandOver(handOver).handOver.take(caller, segments, bytes);
  }

  finish(handOver: string, caller: string, failed: boolean): void {
    this.#ofHandOver(handOver).handOver.finish(caller, failed);
  }

  #ofHandOver(handOver: string): Draft {
    for (const { draft } of this.#drafts.values()) if (draft.handOver.id === handOver) return draft;
    throw new ServiceError('hand-over-closed');
  }

  #use(id: string): Kept {
    const kept = this.#drafts.get(id);
    if (kept === undefined) throw new ServiceError('no-such-draft');
    clearTimeout(kept.idle);
    kept.usedMs = performance.now();
    kept.idle = setTimeout(() => void this.discard(id), IDLE_MS).unref();
    return kept;
  }

  #tellSoon(id: string): void {
    const kept = this.#drafts.get(id);
    if (kept === undefined) return;
    kept.progress ??= setTimeout(() => {
      kept.progress = undefined;
      if (this.#drafts.get(id) === kept) void this.#tell(kept.draft);
    }, PROGRESS_INTERVAL_MS);
  }

  async #tell(draft: Draft): Promise<void> {
    const view = await draft.view();
    for (const listener of [...this.#listeners]) listener(view);
  }
}
