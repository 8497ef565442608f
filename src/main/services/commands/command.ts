import type { CommandDescription } from '../../../shared/commands/command.js';
import type { Parameters, ParameterValues, ValuesOf } from '../../../shared/commands/parameters.js';

/** What a running command is given. */
export interface CommandRun {
  /** Ends with the customer's or the technician's cancel, and with the time limit: stop soon, leave nothing half done. */
  readonly signal: AbortSignal;
  /** The proposal that the customer approved, and the report that it is about. */
  readonly proposal: string;
  readonly report: string;
  /** One or more lines of output. They are redacted, bounded and sent as they come. */
  readonly write: (text: string) => void;
  /**
   * Says that the process may end now, on purpose, and what its next run must know: then `resume` goes on there. Resolves
   * when that is durable.
   */
  readonly survive: (note: string) => Promise<void>;
}

export interface CommandEnd {
  /** In a few words, for the timeline: `freed 12.4 MB`. */
  readonly summary?: string;
  /** The number of the report's part that the command made. */
  readonly part?: number;
}

/** A command: what support may propose and the customer may approve. It runs in the host process. */
export interface CommandDefinition<P extends Parameters = Parameters> extends CommandDescription {
  readonly parameters: P;
  /** It is stopped after this. */
  readonly timeLimitMs: number | ((values: ValuesOf<P>) => number);
  /** For the customer, in whole sentences: exactly what it does with these values, what it sends, what it changes. */
  effect(values: ValuesOf<P>): readonly string[];
  /** What it would do now, without doing it: lines for the customer. */
  dryRun?(values: ValuesOf<P>, signal: AbortSignal): Promise<readonly string[]>;
  /** Rejects with a FluxionError where the technician should read why. */
  run(values: ValuesOf<P>, run: CommandRun): Promise<CommandEnd>;
  /** Goes on after a restart that `survive` announced. */
  resume?(values: ValuesOf<P>, run: CommandRun, note: string): Promise<CommandEnd>;
}

/** A command whose values are no longer known by type: they have been checked against its parameters. */
export interface Command extends CommandDescription {
  timeLimitMs(values: ParameterValues): number;
  effect(values: ParameterValues): readonly string[];
  readonly dryRun: ((values: ParameterValues, signal: AbortSignal) => Promise<readonly string[]>) | undefined;
  run(values: ParameterValues, run: CommandRun): Promise<CommandEnd>;
  readonly resume: ((values: ParameterValues, run: CommandRun, note: string) => Promise<CommandEnd>) | undefined;
}

/** Ties a command's functions to the types of its parameters. */
export function defineCommand<const P extends Parameters>(definition: CommandDefinition<P>): Command {
  const { name, title, summary, parameters } = definition;
  // The registry parses values by these very parameters before any of the functions sees them.
  const typed = (values: ParameterValues): ValuesOf<P> => values as ValuesOf<P>;
  return {
    name,
    title,
    summary,
    parameters,
    timeLimitMs: (values) =>
      typeof definition.timeLimitMs === 'number' ? definition.timeLimitMs : definition.timeLimitMs(typed(values)),
    effect: (values) => definition.effect(typed(values)),
    dryRun:
      definition.dryRun === undefined
        ? undefined
        : async (values, signal) => (await definition.dryRun?.(typed(values), signal)) ?? [],
    run: async (values, run) => await definition.run(typed(values), run),
    resume:
      definition.resume === undefined
        ? undefined
        : async (values, run, note) => (await definition.resume?.(typed(values), run, note)) ?? {},
  };
}
