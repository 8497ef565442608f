import type { Bundle } from '../shared/bundle/bundle.js';
import type { BundleProblem } from '../shared/bundle/errors.js';
import { openBundle } from '../shared/bundle/read.js';
import { fingerprint } from '../shared/crypto/keys.js';
import { openFileSource } from '../store/file-source.js';
import { momentText, sizeText, table, wallText } from './figures.js';
import { problemLine } from './problem-line.js';
import { terminalJson, terminalText } from './terminal-text.js';

interface LaneFigures {
  readonly lane: string;
  entries: number;
  events: number;
  bytes: number;
  storedBytes: number;
  startMs: number;
  endMs: number;
}

/** What a bundle says of itself: the shape of `inspect --json`. */
export interface Inspection {
  readonly format: number;
  readonly fileBytes: number;
  readonly isSalvaged: boolean;
  readonly session: Bundle['manifest']['session'];
  readonly createdMs: number;
  readonly range: Bundle['manifest']['range'];
  readonly description: string | undefined;
  /** Who the bundle says has made it; `verify` tells whether that is so. */
  readonly install: { readonly signingKey: string; readonly fingerprint: string } | undefined;
  readonly sources: readonly {
    readonly id: string;
    readonly kind: string;
    readonly window?: string;
    readonly title?: string;
    readonly anchors: number;
  }[];
  readonly lanes: readonly LaneFigures[];
  readonly problems: readonly BundleProblem[];
  readonly unknown: readonly string[];
}

/** Opens the file without reading its entries, also when its end is lost. Rejects with a BundleError. */
export async function inspectFile(path: string, isJson: boolean): Promise<string> {
  const source = await openFileSource(path);
  try {
    const inspection = inspect(await openBundle(source, { salvage: true }), source.size);
    return isJson ? terminalJson(inspection) : inspectionText(inspection);
  } finally {
    await source.close();
  }
}

function inspect({ manifest, problems, unknown, isSalvaged }: Bundle, fileBytes: number): Inspection {
  return {
    format: manifest.format,
    fileBytes,
    isSalvaged,
    session: manifest.session,
    createdMs: manifest.createdMs,
    range: manifest.range,
    description: manifest.description,
    install: installOf(manifest),
    sources: manifest.sources.map(({ id, kind, window, title, anchors }) => ({
      id,
      kind,
      ...(window === undefined ? {} : { window }),
      ...(title === undefined ? {} : { title }),
      anchors: anchors.length,
    })),
    lanes: laneFigures(manifest),
    problems,
    unknown,
  };
}

function installOf({ install }: Bundle['manifest']): Inspection['install'] {
  if (install === undefined) return undefined;
  return { signingKey: install.signingKey, fingerprint: fingerprint(install.signingKey) };
}

/** Lanes in the manifest's order, then those that only its entries name. */
function laneFigures(manifest: Bundle['manifest']): LaneFigures[] {
  const figures = new Map<string, LaneFigures>();
  for (const name of [...manifest.lanes, ...manifest.entries.map((entry) => entry.lane)]) {
    figures.set(name, {
      lane: name,
      entries: 0,
      events: 0,
      bytes: 0,
      storedBytes: 0,
      startMs: Infinity,
      endMs: -Infinity,
    });
  }
  for (const entry of manifest.entries) {
    const lane = figures.get(entry.lane);
    if (lane === undefined) continue;
    lane.entries++;
    lane.events += entry.events;
    lane.bytes += entry.bytes;
    lane.storedBytes += entry.storedBytes;
    lane.startMs = Math.min(lane.startMs, entry.startMs);
    lane.endMs = Math.max(lane.endMs, entry.endMs);
  }
  return [...figures.values()].filter(({ entries }) => entries > 0);
}

function inspectionText(inspection: Inspection): string {
  const { session, range, description, problems, unknown } = inspection;
  const { app, platform } = session;
  const machine = [platform.os, platform.arch, platform.runtime].filter((part) => part !== undefined).join(', ');
  return [
    `${terminalText(app.name)} ${terminalText(app.version)} on ${terminalText(machine)}`,
    `Session ${session.id}, began ${wallText(session.startedMs)}`,
    `Bundle of format ${inspection.format}, ${sizeText(inspection.fileBytes)}, made ${wallText(inspection.createdMs)}`,
    ...(inspection.install === undefined ? [] : [`By install ${inspection.install.fingerprint}, as it says`]),
    `Range ${momentText(range.startMs)} to ${momentText(range.endMs)} of the session`,
    ...(description === undefined ? [] : [`The customer wrote: ${terminalText(description, 2000)}`]),
    '',
    ...sourceLines(inspection),
    '',
    ...laneLines(inspection),
    ...(unknown.length === 0 ? [] : ['', `Not listed in the manifest, not read: ${unlistedText(unknown)}`]),
    '',
    ...(problems.length === 0
      ? ['No problems on opening. `fluxrec verify` reads every entry.']
      : problems.map(problemLine)),
  ].join('\n');
}

function sourceLines({ sources }: Inspection): string[] {
  if (sources.length === 0) return ['No sources.'];
  return [
    'Sources',
    ...sources.map(({ id, kind, title }) => `  ${id} (${kind})${title === undefined ? '' : ` ${terminalText(title)}`}`),
  ];
}

function laneLines({ lanes }: Inspection): string[] {
  if (lanes.length === 0) return ['No entries: nothing was recorded in this range.'];
  return table([
    ['Lane', 'entries', 'events', 'plain', 'stored', 'from', 'to'],
    ...lanes.map((lane) => [
      lane.lane,
      String(lane.entries),
      String(lane.events),
      sizeText(lane.bytes),
      sizeText(lane.storedBytes),
      momentText(lane.startMs),
      momentText(lane.endMs),
    ]),
  ]);
}

function unlistedText(unknown: readonly string[]): string {
  const shown = unknown.slice(0, 5).map((name) => terminalText(name, 80));
  return unknown.length > shown.length
    ? `${shown.join(', ')} and ${unknown.length - shown.length} more`
    : shown.join(', ');
}
