import { FluxionError } from '../../../../../src/shared/errors.js';
import type { Command, CommandEnd, CommandRun } from '../../../../../src/main/services/commands/command.js';
import { CommandRegistry } from '../../../../../src/main/services/commands/registry.js';

export interface Ran {
  readonly lines: string[];
  readonly end: CommandEnd;
}

/** Runs a command as the host does, values checked, and answers what it said. */
export async function runWith(command: Command, given: unknown, more: Partial<CommandRun> = {}): Promise<Ran> {
  const { values } = new CommandRegistry([command]).prepare(command.name, given);
  const lines: string[] = [];
  const run: CommandRun = {
    signal: new AbortController().signal,
    proposal: '00000000-0000-4000-8000-000000000001',
    report: '00000000-0000-4000-8000-000000000002',
    write: (text) => lines.push(...text.split('\n')),
    survive: () => Promise.resolve(),
    ...more,
  };
  return { end: await command.run(values, run), lines };
}

export function codeOf(error: unknown): string {
  return error instanceof FluxionError ? error.code : String(error);
}
