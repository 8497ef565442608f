import { openBundle } from '../shared/bundle/read.js';
import type { ByteSource } from '../shared/bundle/byte-source.js';
import { verifyBundle } from '../shared/bundle/verify.js';
import { isLineLane } from '../shared/session/lane.js';
import { fingerprint } from '../shared/crypto/keys.js';
import { openFileSource } from '../store/file-source.js';
import { sizeText } from './figures.js';
import { problemLine } from './problem-line.js';
import { terminalText } from './terminal-text.js';

export interface Verdict {
  readonly isGood: boolean;
  readonly lines: readonly string[];
}

/** Reads everything. Bad lines in an entry that is what was sealed are told, and are no problem of the file. */
export async function verifyFile(path: string): Promise<Verdict> {
  const source = await openFileSource(path);
  try {
    const problems = await verifyBundle(source);
    if (problems.length > 0) return { isGood: false, lines: problems.map(problemLine) };
    return { isGood: true, lines: await goodLines(source) };
  } finally {
    await source.close();
  }
}

async function goodLines(source: ByteSource): Promise<string[]> {
  const bundle = await openBundle(source);
  const { entries } = bundle.manifest;
  const lines: string[] = [];
  for (const entry of entries) {
    const isOurs = entry.lane === 'thumbnail' || isLineLane(entry.lane);
    if (entry.lane !== 'dom' && !isOurs) continue;
    const { events, badLines, unknownEvents } = await (isOurs
      ? bundle.readLaneEvents(entry)
      : bundle.readDomEvents(entry));
    if (badLines === 0) continue;
    const total = events.length + badLines + unknownEvents;
    lines.push(
      `note ${terminalText(entry.path)}: ${badLines} of ${total} lines cannot be read; they were recorded like that.`,
    );
  }
  const count = entries.length === 1 ? '1 entry' : `${entries.length} entries`;
  const signature = await bundle.checkSignature();
  const signed =
    signature.status === 'good'
      ? `Signed by install ${fingerprint(signature.signingKey)}.`
      : 'Not signed: nobody says who made it.';
  return [...lines, `Good: ${count}, ${sizeText(source.size)}. ${signed}`];
}
