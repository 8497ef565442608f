import { parseArgs } from 'node:util';
import { BundleError, toProblem } from '../shared/bundle/errors.js';
import { inspectFile } from './inspect.js';
import { problemLine } from './problem-line.js';
import { terminalJson } from './terminal-text.js';
import { verifyFile } from './verify.js';

const USAGE = `fluxrec looks into the bundles (.fluxrec) of Fluxion Recorder.

  fluxrec inspect FILE [--json]   what is in it, without reading its entries
  fluxrec verify FILE             reads every entry and checks sizes and hashes; one line a problem
  fluxrec --help                  this text

Exit codes: 0 good, 1 the file has a problem or cannot be read, 2 not a command.`;

export interface Output {
  /** Each writes one text and a line end. */
  out(text: string): void;
  err(text: string): void;
}

/** Runs one command and answers the exit code. */
export async function run(args: readonly string[], output: Output): Promise<number> {
  const command = parseCommand(args);
  if (command.name === 'help') {
    output.out(USAGE);
    return 0;
  }
  if (command.name === 'misuse') {
    output.err(`${command.reason}\n\n${USAGE}`);
    return 2;
  }
  try {
    if (command.name === 'inspect') {
      output.out(await inspectFile(command.file, command.isJson));
      return 0;
    }
    const { isGood, lines } = await verifyFile(command.file);
    for (const line of lines) output.out(line);
    return isGood ? 0 : 1;
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    const problem = toProblem(error);
    if (command.name === 'inspect' && command.isJson) output.out(terminalJson({ problems: [problem] }));
    else output.out(problemLine(problem));
    return 1;
  }
}

type Command =
  | { readonly name: 'help' }
  | { readonly name: 'misuse'; readonly reason: string }
  | { readonly name: 'inspect'; readonly file: string; readonly isJson: boolean }
  | { readonly name: 'verify'; readonly file: string };

function parseCommand(args: readonly string[]): Command {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { name: 'misuse', reason: error instanceof Error ? error.message : 'Not a command.' };
  }
  const [name, file, ...rest] = parsed.positionals;
  const { help, json } = parsed.values;
  if (help === true || name === 'help') return { name: 'help' };
  if (name !== 'inspect' && name !== 'verify') {
    return { name: 'misuse', reason: name === undefined ? 'Which command?' : 'There is no such command.' };
  }
  if (file === undefined || file === '') return { name: 'misuse', reason: `${name} needs a file.` };
  if (rest.length > 0) return { name: 'misuse', reason: `${name} takes one file.` };
  if (name === 'inspect') return { name, file, isJson: json === true };
  return json === true ? { name: 'misuse', reason: 'verify has no --json.' } : { name, file };
}

function parse(args: readonly string[]) {
  const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  return parseArgs({ args: [...args], options, allowPositionals: true });
}
