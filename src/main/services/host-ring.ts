import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { LaneTotal } from '../../shared/protocol/host.js';
import type { PlacedRow } from '../../shared/session/chains.js';
import { toSessionMs } from '../../shared/session/clock.js';
import type { LineLane } from '../../shared/session/lane.js';
import { planRetention, type RetentionLimits } from '../../shared/session/retention.js';
import { isSegmentFull, isSegmentOld } from '../../shared/session/segment-limits.js';
import type { SealedSegment, Segment } from '../../shared/session/segment.js';
import type { HostClock } from './host-clock.js';
import { listRows, readRow, rowFile, sealLines, writeRow, type RowName } from './host-row.js';
import { sumLanes } from './lane-totals.js';
import type { Session } from './session.js';

export interface HostRingOptions {
  readonly folder: string;
  readonly clock: HostClock;
  readonly session: Session;
  readonly limits: RetentionLimits;
}

interface OpenSegment extends RowName {
  readonly startMonoMs: number;
  bytes: number;
  events: number;
}

/** The ring of the host's lanes: files in a folder. Synchronous, and throws what the file system throws. */
export class HostRing {
  readonly #options: HostRingOptions;
  /** Sealed segments by their file. */
  readonly #rows = new Map<string, Segment>();
  readonly #open = new Map<LineLane, OpenSegment>();
  readonly #nextChain = new Map<LineLane, number>();
  /** Up to which revision of what is masked a sealed row was rewritten. */
  readonly #rewritten = new Map<string, number>();

  constructor(options: HostRingOptions) {
    this.#options = options;
  }

  /** Takes over what earlier runs of this session left: sealed rows as they are, open segments sealed; all else is erased. */
  recover(): void {
    const { folder, session } = this.#options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of listRows(folder)) {
      const file = rowFile(name.source, name.lane, name.chain, name.isOpen ? 'open' : 'row');
      const isKnown = session.source(name.source) !== undefined && name.source !== session.hostSource;
      if (isKnown && name.isOpen) {
        this.#seal(name);
        continue;
      }
      const segment = isKnown ? readRow(folder, name)?.segment : undefined;
      if (segment?.session === session.id) this.#rows.set(file, segment);
      else rmSync(join(folder, file), { force: true });
    }
  }

  /** Writes lines (each with its line end) to the open segment of a lane, sealing it as often as it fills. */
  append(lane: LineLane, lines: readonly string[]): void {
    let text = '';
    let open = this.#opened(lane);
    for (const line of lines) {
      const bytes = Buffer.byteLength(line);
      if (isSegmentFull(lane, open, bytes)) {
        this.#write(open, text);
        text = '';
        this.#seal(open);
        open = this.#opened(lane);
      }
      open.bytes += bytes;
      open.events += 1;
      text += line;
    }
    this.#write(open, text);
  }

  sealOld(): void {
    const nowMs = this.#options.clock.monoMs();
    for (const open of [...this.#open.values()]) if (isSegmentOld(open.lane, open, nowMs)) this.#seal(open);
  }

  sealAll(): void {
    for (const open of [...this.#open.values()]) this.#seal(open);
  }

  /** Changes the text (whole lines) of the segments that are open. */
  rewriteOpen(change: (lines: string) => string): void {
    for (const open of this.#open.values()) {
      const file = join(this.#options.folder, rowFile(open.source, open.lane, open.chain, 'open'));
      if (!existsSync(file)) continue;
      const text = readFileSync(file, 'utf8');
      const changed = change(text);
      if (changed === text) continue;
      writeFileSync(`${file}.part`, changed, { mode: 0o600 });
      renameSync(`${file}.part`, file);
      open.bytes = Buffer.byteLength(changed);
    }
  }

  /** Changes the text of the sealed segments that were not changed at this revision yet. */
  rewriteSealed(revision: number, change: (lines: string) => string): void {
    for (const [file, segment] of this.#rows) {
      if (this.#rewritten.get(file) === revision) continue;
      this.#rewritten.set(file, revision);
      const row = this.read(segment);
      if (row === undefined) continue;
      const text = inflateRawSync(row.stored, { maxOutputLength: segment.bytes }).toString('utf8');
      const changed = change(text);
      if (changed === text) continue;
      const { session } = this.#options;
      const lane = segment.lane as LineLane;
      const { source, chain, startWallMs, startMonoMs } = segment;
      const placed = { session: session.id, originMs: startWallMs - startMonoMs };
      const sealed = sealLines({ source, lane, chain }, changed, placed);
      if (sealed === undefined) {
        rmSync(join(this.#options.folder, file), { force: true });
        this.#rows.delete(file);
      } else {
        writeRow(this.#options.folder, sealed);
        this.#rows.set(file, sealed.segment);
      }
    }
  }

  retain(): void {
    const placed = [...this.#rows].map(([file, segment]) => ({ ...this.#place(segment), file }));
    const plan = planRetention(placed, this.#options.limits, this.#options.session.nowMs(), () => false);
    for (const { rows } of plan.drop) {
      for (const { file } of rows) {
        rmSync(join(this.#options.folder, file), { force: true });
        this.#rows.delete(file);
        this.#rewritten.delete(file);
      }
    }
  }

  segments(): Segment[] {
    return [...this.#rows.values()];
  }

  /** Undefined where the file is damaged or gone. */
  read(segment: Segment): SealedSegment | undefined {
    const { source, chain } = segment;
    return readRow(this.#options.folder, { source, lane: segment.lane as LineLane, chain });
  }

  totals(): LaneTotal[] {
    const open = [...this.#open.values()].map((segment) => ({ ...segment, storedBytes: segment.bytes }));
    return sumLanes([...this.#rows.values(), ...open]);
  }

  /** Session time of the oldest event kept. */
  oldestMs(): number | undefined {
    const times = [...this.#rows.values()].map((segment) => this.#place(segment).startMs);
    const { clock, session } = this.#options;
    for (const open of this.#open.values()) times.push(session.nowMs() - (clock.monoMs() - open.startMonoMs));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  wipe(): void {
    this.#open.clear();
    this.#rows.clear();
    this.#rewritten.clear();
    rmSync(this.#options.folder, { recursive: true, force: true });
    mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 });
  }

  #opened(lane: LineLane): OpenSegment {
    const open = this.#open.get(lane);
    if (open !== undefined) return open;
    const chain = this.#nextChain.get(lane) ?? 0;
    this.#nextChain.set(lane, chain + 1);
    const source = this.#options.session.hostSource;
    const startMonoMs = this.#options.clock.monoMs();
    const fresh = { source, lane, chain, isOpen: true, startMonoMs, bytes: 0, events: 0 };
    this.#open.set(lane, fresh);
    return fresh;
  }

  #write(open: OpenSegment, text: string): void {
    if (text === '') return;
    const file = rowFile(open.source, open.lane, open.chain, 'open');
    appendFileSync(join(this.#options.folder, file), text, { mode: 0o600 });
  }

  #seal(open: RowName): void {
    const { folder, session } = this.#options;
    if (this.#open.get(open.lane) === open) this.#open.delete(open.lane);
    const file = join(folder, rowFile(open.source, open.lane, open.chain, 'open'));
    const source = session.source(open.source);
    if (source !== undefined && existsSync(file)) {
      const placed = { session: session.id, originMs: source.originMs };
      const sealed = sealLines(open, readFileSync(file, 'utf8'), placed);
      if (sealed !== undefined) {
        writeRow(folder, sealed);
        this.#rows.set(rowFile(open.source, open.lane, open.chain, 'row'), sealed.segment);
      }
    }
    rmSync(file, { force: true });
  }

  #place(segment: Segment): PlacedRow {
    const { source, lane, chain, sequence, storedBytes } = segment;
    const clocks = this.#options.session.source(source) ?? { anchors: [] };
    const [startMs, endMs] = [toSessionMs(clocks, segment.startMonoMs), toSessionMs(clocks, segment.endMonoMs)];
    return { source, lane, chain, sequence, startMs, endMs, storedBytes };
  }
}
