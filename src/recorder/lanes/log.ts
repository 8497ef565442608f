import { formatLog } from '../../shared/session/format-log.js';
import type { LogEvent, LogLevel } from '../../shared/session/lane.js';
import { LinesPerSecond } from '../../shared/session/lines-per-second.js';
import { replaceFunction } from '../page.js';
import { locationOf, stackAbove, type CodeLocation } from './call-site.js';
import { describeNode } from './describe-node.js';
import type { Lane, LaneContext } from './lane.js';

type ConsoleMethod =
  | 'debug'
  | 'info'
  | 'log'
  | 'warn'
  | 'error'
  | 'assert'
  | 'dir'
  | 'dirxml'
  | 'group'
  | 'groupCollapsed'
  | 'table'
  | 'trace';

const LEVELS: Readonly<Record<ConsoleMethod, LogLevel>> = {
  debug: 'debug',
  info: 'info',
  log: 'log',
  warn: 'warn',
  error: 'error',
  assert: 'error',
  dir: 'log',
  dirxml: 'log',
  group: 'log',
  groupCollapsed: 'log',
  table: 'log',
  trace: 'log',
};
/** Whose whole stack is worth keeping. */
const WITH_STACK: ReadonlySet<ConsoleMethod> = new Set(['error', 'warn', 'assert', 'trace']);
/** More lines in a second than this are counted and dropped: nobody reads them, and each costs the page its stack. */
const MAX_LINES_PER_SECOND = 500;

/** Turns what was said into events, the same words in a row into one event with a count. */
export class LogWriter {
  readonly #context: LaneContext;
  readonly #room: LinesPerSecond;
  #last: { readonly key: string; readonly event: LogEvent; readonly isOpen: () => boolean } | undefined;

  constructor(context: LaneContext) {
    this.#context = context;
    this.#room = new LinesPerSecond(MAX_LINES_PER_SECOND, (count) => {
      context.report('dropped', 'More log lines in a second than are kept.', count);
    });
  }

  /** `site` is asked only for lines that are kept. */
  write(
    line: Pick<LogEvent, 'level' | 'logger'>,
    args: readonly unknown[],
    site: () => { readonly location?: CodeLocation; readonly stack?: string },
  ): void {
    if (this.#context.isPaused()) return;
    const t = this.#context.now();
    if (!this.#room.hasRoom(t)) return;
    const event: LogEvent = { type: 'log', t, ...line, ...formatLog(args, describeNode), ...site() };
    const key = JSON.stringify([event.level, event.logger, event.message, event.args, event.location]);
    const last = this.#last;
    if (last?.key === key && last.isOpen()) {
      last.event.count = (last.event.count ?? 1) + 1;
      last.event.lastT = t;
      return;
    }
    this.#last = { key, event, isOpen: this.#context.emit(event, event.level === 'error') };
  }
}

/** The console of the page, all levels. Its own behaviour and what it prints stay as they are. */
export const logLane: Lane = (context) => {
  const writer = new LogWriter(context);
  // A value that logs when it is looked at must not make us log it again.
  let isWriting = false;
  const watch = (method: ConsoleMethod): (() => void) => {
    const write = context.guard((args: readonly unknown[], above: (...args: never[]) => unknown) => {
      if (isWriting) return;
      if (method === 'assert' && Boolean(args[0])) return;
      isWriting = true;
      try {
        const said = method === 'assert' ? ['Assertion failed:', ...args.slice(1)] : args;
        writer.write({ level: LEVELS[method], logger: 'console' }, said, () => siteOf(method, above));
      } finally {
        isWriting = false;
      }
    });
    return replaceFunction(console, method, {
      call(target, self, args, outermost) {
        write(args, outermost);
        return Reflect.apply(target, self, args) as unknown;
      },
    });
  };
  const stops = (Object.keys(LEVELS) as ConsoleMethod[]).map(watch);
  return () => {
    for (const stop of stops) stop();
  };
};

function siteOf(
  method: ConsoleMethod,
  above: (...args: never[]) => unknown,
): { readonly location?: CodeLocation; readonly stack?: string } {
  const stack = stackAbove(above);
  if (stack === undefined) return {};
  const location = locationOf(stack);
  return { ...(location === undefined ? {} : { location }), ...(WITH_STACK.has(method) ? { stack } : {}) };
}
