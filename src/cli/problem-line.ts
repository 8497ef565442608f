import type { BundleProblem } from '../shared/bundle/errors.js';
import { terminalText } from './terminal-text.js';

/** One line a problem, the code first: `wrong-hash log/w1-1/00000-0000.ndjson: A recording is not what it was …`. */
export function problemLine({ code, path, message, detail }: BundleProblem): string {
  const where = path === undefined ? code : `${code} ${terminalText(path)}`;
  return `${where}: ${message}${detail === undefined ? '' : ` (${terminalText(detail)})`}`;
}
