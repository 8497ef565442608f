import * as v from 'valibot';
import { publicIdentitySchema } from '../../shared/crypto/keys.js';

// Letters name a proposal and not the report that it was about, and the desk cannot read them: this browser, whose technician
// proposed it, remembers.

const KEY = 'fluxrec-proposals';
/** A technician's work of weeks. The oldest goes first. */
const MAX_KEPT = 300;

const rememberedSchema = v.object({
  report: v.pipe(v.string(), v.uuid()),
  install: publicIdentitySchema,
  title: v.string(),
  /** Of its letter: id and exact text. */
  letter: v.pipe(v.string(), v.uuid()),
  envelope: v.string(),
  /** It stands in the report's conversation. */
  isSaid: v.boolean(),
});
export type RememberedProposal = v.InferOutput<typeof rememberedSchema>;

const memorySchema = v.record(v.pipe(v.string(), v.uuid()), rememberedSchema);

export class ProposalMemory {
  readonly #storage: Storage | undefined;
  /** Where the browser keeps nothing, as long as the page lives. */
  #own: Record<string, RememberedProposal> = {};

  constructor(storage: Storage | undefined) {
    this.#storage = storage;
  }

  get(proposal: string): RememberedProposal | undefined {
    return this.#read()[proposal];
  }

  /** Those that do not stand in their conversation yet. */
  unsaid(): [string, RememberedProposal][] {
    return Object.entries(this.#read()).filter(([, { isSaid }]) => !isSaid);
  }

  get isEmpty(): boolean {
    return Object.keys(this.#read()).length === 0;
  }

  put(proposal: string, remembered: RememberedProposal): void {
    // Read again: another tab of this browser may have written.
    const others = Object.entries(this.#read()).filter(([id]) => id !== proposal);
    const kept = others.slice(1 - MAX_KEPT);
    this.#own = Object.fromEntries([...kept, [proposal, remembered]]);
    try {
      this.#storage?.setItem(KEY, JSON.stringify(this.#own));
    } catch {
      // Full, or forbidden: remembered until the page is closed.
    }
  }

  #read(): Record<string, RememberedProposal> {
    try {
      const text = this.#storage?.getItem(KEY);
      const parsed = v.safeParse(memorySchema, JSON.parse(text ?? '{}'));
      return parsed.success ? { ...this.#own, ...parsed.output } : this.#own;
    } catch {
      return this.#own;
    }
  }
}
