import type { ThumbnailEvent } from '../../shared/session/lane.js';
import type { ReportIndex, ReportSource, SegmentRef, SessionSource } from '../sources/session-source.js';
import { reportTimeReader } from '../sources/report-time.js';
import { indexAt } from './at-moment.js';
import { mergeSorted } from './merge.js';
import { MAX_LINES_PER_SEGMENT } from './items.js';
import { nearestFirst, yieldToPage } from './order-of-work.js';

/** A small picture of the screen, placed on report time. */
export interface FilmPicture {
  readonly key: number;
  readonly ms: number;
  readonly source: string;
  readonly width: number;
  readonly height: number;
  /** A data URL. The reader has made sure that it is nothing but base64. */
  readonly url: string;
}

/** Pictures of a report that are kept, as text: two hours of them. Of a longer report every second or tenth minute has some. */
const BUDGET_BYTES = 24 * 1024 * 1024;

/** The film strip of a report, read piece by piece; `pictures` grows in place. */
export class Film {
  readonly pictures: FilmPicture[] = [];
  readonly #source: Pick<SessionSource, 'readEvents'>;
  readonly #segments: readonly SegmentRef[];
  readonly #sources: ReadonlyMap<string, ReportSource>;

  constructor(source: Pick<SessionSource, 'readEvents'>, index: ReportIndex) {
    this.#source = source;
    this.#segments = withinBudget(index.lanes.get('thumbnail') ?? []);
    this.#sources = new Map(index.sources.map((one) => [one.key, one]));
  }

  get isEmpty(): boolean {
    return this.#segments.length === 0;
  }

  /** Reads all, what lies around a moment first. A piece that cannot be read is left out. Rejects when aborted. */
  async load(aroundMs: number, onMore: () => void, signal: AbortSignal): Promise<void> {
    for (const segment of nearestFirst(this.#segments, aroundMs)) {
      try {
        const { events } = await this.#source.readEvents(segment, signal);
        mergeSorted(this.pictures, this.#place(segment, events));
      } catch {
        signal.throwIfAborted();
        continue; // The film strip has a gap there; the entry itself is among the report's problems.
      }
      onMore();
      await yieldToPage();
      signal.throwIfAborted();
    }
  }

  #place(segment: SegmentRef, events: readonly { readonly type: string }[]): FilmPicture[] {
    const source = this.#sources.get(segment.source);
    const toMs = source === undefined ? (monoMs: number) => monoMs : reportTimeReader(source);
    return events
      .filter((event): event is ThumbnailEvent => event.type === 'thumbnail')
      .map(({ t, width, height, webp }, line) => ({
        key: segment.ordinal * MAX_LINES_PER_SEGMENT + line,
        ms: toMs(t),
        source: segment.source,
        width,
        height,
        url: `data:image/webp;base64,${webp}`,
      }));
  }
}

function withinBudget(segments: readonly SegmentRef[]): readonly SegmentRef[] {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const step = Math.ceil(bytes / BUDGET_BYTES);
  return step <= 1 ? segments : segments.filter((_, index) => index % step === 0);
}

/** A picture further back than this says little of a moment. */
const NEAR_MS = 60_000;

/** What there was to see at a moment, as far as the pictures tell. */
export function pictureAt(pictures: readonly FilmPicture[], ms: number): FilmPicture | undefined {
  const picture = pictures[indexAt(pictures, ms)] ?? pictures[0];
  return picture !== undefined && Math.abs(picture.ms - ms) <= NEAR_MS ? picture : undefined;
}

/** A picture in its place on the strip. */
export interface FilmSlot {
  readonly picture: FilmPicture;
  /** Share of the strip's width, 0 to 1, of its left edge. */
  readonly at: number;
}

/** One picture for each slot of a view that has any: the first one in it. */
export function filmSlots(
  pictures: readonly FilmPicture[],
  view: { readonly startMs: number; readonly endMs: number },
  slots: number,
): FilmSlot[] {
  const found: FilmSlot[] = [];
  const lengthMs = view.endMs - view.startMs;
  let last = -1;
  for (let index = Math.max(0, indexAt(pictures, view.startMs)); index < pictures.length; index++) {
    const picture = pictures[index];
    if (picture === undefined || picture.ms > view.endMs) break;
    const slot = Math.floor(((picture.ms - view.startMs) / lengthMs) * slots);
    if (slot < 0 || slot >= slots || slot === last) continue;
    last = slot;
    found.push({ picture, at: slot / slots });
  }
  return found;
}
