import * as v from 'valibot';
import { commandDescriptionSchema, MAX_COMMANDS, type CommandDescription } from '../../../shared/commands/command.js';
import { parseValues, type ParameterValues } from '../../../shared/commands/parameters.js';
import type { Command } from './command.js';
import { CommandError } from './command-errors.js';

/** A command with values that were checked against what it asks for. */
export interface Prepared {
  readonly command: Command;
  readonly values: ParameterValues;
}

/** The commands of this host: the built-in ones and the app's own. Nothing else can be run from outside. */
export class CommandRegistry {
  readonly #commands = new Map<string, Command>();

  /** Throws `command-invalid` or `command-twice`: mistakes of the app's code, told at its start. */
  constructor(commands: readonly Command[]) {
    if (commands.length > MAX_COMMANDS) throw new CommandError('command-invalid');
    for (const command of commands) {
      const checked = v.safeParse(commandDescriptionSchema, command);
      if (!checked.success) throw new CommandError('command-invalid', { cause: new v.ValiError(checked.issues) });
      if (this.#commands.has(command.name)) throw new CommandError('command-twice');
      this.#commands.set(command.name, command);
    }
  }

  /** For the manifest: what a technician may propose. */
  describe(): CommandDescription[] {
    return [...this.#commands.values()].map(({ name, title, summary, parameters }) => ({
      name,
      title,
      summary,
      parameters,
    }));
  }

  /** Throws `command-unknown` or `parameters-invalid`. */
  prepare(name: string, given: unknown): Prepared {
    const command = this.#commands.get(name);
    if (command === undefined) throw new CommandError('command-unknown');
    const values = parseValues(command.parameters, given);
    if (values === undefined) throw new CommandError('parameters-invalid');
    return { command, values };
  }
}
