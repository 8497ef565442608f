import { inflateRawSync } from 'node:zlib';
import * as v from 'valibot';
import { stretchWords } from '../../../../shared/commands/words.js';
import { logEventSchema, LOG_LEVELS, type LogEvent, type LogLevel } from '../../../../shared/session/lane.js';
import type { SealedSegment, Segment } from '../../../../shared/session/segment.js';
import { defineCommand, type Command } from '../command.js';
import { readLogFile, type LogFile, type LogFilter } from './log-file.js';

/** What the command reads of the host's lanes. */
export interface LogSource {
  seal(): Segment[];
  read(segment: Segment): SealedSegment | undefined;
}

export interface LogsOptions {
  readonly lanes: LogSource;
  /** Files that the app's own logger writes. */
  readonly files: readonly LogFile[];
}

const MAX_LINES = 5000;
const RECORDED = 'recorded';
const LEVEL_WORDS: Readonly<Record<'all' | 'info' | 'warn' | 'error', string>> = {
  all: 'Everything',
  info: 'Notes, warnings and errors',
  warn: 'Warnings and errors',
  error: 'Errors only',
};
/** Which levels each choice lets through. */
const LEVELS: Readonly<Record<string, readonly LogLevel[]>> = {
  all: LOG_LEVELS,
  info: ['info', 'log', 'warn', 'error'],
  warn: ['warn', 'error'],
  error: ['error'],
};

export function logsCommand({ lanes, files }: LogsOptions): Command {
  const nameOf = (source: string): string => files.find(({ name }) => name === source)?.name ?? 'the app’s own process';
  return defineCommand({
    name: 'logs',
    title: 'Read the app’s log',
    summary: 'Sends lines of the log of the app’s own process, by time, level and number.',
    parameters: {
      source: {
        type: 'choice',
        label: 'Log',
        options: [
          { value: RECORDED, label: 'What the app’s own process said' },
          ...files.map(({ name }) => ({ value: name, label: name })),
        ],
        default: RECORDED,
      },
      since: { type: 'instant', label: 'Since' },
      until: { type: 'instant', label: 'Until' },
      level: {
        type: 'choice',
        label: 'Level',
        options: Object.entries(LEVEL_WORDS).map(([value, label]) => ({ value, label })),
        default: 'all',
      },
      limit: {
        type: 'number',
        label: 'At most',
        unit: 'lines',
        hint: 'The newest of those that fit.',
        min: 1,
        max: MAX_LINES,
        isInteger: true,
        default: 500,
      },
    },
    timeLimitMs: 60_000,
    effect({ source, since, until, level, limit }) {
      const what = { all: 'lines', info: 'notes, warnings and errors', warn: 'warnings and errors', error: 'errors' };
      const kind = what[level as keyof typeof what];
      const when = stretchWords(since, until);
      return [
        `Sends up to ${limit} ${kind} from the log of ${nameOf(source)}${when === '' ? '' : ` ${when}`} to support.`,
        'Passwords and keys that can be recognised are taken out. Nothing on this computer is changed.',
      ];
    },
    async run({ source, since, until, level, limit }, { signal, write }) {
      const filter = { sinceMs: since, untilMs: until, levels: LEVELS[level] ?? LOG_LEVELS, limit };
      const file = files.find(({ name }) => name === source);
      const lines = file === undefined ? recordedLines(lanes, filter) : await readLogFile(file, filter, signal);
      for (const line of lines) {
        signal.throwIfAborted();
        write(line);
      }
      return { summary: lines.length === 1 ? '1 line' : `${lines.length} lines` };
    },
  });
}

/** The newest lines of the log lane that fit, oldest first. */
export function recordedLines(lanes: LogSource, filter: LogFilter): string[] {
  const { sinceMs = -Infinity, untilMs = Infinity, levels, limit } = filter;
  const segments = lanes
    .seal()
    .filter(({ lane, startWallMs, endWallMs }) => lane === 'log' && startWallMs <= untilMs && endWallMs >= sinceMs)
    .sort((a, b) => b.startWallMs - a.startWallMs);
  const found: { readonly atMs: number; readonly event: LogEvent }[] = [];
  for (const segment of segments) {
    if (found.length >= limit) break;
    const row = lanes.read(segment);
    if (row === undefined) continue;
    const originMs = segment.startWallMs - segment.startMonoMs;
    found.push(
      ...eventsOf(row)
        .map((event) => ({ atMs: originMs + event.t, event }))
        .filter(({ atMs, event }) => atMs >= sinceMs && atMs <= untilMs && levels.includes(event.level)),
    );
  }
  return found
    .sort((a, b) => a.atMs - b.atMs)
    .slice(-limit)
    .map(({ atMs, event }) => lineOf(atMs, event));
}

function eventsOf({ segment, stored }: SealedSegment): LogEvent[] {
  let text: string;
  try {
    text = inflateRawSync(stored, { maxOutputLength: Math.max(1, segment.bytes) }).toString('utf8');
  } catch {
    return []; // A damaged row costs itself.
  }
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    const parsed = v.safeParse(logEventSchema, JSON.parse(line));
    return parsed.success ? [parsed.output] : [];
  });
}

function lineOf(atMs: number, event: LogEvent): string {
  const again = event.count === undefined ? '' : ` (${event.count} times)`;
  const args = event.args === undefined ? '' : ` ${event.args.map((value) => JSON.stringify(value)).join(' ')}`;
  const stack = event.stack === undefined ? '' : `\n${event.stack}`;
  return `${new Date(atMs).toISOString()} ${event.level.toUpperCase().padEnd(5)} ${event.logger}: ${event.message}${args}${again}${stack}`;
}
