import type { LogEvent } from '../../shared/session/lane.js';
import { redactUrl } from '../../shared/privacy/redact-url.js';

export type CodeLocation = NonNullable<LogEvent['location']>;

/** What V8 adds to Error; other engines have none of it. */
interface V8Error {
  captureStackTrace?(target: object, above?: (...args: never[]) => unknown): void;
}

const MAX_STACK_LENGTH = 8000;
// "    at name (url:12:34)", "    at url:12:34", and Firefox's and Safari's "name@url:12:34".
const FRAME = /(?:^\s*at (?:.*? \()?|^[^@\n]*@)((?:[a-z][a-z0-9+.-]*:|\/|[A-Z]:\\)[^\n]*?):(\d+):(\d+)\)?\s*$/m;

/** The stack of a call, without the frames of `above` and what it called; absent where the engine cannot tell. */
export function stackAbove(above: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {};
  (Error as V8Error).captureStackTrace?.(holder, above);
  const stack = holder.stack;
  if (typeof stack !== 'string') return undefined;
  // The first line is the headline of the (nameless) error.
  return boundStack(stack.slice(stack.indexOf('\n') + 1));
}

export function boundStack(stack: string): string {
  return stack.length > MAX_STACK_LENGTH ? `${stack.slice(0, MAX_STACK_LENGTH)}…` : stack;
}

/** Where the topmost frame with a place in a file is. */
export function locationOf(stack: string): CodeLocation | undefined {
  const [, url, line, column] = FRAME.exec(stack) ?? [];
  if (url === undefined) return undefined;
  return { url: redactUrl(url), line: Number(line), column: Number(column) };
}
