import type { Picture } from '../../shared/report/picture.js';
import type { ConversationEntry, Part, ReportHead, ReportSummary } from '../../shared/report/report.js';
import type { Digest } from './digest.js';

/**
 * What the desk knows of one report: a fold over its head, its conversation in the order of the keys, and the digests of
 * its parts. Nothing in it is stored; folding the store again gives the same.
 */
export class ReportState {
  readonly head: ReportHead;
  readonly parts = new Map<number, Part>();
  readonly quarantined = new Map<number, Part>();
  /** By their ids. */
  readonly pictures = new Map<string, Picture>();
  readonly #digests = new Map<number, Digest>();
  readonly #seen = new Set<string>();
  readonly #proposals = new Set<string>();
  #status: ReportSummary['status'] = 'new';
  #comments = 0;
  #arrivedMs: number | undefined;
  #lastMs: number | undefined;

  constructor(head: ReportHead) {
    this.head = head;
  }

  /** When its first part came, by the desk's clock. Undefined: a customer announced it and has not sent a whole part yet. */
  get arrivedMs(): number | undefined {
    return this.#arrivedMs;
  }

  /** When the newest entry of its conversation was written. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  get entries(): number {
    return this.#seen.size;
  }

  hasProposal(id: string): boolean {
    return this.#proposals.has(id);
  }

  hasEntry(id: string): boolean {
    return this.#seen.has(id);
  }

  /** Takes the next entry. One that was taken before changes nothing, so that an append can be repeated after a crash. */
  apply(entry: ConversationEntry): void {
    if (this.#seen.has(entry.id)) return;
    this.#seen.add(entry.id);
    this.#lastMs = Math.max(this.#lastMs ?? entry.atMs, entry.atMs);
    switch (entry.type) {
      case 'part':
        this.parts.set(entry.part.number, entry.part);
        this.#arrivedMs ??= entry.atMs;
        break;
      case 'quarantine':
        this.quarantined.set(entry.part.number, entry.part);
        this.#arrivedMs ??= entry.atMs;
        break;
      case 'status':
        this.#status = entry.status;
        break;
      case 'proposal':
        this.#proposals.add(entry.proposal);
        break;
      case 'picture':
        this.pictures.set(entry.id, entry.picture);
        break;
      case 'comment':
        this.#comments += 1;
        break;
    }
  }

  digest(digest: Digest): void {
    this.#digests.set(digest.part.number, digest);
  }

  summary(): ReportSummary {
    const parts = [...this.parts.values()].sort((a, b) => a.number - b.number);
    const digests = parts.flatMap((part) => this.#digests.get(part.number) ?? []);
    return {
      ...this.head,
      status: this.#status,
      parts,
      quarantined: this.quarantined.size,
      bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
      comments: this.#comments,
      errors: countErrors(digests),
      durationMs: coveredMs(digests),
      updatedMs: this.#lastMs ?? this.head.createdMs,
    };
  }
}

/** Errors of all parts; a segment that several parts hold counts once. */
function countErrors(digests: readonly Digest[]): number {
  const counts = new Map(digests.flatMap(({ errors }) => errors.map(({ sha256, count }) => [sha256, count] as const)));
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** How much time is recorded: the union of the parts' stretches, so that neither overlap nor a night in between counts. */
function coveredMs(stretches: readonly { readonly startMs: number; readonly endMs: number }[]): number {
  let covered = 0;
  let untilMs = -Infinity;
  for (const { startMs, endMs } of [...stretches].sort((a, b) => a.startMs - b.startMs)) {
    covered += Math.max(0, endMs - Math.max(startMs, untilMs));
    untilMs = Math.max(untilMs, endMs);
  }
  return covered;
}
