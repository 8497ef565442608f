import * as v from 'valibot';
import { publicIdentitySchema } from '../../shared/crypto/keys.js';

// Letters name a proposal and not the report that it was about, and the desk cannot read them: this browser, whose technician
// proposed it, remembers.

const KEY = 'fluxrec-proposals';
/** A technician's work of weeks. The oldest goes first. */
const MAX_KEPT = 300;
/** A proposal's letter lives for a week, and a letter in answer for two at most. */
const LIFE_MS = 28 * 24 * 3_600_000;

const rememberedSchema = v.object({
  report: v.pipe(v.string(), v.uuid()),
  install: publicIdentitySchema,
  sentMs: v.pipe(v.number(), v.finite()),
  /** What is to be written down in the report's conversation; absent: it stands there. */
  unsaid: v.optional(
    v.object({
      /** Of its letter: id and exact text. */
      letter: v.pipe(v.string(), v.uuid()),
      envelope: v.pipe(v.string(), v.maxLength(64 * 1024)),
      title: v.string(),
      /** The desk has said that it has the letter. Otherwise it may have: an answer to it would tell. */
      isPosted: v.boolean(),
    }),
  ),
});
export type RememberedProposal = v.InferOutput<typeof rememberedSchema>;
export interface UnsaidProposal extends RememberedProposal {
  readonly unsaid: NonNullable<RememberedProposal['unsaid']>;
}

const isId = (text: string): boolean => v.is(v.pipe(v.string(), v.uuid()), text);

export class ProposalMemory {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | undefined;
  readonly #nowMs: () => number;
  /** What the browser did not keep is kept as long as the page lives. */
  readonly #own = new Map<string, RememberedProposal>();

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined, nowMs: () => number = Date.now) {
    this.#storage = storage;
    this.#nowMs = nowMs;
  }

  /** No answer can come any more to whatever was proposed here. */
  get isEmpty(): boolean {
    return this.#read().size === 0;
  }

  get(proposal: string): RememberedProposal | undefined {
    return this.#read().get(proposal);
  }

  /** Those that were sent and do not stand in their conversation yet. */
  unsaid(): [string, UnsaidProposal][] {
    return [...this.#read()].flatMap(([proposal, remembered]): [string, UnsaidProposal][] => {
      const { unsaid } = remembered;
      return unsaid?.isPosted === true ? [[proposal, { ...remembered, unsaid }]] : [];
    });
  }

  put(proposal: string, remembered: RememberedProposal): void {
    // Read again each time: another tab of this browser may have written.
    const all = this.#read();
    all.set(proposal, remembered);
    this.#write(all, [proposal, remembered]);
  }

  forget(proposal: string): void {
    const all = this.#read();
    if (all.delete(proposal)) this.#write(all);
    this.#own.delete(proposal);
  }

  #write(all: Map<string, RememberedProposal>, changed?: [string, RememberedProposal]): void {
    const kept = [...all].sort(([, a], [, b]) => a.sentMs - b.sentMs).slice(-MAX_KEPT);
    try {
      if (this.#storage === undefined) throw new Error('There is no storage.');
      this.#storage.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
      if (changed !== undefined) this.#own.delete(changed[0]);
    } catch {
      // Full, or forbidden: remembered until the page is closed.
      if (changed !== undefined) this.#own.set(...changed);
    }
  }

  #read(): Map<string, RememberedProposal> {
    const sinceMs = this.#nowMs() - LIFE_MS;
    const all = [...readStored(this.#storage), ...this.#own];
    return new Map(all.filter(([, { sentMs }]) => sentMs >= sinceMs));
  }
}

/** One that cannot be understood does not cost the others. */
function readStored(storage: Pick<Storage, 'getItem'> | undefined): [string, RememberedProposal][] {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return [];
    return Object.entries(stored).flatMap(([proposal, value]): [string, RememberedProposal][] => {
      const parsed = v.safeParse(rememberedSchema, value);
      return parsed.success && isId(proposal) ? [[proposal, parsed.output]] : [];
    });
  } catch {
    return [];
  }
}
