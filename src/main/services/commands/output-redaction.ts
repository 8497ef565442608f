import { homedir } from 'node:os';
import { KeyBlocks, redactLine } from '../../../shared/privacy/redact-text.js';

/** One line of a command's output, as it may be sent; undefined where nothing of it may. */
export type RedactLine = (line: string) => string | undefined;

/** A longer line is cut: whoever writes one writes data, not lines. */
export const MAX_LINE_LENGTH = 4000;

// Terminal escapes (ECMA-48: CSI … final byte, OSC … BEL or ST, two-byte ones) and every other control character but tab.
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-_])/g;
// eslint-disable-next-line no-control-regex -- as above
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Redacts the output of one command: what people typed into masked fields (`mask`), credentials by their form, the path of the
 * user's own folder, and whatever would act on a terminal.
 */
export function outputRedaction(mask: (text: string) => string, home: string = homedir()): RedactLine {
  const blocks = new KeyBlocks();
  // A home of `/` (a service's account) names nobody, and is in every path.
  const homes = home.length > 1 ? [home, JSON.stringify(home).slice(1, -1)] : [];
  return (line) => {
    let text = line.replace(ESCAPES, '').replace(CONTROLS, '');
    const kept = blocks.line(text);
    if (kept === undefined) return undefined;
    text = kept;
    for (const path of homes) text = text.replaceAll(path, '~');
    return mask(redactLine(text));
  };
}

/** Several lines at once, each bounded. */
export function redactedLines(redact: RedactLine, lines: readonly string[]): string[] {
  return lines.flatMap((line) => redact(line.slice(0, MAX_LINE_LENGTH)) ?? []);
}
