import { HAND_OVER_CHUNK_BYTES } from '../../shared/constants.js';
import { selectRows, toChains } from '../../shared/session/chains.js';
import type { Anchor } from '../../shared/session/clock.js';
import type { Lane } from '../../shared/session/lane.js';
import type { Segment } from '../../shared/session/segment.js';
import type { Now } from './keeper.js';
import type { Stretch } from './messages.js';
import type { RingStore } from './ring-store.js';
import { concat } from './concat.js';
import { Placing } from './source-clock.js';

/** What the contract allows in one request. */
const MAX_SEGMENTS = 2000;

export type Give = (segments: Segment[], stored: Uint8Array<ArrayBuffer>) => Promise<void>;

export interface OwnSource {
  readonly session: string;
  readonly source: string;
  readonly anchors: readonly Anchor[];
}

/** The rows of this source and of those that it speaks for which a stretch of the session needs. */
export async function rowsFor(
  store: RingStore,
  { startMs, endMs, lanes }: Stretch & { readonly lanes?: readonly Lane[] | undefined },
  own: OwnSource,
  dead: readonly string[],
  now: Now,
): Promise<Segment[]> {
  const sources = [own.source, ...dead];
  const segments = (await Promise.all(sources.map((source) => store.segments(source)))).flat();
  // The store may not have the latest anchors of this source yet.
  const placing = new Placing(own.session, [...(await store.sources()), own], now);
  const lastDom = segments
    .filter(({ source, lane }) => source === own.source && lane === 'dom')
    .reduce((last, { chain }) => Math.max(last, chain), -1);
  const chains = toChains(
    segments.map((segment) => placing.place(segment)),
    (source, lane, chain) => source === own.source && lane === 'dom' && chain === lastDom,
  );
  const wanted = lanes === undefined ? chains : chains.filter(({ lane }) => lanes.includes(lane));
  return selectRows(wanted, startMs, endMs).map(({ segment }) => segment);
}

/** Reads rows one by one and gives them in chunks, the next when the last one was taken: never the whole ring in memory. */
export async function giveRows(rows: readonly Segment[], payload: RingStore['payload'], give: Give): Promise<void> {
  let segments: Segment[] = [];
  let stored: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (segments.length === 0) return;
    const chunk = concat(stored);
    // A single row is handed on as it was read; what is given away is transferred and must not be the store's own copy.
    const bytes = stored.length === 1 ? chunk.slice() : chunk;
    const given = segments;
    segments = [];
    stored = [];
    size = 0;
    await give(given, bytes);
  };
  let brokenChain = '';
  for (const segment of rows) {
    const chain = `${segment.source}/${segment.lane}/${segment.chain}`;
    if (chain === brokenChain) continue;
    const bytes = await payload(segment);
    if (bytes?.byteLength !== segment.storedBytes) {
      // Retention was faster, or its file is damaged: what builds on it is of no use.
      brokenChain = chain;
      continue;
    }
    if (size + bytes.byteLength > HAND_OVER_CHUNK_BYTES || segments.length === MAX_SEGMENTS) await flush();
    segments.push(segment);
    stored.push(bytes);
    size += bytes.byteLength;
  }
  await flush();
}
