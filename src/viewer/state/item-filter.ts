import type { LogLevel } from '../../shared/session/lane.js';
import type { OwnLane } from '../../shared/session/own-lane.js';
import type { ItemFilter } from '../model/search.js';

/** What a panel's tools are set to. */
export interface FilterChoice {
  readonly text: string;
  /** Undefined: all of them. */
  readonly levels: ReadonlySet<LogLevel> | undefined;
  readonly source: string | undefined;
  readonly failuresOnly: boolean;
  /** Undefined: all of them. */
  readonly ownLane?: OwnLane | undefined;
}

export function itemFilter({ text, levels, source, failuresOnly, ownLane }: FilterChoice): ItemFilter {
  return {
    ...(text.trim() === '' ? {} : { text }),
    ...(levels === undefined ? {} : { levels }),
    ...(source === undefined ? {} : { sources: new Set([source]) }),
    ...(failuresOnly ? { failuresOnly } : {}),
    ...(ownLane === undefined ? {} : { ownLane }),
  };
}
