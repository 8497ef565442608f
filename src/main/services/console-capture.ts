import { formatLog, type LogText } from '../../shared/session/format-log.js';
import type { LogLevel } from '../../shared/session/lane.js';
import type { HostLanes } from './host-lanes.js';

type ConsoleMethod = 'debug' | 'info' | 'log' | 'warn' | 'error' | 'trace';
const METHODS: readonly (readonly [ConsoleMethod, LogLevel])[] = [
  ['debug', 'debug'],
  ['info', 'info'],
  ['log', 'log'],
  ['warn', 'warn'],
  ['error', 'error'],
  ['trace', 'debug'],
];

export function recordLog(lanes: HostLanes, logger: string, level: LogLevel, parts: readonly unknown[]): void {
  lanes.record({ type: 'log', t: lanes.nowMonoMs(), level, logger, ...textOf(parts) });
}

function textOf(parts: readonly unknown[]): LogText {
  try {
    return formatLog(parts);
  } catch {
    // A proxy that throws at every look costs itself: what else was said is kept.
    return formatLog(
      parts.map((part) => (typeof part === 'object' || typeof part === 'function' ? '[unreadable]' : part)),
    );
  }
}

/** Records the process's console. What the console does stays as it was. Returns the function that gives it back. */
export function captureConsole(lanes: HostLanes, target: Console = console): () => void {
  let isInside = false;
  const undo = METHODS.map(([method, level]) => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was, only ever called on its console
    const original = target[method];
    const wrapped = (...parts: unknown[]): void => {
      // What a proxy says while it is looked at is printed, but not recorded in the middle of its own line.
      if (!isInside) {
        isInside = true;
        try {
          recordLog(lanes, 'console', level, parts);
        } catch {
          // The recorder never breaks its host.
        } finally {
          isInside = false;
        }
      }
      original.apply(target, parts);
    };
    target[method] = wrapped;
    return () => {
      // Somebody wrapped it after us: what they hold still ends in the original, and taking theirs away is not ours to do.
      if (target[method] === wrapped) target[method] = original;
    };
  });
  return () => {
    for (const step of undo) step();
  };
}
