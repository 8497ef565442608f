import * as v from 'valibot';
import {
  conversationEntrySchema,
  reportHeadSchema,
  type ConversationEntry,
  type Part,
} from '../../shared/report/report.js';
import type { ObjectStore } from '../../store/object-store.js';
import { objectSource } from '../../store/object-source.js';
import { MAX_CONVERSATION_OBJECT_BYTES, MAX_DIGEST_BYTES, MAX_JSON_BODY_BYTES } from '../limits.js';
import { digestSchema, readDigest, type Digest } from './digest.js';
import { digestKey, headKey, parseKey, partKey, REPORTS } from './layout.js';
import { ReportState } from './state.js';

/** Reports read at one time while the index is built: disks answer several requests faster than one after the other. */
const LOADS_AT_ONCE = 16;

export interface Loaded {
  readonly states: readonly ReportState[];
  /** Objects that could not be understood; the desk goes on without them. */
  readonly skipped: number;
}

/** Folds the whole store into states: what an index that is lost, or not trusted, is made from. */
export async function loadReports(store: ObjectStore): Promise<Loaded> {
  const states: ReportState[] = [];
  let skipped = 0;
  // One iterator that all take from. Each lists its own report: to list the store first would be one call after the other.
  const waiting = (await store.folders(REPORTS)).values();
  const work = async (): Promise<void> => {
    for (const folder of waiting) {
      const keys: string[] = [];
      for await (const key of store.keys(folder)) keys.push(key);
      const report = parseKey(keys[0] ?? '')?.report;
      if (report === undefined) continue;
      const loaded = await loadReport(store, report, keys);
      skipped += loaded.skipped;
      if (loaded.state !== undefined) states.push(loaded.state);
    }
  };
  await Promise.all(Array.from({ length: LOADS_AT_ONCE }, work));
  return { states, skipped };
}

async function loadReport(
  store: ObjectStore,
  report: string,
  keys: readonly string[],
): Promise<{ state: ReportState | undefined; skipped: number }> {
  const head = await readObject(store, headKey(report), reportHeadSchema, MAX_JSON_BODY_BYTES);
  if (head?.id !== report) return { state: undefined, skipped: 1 };
  const state = new ReportState(head);
  const { entries, skipped: unreadable } = await readConversation(store, keys);
  let skipped = unreadable;
  for (const entry of entries) {
    if (entry.type === 'part') {
      const digest = await loadDigest(store, report, entry.part);
      if (digest === undefined) {
        // The part itself is lost or damaged: it cannot be shown, so it does not count.
        skipped += 1;
        continue;
      }
      state.digest(digest);
    }
    state.apply(entry);
  }
  return { state, skipped };
}

export interface Conversation {
  readonly entries: readonly ConversationEntry[];
  /** How many could not be understood. */
  readonly skipped: number;
  /** False where more follows. */
  readonly isWhole: boolean;
}

/** The entries of a conversation among these keys, in their order, until there are about `maxLength` characters of them. */
export async function readConversation(
  store: ObjectStore,
  keys: readonly string[],
  maxLength = Infinity,
): Promise<Conversation> {
  const entries = new Map<string, ConversationEntry>();
  let [skipped, length] = [0, 0];
  for (const key of keys) {
    if (parseKey(key)?.rest.startsWith('conversation/') !== true) continue;
    if (length >= maxLength) return { entries: [...entries.values()], skipped, isWhole: false };
    const entry = await readObject(store, key, conversationEntrySchema, MAX_CONVERSATION_OBJECT_BYTES);
    if (entry === undefined) skipped += 1;
    else if (!entries.has(entry.id)) {
      entries.set(entry.id, entry);
      if (maxLength < Infinity) length += JSON.stringify(entry).length;
    }
  }
  return { entries: [...entries.values()], skipped, isWhole: true };
}

async function loadDigest(store: ObjectStore, report: string, part: Part): Promise<Digest | undefined> {
  const key = partKey(report, part.number);
  if ((await store.head(key))?.bytes !== part.bytes) return undefined;
  const digest = await readObject(store, digestKey(report, part.number), digestSchema, MAX_DIGEST_BYTES);
  if (digest?.part.sha256 === part.sha256) return digest;
  try {
    const made = await readDigest(objectSource(store, key, part.bytes), part);
    await store.put(digestKey(report, part.number), Buffer.from(JSON.stringify(made)));
    return made;
  } catch {
    return undefined; // It was verified when it came: the disk has damaged it since.
  }
}

/** An object of the store, parsed; undefined where it is missing, too large, no JSON or of another shape. */
async function readObject<S extends v.GenericSchema>(
  store: ObjectStore,
  key: string,
  schema: S,
  maxBytes: number,
): Promise<v.InferOutput<S> | undefined> {
  try {
    const bytes = await store.get(key, maxBytes);
    const parsed = v.safeParse(schema, bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // Counted by the caller: one bad object must not cost the others.
  }
}
