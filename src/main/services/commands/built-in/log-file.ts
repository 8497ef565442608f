import { open } from 'node:fs/promises';
import { FluxionError } from '../../../../shared/errors.js';
import type { LogLevel } from '../../../../shared/session/lane.js';

export interface LogFilter {
  /** Unix ms. */
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly levels: readonly LogLevel[];
  /** The newest so many. */
  readonly limit: number;
}

export interface LogFile {
  /** What people call it: `sync.log`. */
  readonly name: string;
  readonly path: string;
}

/** From the end of the file: at 100 bytes a line, 80,000 lines. */
const TAIL_BYTES = 8 * 1024 * 1024;
/** A time stands near the start of a line, if anywhere. */
const HEAD_LENGTH = 120;
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/;
const LEVEL = /\b(trace|verbose|debug|info|notice|log|warn(?:ing)?|err(?:or)?|fatal|crit(?:ical)?)\b/i;

/**
 * The newest lines of a text log that fit, oldest first. A line without a time or level of its own (a stack, for instance) goes with
 * the line before it; what has no time at all is there only where no time was asked for.
 */
export async function readLogFile(file: LogFile, filter: LogFilter, signal: AbortSignal): Promise<string[]> {
  const text = await readTail(file);
  signal.throwIfAborted();
  const { sinceMs = -Infinity, untilMs = Infinity, levels, limit } = filter;
  const isTimed = filter.sinceMs !== undefined || filter.untilMs !== undefined;
  const found: string[] = [];
  let atMs: number | undefined;
  let level: LogLevel | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const head = line.slice(0, HEAD_LENGTH);
    const time = TIME.exec(head)?.[0];
    if (time !== undefined) atMs = timeOf(time) ?? atMs;
    const said = LEVEL.exec(head)?.[1];
    // A line with a time begins something new, whose level is its own.
    if (said !== undefined || time !== undefined) level = said === undefined ? undefined : levelOf(said);
    if (isTimed && (atMs === undefined || atMs < sinceMs || atMs > untilMs)) continue;
    if (level === undefined || levels.includes(level)) found.push(line);
  }
  return found.slice(-limit);
}

async function readTail({ path }: LogFile): Promise<string> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const offset = Math.max(0, size - TAIL_BYTES);
      const bytes = Buffer.alloc(size - offset);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
      const text = bytes.subarray(0, bytesRead).toString('utf8');
      // Begun in the middle of a line.
      return offset === 0 ? text : text.slice(text.indexOf('\n') + 1);
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Where it lies is the customer's own business.
    throw new FluxionError('log-unreadable', 'This log is not there or cannot be read.', { cause: error });
  }
}

/** Without a zone it is this machine's. */
function timeOf(text: string): number | undefined {
  const ms = Date.parse(text.replace(' ', 'T').replace(',', '.'));
  return Number.isNaN(ms) ? undefined : ms;
}

function levelOf(word: string): LogLevel {
  const name = word.toLowerCase();
  if (/^(err|fatal|crit)/.test(name)) return 'error';
  if (name.startsWith('warn')) return 'warn';
  return name === 'info' || name === 'notice' || name === 'log' ? 'info' : 'debug';
}
