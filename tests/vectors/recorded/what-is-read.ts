// What a reader finds in a recorded bundle, all of it, as JSON: through the public entry alone, as another tool would.
import {
  bytesSource,
  domEventMonoMs,
  openBundle,
  toSessionMs,
  verifyBundle,
  type Bundle,
  type ManifestEntry,
} from '../../../src/shared/bundle/index.js';

/** Lanes whose events are listed one by one; of the others, which are too large for that, a hash of all there is. */
const LISTED: readonly string[] = ['log', 'network', 'error', 'action', 'recorder', 'live'];

/** Object keys sorted, so that it says what was read and not in which order a schema looks at it. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, inner]) => [key, canonical(inner)]));
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function contentOf(bundle: Bundle, entry: ManifestEntry): Promise<object> {
  if (entry.lane === 'screen') return { file: await hashOf(await bundle.readPlain(entry)) };
  const read = await (entry.lane === 'dom' ? bundle.readDomEvents(entry) : bundle.readLaneEvents(entry));
  const { events, badLines, unknownEvents } = read;
  const source = bundle.manifest.sources.find(({ id }) => id === entry.source);
  const sessionMs = events.map((event) => {
    const monoMs = 't' in event ? Number(event['t']) : source === undefined ? 0 : domEventMonoMs(source, event);
    return source === undefined ? undefined : toSessionMs(source, monoMs);
  });
  const counts = { badLines, unknownEvents, firstMs: sessionMs[0], lastMs: sessionMs.at(-1) };
  if (LISTED.includes(entry.lane)) return { ...counts, events };
  const text = JSON.stringify(events.map(canonical));
  return { ...counts, count: events.length, hash: await hashOf(new TextEncoder().encode(text)) };
}

/** JSON values only: what is undefined is left out, as it is in a file. */
export async function whatIsRead(bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
  const source = bytesSource(bytes);
  const bundle = await openBundle(source);
  const { entries, ...head } = bundle.manifest;
  const read = [];
  for (const entry of entries) read.push({ ...entry, content: await contentOf(bundle, entry) });
  const chains: string[] = [];
  for await (const { entry, error } of bundle.readChain(entries)) {
    if (error !== undefined) chains.push(`${entry.path}: ${error.code}`);
  }
  const all = {
    head,
    signature: await bundle.checkSignature(),
    problems: [...bundle.problems, ...(await verifyBundle(source))].map(({ code, path }) => ({ code, path })),
    inChains: chains,
    unknown: bundle.unknown,
    isSalvaged: bundle.isSalvaged,
    entries: read,
  };
  return JSON.parse(JSON.stringify(all)) as unknown;
}
