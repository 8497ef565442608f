// Values of a log line, made JSON and bounded. They come from code that we do not know: a getter is never run, a proxy that
// throws costs its own value, and nothing is read without a limit.

export interface SerializeLimits {
  readonly depth: number;
  /** Keys of an object, items of a list, that are shown. */
  readonly keys: number;
  readonly stringLength: number;
  /** Characters of all strings and keys of one value together. */
  readonly total: number;
}

export const SERIALIZE_LIMITS: SerializeLimits = { depth: 6, keys: 100, stringLength: 10_000, total: 100_000 };

/** Says what an object is that only its environment can know (a DOM node); undefined for all others. */
export type Describe = (value: object) => string | undefined;

const TypedArray = Object.getPrototypeOf(Uint8Array) as abstract new () => { readonly length: number };

interface Walk {
  readonly limits: SerializeLimits;
  readonly describe: Describe | undefined;
  /** The objects that hold the one at hand: one of them again is a cycle. */
  readonly path: object[];
  left: number;
}

/** JSON of any value: `undefined`, functions, symbols, bigints, errors, maps, sets, dates, binary data in words. Never throws. */
export function serializeValue(value: unknown, describe?: Describe, limits = SERIALIZE_LIMITS): unknown {
  return walk(value, { limits, describe, path: [], left: limits.total });
}

function walk(value: unknown, state: Walk): unknown {
  switch (typeof value) {
    case 'string':
      return clip(value, state);
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : String(Object.is(value, -0) ? '-0' : value);
    case 'boolean':
      return value;
    case 'bigint':
      return clip(`${value.toString()}n`, state);
    case 'undefined':
      return 'undefined';
    case 'symbol':
      return clip(value.toString(), state);
    case 'function':
      return clip(`function ${safely(() => ownText(value, 'name')) ?? ''}()`, state);
    case 'object':
      return value === null ? null : walkObject(value, state);
  }
}

function walkObject(value: object, state: Walk): unknown {
  if (state.path.includes(value)) return '[circular]';
  try {
    const described = state.describe?.(value);
    if (described !== undefined) return clip(described, state);
    if (state.path.length >= state.limits.depth || state.left <= 0) return `[${nameOf(value)}]`;
    state.path.push(value);
    try {
      return walkKnown(value, state) ?? walkFields(value, state);
    } finally {
      state.path.pop();
    }
  } catch {
    return '[unreadable]'; // A proxy, or an exotic object, that throws when it is looked at.
  }
}

/** The kinds that say more than their fields do. Their methods are called on the prototype we know, not on theirs. */
function walkKnown(value: object, state: Walk): unknown {
  if (Array.isArray(value)) return walkList(value, state);
  if (value instanceof Error) return walkError(value, state);
  if (value instanceof Date) return safely(() => Date.prototype.toISOString.call(value)) ?? 'Invalid Date';
  if (value instanceof RegExp) return clip(RegExp.prototype.toString.call(value), state);
  if (value instanceof Map) return { [`Map(${value.size})`]: walkPairs(value, state) };
  if (value instanceof Set)
    return { [`Set(${value.size})`]: walkIterable(Set.prototype.values.call(value), value.size, state) };
  if (value instanceof TypedArray) return `${nameOf(value)}(${value.length})`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${value.byteLength})`;
  if (value instanceof DataView) return `DataView(${value.byteLength})`;
  if (value instanceof Promise) return 'Promise';
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) return nameOf(value);
  if (value instanceof String || value instanceof Number || value instanceof Boolean)
    return walk(value.valueOf(), state);
  return undefined;
}

function walkList(list: readonly unknown[], state: Walk): unknown[] {
  const items: unknown[] = [];
  const shown = Math.min(list.length, state.limits.keys);
  for (let index = 0; index < shown && state.left > 0; index++) {
    items.push(walk(ownValue(list, String(index)), state));
  }
  if (items.length < list.length) items.push(`… ${list.length - items.length} more`);
  return items;
}

function walkIterable(items: Iterable<unknown>, size: number, state: Walk): unknown[] {
  const shown: unknown[] = [];
  for (const item of items) {
    if (shown.length >= state.limits.keys || state.left <= 0) break;
    shown.push(walk(item, state));
  }
  if (shown.length < size) shown.push(`… ${size - shown.length} more`);
  return shown;
}

function walkPairs(map: ReadonlyMap<unknown, unknown>, state: Walk): unknown[] {
  const pairs: unknown[] = [];
  for (const [key, item] of Map.prototype.entries.call(map)) {
    if (pairs.length >= state.limits.keys || state.left <= 0) break;
    pairs.push([walk(key, state), walk(item, state)]);
  }
  if (pairs.length < map.size) pairs.push(`… ${map.size - pairs.length} more`);
  return pairs;
}

function walkError(error: Error, state: Walk): Record<string, unknown> {
  const out: Record<string, unknown> = { name: nameOf(error) };
  // `message`, `stack`, `cause` are data properties of real errors; V8's stack is an accessor of its own that runs no code of the page.
  if (Object.hasOwn(error, 'message')) out['message'] = clip(ownText(error, 'message'), state);
  const stack = safely(() => error.stack);
  if (typeof stack === 'string') out['stack'] = clip(stack, state);
  if (Object.hasOwn(error, 'cause')) out['cause'] = walk(ownValue(error, 'cause'), state);
  const inner = ownValue(error, 'errors');
  if (Array.isArray(inner)) out['errors'] = walkList(inner, state);
  return Object.assign(out, walkFields(error, state, new Set(['message', 'stack', 'cause', 'errors', 'name'])));
}

function walkFields(value: object, state: Walk, except?: ReadonlySet<string>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const name = nameOf(value);
  if (except === undefined && name !== 'Object') out['(class)'] = name;
  let shown = 0;
  let more = 0;
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol' || except?.has(key) === true) continue;
    const property = Reflect.getOwnPropertyDescriptor(value, key);
    if (property?.enumerable !== true) continue;
    if (shown >= state.limits.keys || state.left <= 0) {
      more++;
      continue;
    }
    shown++;
    const field = clip(key, state);
    // Not through assignment: "__proto__" is a key like any other.
    Object.defineProperty(out, field, {
      value: 'value' in property ? walk(property.value, state) : '[getter]',
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  if (more > 0) out['…'] = `${more} more`;
  return out;
}

function ownValue(value: object, key: string): unknown {
  const property = Reflect.getOwnPropertyDescriptor(value, key);
  if (property === undefined) return undefined;
  return 'value' in property ? property.value : '[getter]';
}

function ownText(value: object, key: string): string {
  const text = ownValue(value, key);
  return typeof text === 'string' ? text : '';
}

/** The name of an object's class, found without running its code. */
export function nameOf(value: object): string {
  for (
    let prototype = safely(() => Reflect.getPrototypeOf(value)), step = 0;
    prototype !== null && prototype !== undefined && step < 10;
    prototype = Reflect.getPrototypeOf(prototype), step++
  ) {
    const made = ownValue(prototype, 'constructor');
    const name = typeof made === 'function' ? ownValue(made, 'name') : undefined;
    if (typeof name === 'string' && name !== '') return name.slice(0, 100);
  }
  return 'Object';
}

function clip(text: string, state: Walk): string {
  const room = Math.max(0, Math.min(state.limits.stringLength, state.left));
  state.left -= Math.min(text.length, room);
  return text.length <= room ? text : `${text.slice(0, room)}… (${text.length} characters)`;
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // The value is hostile or broken: it is shown without this part.
  }
}
