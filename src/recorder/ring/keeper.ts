import { planRetention, type RetentionLimits, type RetentionPlan } from '../../shared/session/retention.js';
import type { PlacedRow } from '../../shared/session/chains.js';
import type { LaneTotal } from '../../shared/protocol/host.js';
import type { Segment } from '../../shared/session/segment.js';
import { deadSources, sealLeftOver } from './dead-sources.js';
import { livingSources } from './liveness.js';
import { OwnTotals } from './own-totals.js';
import type { ChainKey, RingStore, SourceRow } from './ring-store.js';
import { Placing } from './source-clock.js';

export interface Now {
  readonly sessionMs: number;
  readonly wallMs: number;
}

export interface KeeperReport {
  /** What sources of this session that are gone have left. */
  readonly dead: { readonly lanes: readonly LaneTotal[]; readonly oldestMs: number | undefined };
  readonly dropped: readonly ChainKey[];
  /** The living source whose open dom chain should end, because nothing else is left to drop. */
  readonly checkoutWantedOf: string | undefined;
}

interface View {
  readonly sources: readonly SourceRow[];
  readonly living: ReadonlySet<string>;
  readonly placed: readonly (PlacedRow & { readonly segment: Segment })[];
  readonly plan: RetentionPlan<PlacedRow>;
}

/** Seals what dead windows left, drops what is too old or too much, of all windows and sessions of the origin. */
export async function keep(
  store: RingStore,
  session: string,
  limits: RetentionLimits,
  now: Now,
): Promise<KeeperReport> {
  for (const { source, unsealed } of await deadSources(store)) {
    if (unsealed.length > 0) await sealLeftOver(store, source);
  }
  const view = await look(store, session, limits, now);
  const dropped = await drop(store, view.plan);
  await forgetEmptySources(store, view, dropped);
  return { dead: deadTotals(view, session, dropped), dropped, checkoutWantedOf: largestOpenChain(view) };
}

/** How much room is made at a time: a tenth of the ring, but of a small ring enough to be of use. */
const ROOM_SHARE = 0.1;
const ROOM_MIN_BYTES = 2 * 1024 * 1024;
const ROOM_MAX_SHARE = 0.5;

/** Deletes the oldest chains to make room on the disk, whatever the limits say. The answer is what went. */
export async function makeRoom(store: RingStore, session: string, now: Now): Promise<readonly ChainKey[]> {
  const stored = (await store.segments()).reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const room = Math.min(Math.max(stored * ROOM_SHARE, ROOM_MIN_BYTES), stored * ROOM_MAX_SHARE);
  const limits = { maxAgeMs: Infinity, maxBytes: Math.floor(stored - room) };
  const { plan } = await look(store, session, limits, now, false);
  return drop(store, plan);
}

async function look(
  store: RingStore,
  session: string,
  limits: RetentionLimits,
  now: Now,
  withUnsealed = true,
): Promise<View> {
  // Sources last: a chain that starts in between is then in the second list at least, and the one before still grows.
  const segments = await store.segments();
  const sources = await store.sources();
  const living = await livingSources();
  const bySource = new Map(sources.map((row) => [row.source, row]));
  const placing = new Placing(session, sources, now);
  const placed = segments.map((segment) => placing.place(segment));
  const open = withUnsealed ? sources.flatMap((row) => unsealedRows(row, now.sessionMs)) : [];
  const isGrowing = (source: string, lane: string, chain: number): boolean => {
    const row = bySource.get(source);
    if (row === undefined || !living.has(source)) return false;
    const isOpen = row.unsealed.some((other) => other.lane === lane && other.chain === chain);
    return isOpen || (lane === 'dom' && (row.last.dom?.chain ?? -1) <= chain);
  };
  return { sources, living, placed, plan: planRetention([...placed, ...open], limits, now.sessionMs, isGrowing) };
}

/** What a plain byte comes to when it is sealed, at most as a rule. */
const SEALED_SHARE = 0.25;

/** Open segments count as what they will come to: a burst that is plain text for a moment must not cost what is older. */
function unsealedRows({ source, unsealed }: SourceRow, nowMs: number): PlacedRow[] {
  return unsealed.map(({ lane, chain, sequence, bytes }) => ({
    source,
    lane,
    chain,
    sequence,
    storedBytes: lane === 'screen' ? bytes : bytes * SEALED_SHARE,
    startMs: nowMs,
    endMs: nowMs,
  }));
}

async function drop(store: RingStore, plan: RetentionPlan<PlacedRow>): Promise<ChainKey[]> {
  const chains = plan.drop.map(({ source, lane, chain }) => ({ source, lane, chain }));
  if (chains.length > 0) await store.dropChains(chains);
  return chains;
}

async function forgetEmptySources(store: RingStore, view: View, dropped: readonly ChainKey[]): Promise<void> {
  const gone = new Set(dropped.map(keyOf));
  const full = new Set(view.placed.filter((row) => !gone.has(keyOf(row))).map(({ source }) => source));
  const empty = view.sources.filter(
    ({ source, unsealed }) => !view.living.has(source) && !full.has(source) && unsealed.length === 0,
  );
  if (empty.length > 0) await store.erase(empty.map(({ source }) => source));
}

function deadTotals(view: View, session: string, dropped: readonly ChainKey[]): KeeperReport['dead'] {
  const gone = new Set(dropped.map(keyOf));
  const left = view.placed.filter(
    (row) => row.segment.session === session && !view.living.has(row.source) && !gone.has(keyOf(row)),
  );
  const totals = new OwnTotals();
  for (const { segment } of left) totals.add(segment);
  const oldestMs = left.reduce((oldest, { startMs }) => Math.min(oldest, startMs), Infinity);
  return { lanes: totals.lanes([]), oldestMs: oldestMs === Infinity ? undefined : oldestMs };
}

/** The one that a new full snapshot helps most: all that is in it now can go then, for one more first segment. */
function largestOpenChain({ plan, placed, living }: View): string | undefined {
  if (plan.excessBytes === 0) return undefined;
  const gone = new Set(plan.drop.map(keyOf));
  const spare = new Map<string, number>();
  for (const row of placed) {
    if (row.lane !== 'dom' || !living.has(row.source) || gone.has(keyOf(row))) continue;
    const bytes = row.sequence === 0 ? -row.storedBytes : row.storedBytes;
    spare.set(row.source, (spare.get(row.source) ?? 0) + bytes);
  }
  const [largest] = [...spare].sort(([, a], [, b]) => b - a);
  return largest !== undefined && largest[1] > 0 ? largest[0] : undefined;
}

function keyOf({ source, lane, chain }: ChainKey): string {
  return `${source}/${lane}/${chain}`;
}
