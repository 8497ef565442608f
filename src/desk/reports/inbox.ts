import type { InboxAnswer } from '../../shared/protocol/desk.js';
import type { ReportSummary } from '../../shared/report/report.js';
import { Haystack, type Query } from './query.js';
import type { ReportState } from './state.js';

export interface InboxRequest {
  readonly query: Query | undefined;
  readonly status: ReportSummary['status'] | undefined;
  /** The id of the last row seen: what comes is older. */
  readonly before: string | undefined;
  readonly limit: number;
}

interface Row {
  readonly state: ReportState;
  readonly haystack: Haystack;
  /** The inbox's, at its last change. */
  revision: number;
  /** Made again after each change. */
  summary: ReportSummary | undefined;
}

/**
 * All reports in memory, newest arrival first. The customer's clock may be wrong and a report may wait offline for days, so
 * the order is that in which the desk got them.
 */
export class Inbox {
  readonly #rows = new Map<string, Row>();
  #arrived: Row[] | undefined;
  #revision = 0;

  /** Grows with every change: the same number means the same answers. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#rows.size;
  }

  states(): readonly ReportState[] {
    return [...this.#rows.values()].map((row) => row.state);
  }

  get(id: string): ReportState | undefined {
    return this.#rows.get(id)?.state;
  }

  /** Names this state of one report, its conversation included; undefined where there is no such report. */
  revisionOf(id: string): number | undefined {
    return this.#rows.get(id)?.revision;
  }

  /** Call after every change of a state, and for a new one. */
  changed(state: ReportState): void {
    this.#revision += 1;
    const row = this.#rows.get(state.head.id);
    if (row === undefined) {
      this.#rows.set(state.head.id, {
        state,
        haystack: new Haystack(state.head),
        revision: this.#revision,
        summary: undefined,
      });
    } else {
      row.revision = this.#revision;
      row.summary = undefined;
    }
    // A report keeps its place once it has one.
    if (state.arrivedMs !== undefined && state.parts.size + state.quarantined.size <= 1) this.#arrived = undefined;
  }

  remove(id: string): void {
    if (!this.#rows.delete(id)) return;
    this.#revision += 1;
    this.#arrived = undefined;
  }

  summary(id: string): ReportSummary | undefined {
    const row = this.#rows.get(id);
    return row === undefined ? undefined : summaryOf(row);
  }

  list({ query, status, before, limit }: InboxRequest): InboxAnswer {
    const cursor = before === undefined ? undefined : this.#rows.get(before);
    const reports: ReportSummary[] = [];
    let total = 0;
    for (const row of this.#candidates(query)) {
      if (query !== undefined && !row.haystack.matches(query)) continue;
      const summary = summaryOf(row);
      if (status !== undefined && summary.status !== status) continue;
      total += 1;
      const isSeen = cursor !== undefined && byArrival(row, cursor) <= 0;
      if (!isSeen && reports.length < limit) reports.push(summary);
    }
    return { reports, total };
  }

  #candidates(query: Query | undefined): Iterable<Row> {
    // Announced reports have nothing to show and anybody can announce one: only who knows the code finds it.
    if (query?.isWholeCode === true) return [...this.#rows.values()].sort(byArrival);
    this.#arrived ??= [...this.#rows.values()].filter((row) => row.state.arrivedMs !== undefined).sort(byArrival);
    return this.#arrived;
  }
}

function summaryOf(row: Row): ReportSummary {
  row.summary ??= row.state.summary();
  return row.summary;
}

function byArrival(a: Row, b: Row): number {
  const later = (b.state.arrivedMs ?? Infinity) - (a.state.arrivedMs ?? Infinity);
  // NaN: neither has arrived.
  if (later !== 0 && !Number.isNaN(later)) return later;
  return a.state.head.id < b.state.head.id ? -1 : a.state.head.id > b.state.head.id ? 1 : 0;
}
