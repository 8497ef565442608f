import { BundleError, toProblem } from '../shared/bundle/errors.js';
import { FluxionError } from '../shared/errors.js';
import { parseCommand, type Command } from './command.js';
import { inspectFile } from './inspect.js';
import { newRoot, showKeys, signList } from './keys.js';
import { problemLine } from './problem-line.js';
import { terminalJson } from './terminal-text.js';
import { verifyAudit } from './verify-audit.js';
import { verifyFile, type Verdict } from './verify.js';

const USAGE = `fluxrec looks into the bundles (.fluxrec) of Fluxion Recorder, and keeps its keys.

  fluxrec inspect FILE [--json]   what is in it, without reading its entries
  fluxrec verify FILE             reads every entry, checks sizes, hashes and the signature; one line a problem
  fluxrec audit verify FILE...    finds every line of an audit log (files or the folder) that is not as it was written
  fluxrec keys new-root FILE      makes the organisation's root key, which signs the list of technicians
  fluxrec keys sign-technicians --root FILE LIST
                                  prints the list of technicians, signed: what the desk serves
  fluxrec keys show FILE|KEY      whose key it is: fingerprints of a root key, an install, a list, or a key itself
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
    const { isGood, lines } = await answer(command);
    for (const line of lines) output.out(line);
    return isGood ? 0 : 1;
  } catch (error) {
    if (error instanceof BundleError) {
      const problem = toProblem(error);
      if (command.name === 'inspect' && command.isJson) output.out(terminalJson({ problems: [problem] }));
      else output.out(problemLine(problem));
    } else if (error instanceof FluxionError) {
      output.err(`${error.code}: ${error.message}`);
    } else {
      throw error;
    }
    return 1;
  }
}

async function answer(command: Exclude<Command, { name: 'help' | 'misuse' }>): Promise<Verdict> {
  switch (command.name) {
    case 'inspect':
      return good([await inspectFile(command.file, command.isJson)]);
    case 'verify':
      return await verifyFile(command.file);
    case 'audit verify':
      return await verifyAudit(command.files);
    case 'keys new-root':
      return good(await newRoot(command.file));
    case 'keys sign-technicians':
      return good([await signList(command.root, command.file)]);
    case 'keys show':
      return good(await showKeys(command.file));
  }
}

function good(lines: readonly string[]): Verdict {
  return { isGood: true, lines };
}
