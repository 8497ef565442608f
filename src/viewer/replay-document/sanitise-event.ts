import * as v from 'valibot';
import type { DomEvent } from '../../shared/session/lane.js';
import { MAX_SELECTED_OPTIONS } from '../../shared/session/selected-options.js';
import { ADOPTED_STYLE_SHEET, FULL_SNAPSHOT, INCREMENTAL, META, MUTATION } from '../../shared/session/rrweb-numbers.js';
import { adaptCss } from './adapt-css.js';
import { sanitiseCss, sanitiseSheet } from './sanitise-css.js';
import { sanitiseMutation } from './sanitise-mutation.js';
import { NodeSanitiser } from './sanitise-node.js';

/** The least and the most that a recorded viewport may be, CSS px: the replay frame is made of this size. */
const MAX_VIEWPORT_PX = 16_384;

const number = v.pipe(v.number(), v.finite());
const id = v.pipe(v.number(), v.safeInteger());
const viewport = v.pipe(
  v.number(),
  v.finite(),
  v.transform((px) => Math.min(Math.max(Math.round(px), 1), MAX_VIEWPORT_PX)),
);
const css = v.pipe(v.string(), v.transform(sanitiseCss));
/** What a script gave to a style sheet: rrweb's replayer takes it as it is. */
const sheet = v.pipe(v.string(), v.transform(sanitiseSheet), v.transform(adaptCss));

const positions = v.object({
  positions: v.pipe(v.array(v.object({ x: number, y: number, id, timeOffset: number })), v.minLength(1)),
});
const nested = v.union([v.number(), v.array(v.number())]);
const selectedOptions = v.pipe(
  v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  v.maxLength(MAX_SELECTED_OPTIONS),
);
const ruleChanges = {
  adds: v.optional(v.array(v.object({ rule: sheet, index: v.optional(nested) }))),
  removes: v.optional(v.array(v.object({ index: nested }))),
};

/**
 * rrweb's IncrementalSource: what each must be for the replayer to apply it. A source that is not here is left out: canvas
 * (never replayed), media (their sources are not recorded), fonts by address, the console (ours is the log lane).
 */
const SOURCES: Readonly<Record<number, v.GenericSchema<unknown, object>>> = {
  1: positions,
  2: v.object({
    type: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10)),
    id,
    x: v.optional(number),
    y: v.optional(number),
    pointerType: v.optional(number),
  }),
  3: v.object({ id, x: number, y: number }),
  4: v.object({ width: viewport, height: viewport }),
  5: v.object({
    id,
    text: v.string(),
    isChecked: v.optional(v.boolean(), false),
    /** Of our recorder, not of rrweb. */
    selected: v.fallback(v.optional(selectedOptions), undefined),
  }),
  6: positions,
  8: v.object({
    id: v.optional(id),
    styleId: v.optional(id),
    ...ruleChanges,
    replace: v.optional(sheet),
    replaceSync: v.optional(sheet),
  }),
  12: positions,
  13: v.object({
    id: v.optional(id),
    styleId: v.optional(id),
    index: v.array(v.number()),
    set: v.optional(v.object({ property: v.string(), value: v.nullable(css), priority: v.optional(v.string()) })),
    remove: v.optional(v.object({ property: v.string() })),
  }),
  14: v.object({ ranges: v.array(v.object({ start: id, startOffset: number, end: id, endOffset: number })) }),
  15: v.object({
    id,
    styleIds: v.array(id),
    styles: v.optional(
      v.array(v.object({ styleId: id, rules: v.array(v.object({ rule: sheet, index: v.optional(nested) })) })),
    ),
  }),
};
const COMMENT = 5;

const metaSchema = v.object({
  width: viewport,
  height: viewport,
  /** Of our recorder, not of rrweb. */
  colorScheme: v.fallback(v.optional(v.picklist(['light', 'dark'])), undefined),
});
const offsetSchema = v.fallback(v.object({ left: number, top: number }), { left: 0, top: 0 });
/** An event that the replayer may be given. */
export interface SafeEvent {
  readonly type: number;
  readonly data: object;
  timestamp: number;
}

/** Goes through one chain's events in their order and answers each as it may be replayed, or undefined. */
export class EventSanitiser {
  readonly #nodes = new NodeSanitiser();

  /** What must come before an event that was sanitised: the empty shadow root whose style sheets it tells. */
  before({ type, data, timestamp }: SafeEvent): SafeEvent | undefined {
    const { source, id } = data as { source?: unknown; id?: unknown };
    if (type !== INCREMENTAL || source !== ADOPTED_STYLE_SHEET || typeof id !== 'number') return undefined;
    if (!this.#nodes.needsShadow(id)) return undefined;
    // An id that no recording reaches, and that is the host's alone.
    const node = { type: COMMENT, id: Number.MAX_SAFE_INTEGER - id, textContent: '', isShadow: true as const };
    const adds = [{ parentId: id, nextId: null, node }];
    return { type: INCREMENTAL, data: { source: MUTATION, texts: [], attributes: [], removes: [], adds }, timestamp };
  }

  sanitise(event: DomEvent): SafeEvent | undefined {
    const data = this.#data(event);
    if (data === undefined) return undefined;
    return { type: event.type, data, timestamp: event.timestamp + startOfPath(data) };
  }

  #data({ type, data }: DomEvent): object | undefined {
    switch (type) {
      case META:
        return parsed(metaSchema, data);
      case FULL_SNAPSHOT: {
        const node = this.#nodes.root(data['node']);
        return node && { node, initialOffset: v.parse(offsetSchema, data['initialOffset']) };
      }
      case INCREMENTAL:
        return data['source'] === MUTATION ? sanitiseMutation(this.#nodes, data) : incremental(data);
      default:
        return undefined;
    }
  }
}

/**
 * Moves the start of a pointer's path to 0 and answers where it was. rrweb dates a path by its end; its replayer takes the
 * start for the time up to which all has been played, and would play what lies between a second time.
 */
function startOfPath(data: object): number {
  const [first, ...rest] = 'positions' in data ? (data.positions as { timeOffset: number }[]) : [];
  if (first === undefined) return 0;
  const startMs = first.timeOffset;
  for (const position of [first, ...rest]) position.timeOffset -= startMs;
  return startMs;
}

function incremental(data: Record<string, unknown>): object | undefined {
  const { source } = data;
  const schema = typeof source === 'number' && Object.hasOwn(SOURCES, source) ? SOURCES[source] : undefined;
  const safe = schema && parsed(schema, data);
  return safe && { source, ...safe };
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, data: object): T | undefined {
  const result = v.safeParse(schema, data, { abortEarly: true });
  return result.success ? result.output : undefined;
}
