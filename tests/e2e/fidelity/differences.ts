import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/built.js';
import type { Fact, Facts } from './facts.js';

export interface Difference {
  readonly element: string;
  readonly what: string;
  readonly live: string | undefined;
  readonly replayed: string | undefined;
}

/** What is said of the one and not, or otherwise, of the other. */
export function differencesBetween(live: Facts, replayed: Facts): Difference[] {
  const keyOf = ([element, what]: Fact): string => `${element}\n${what}`;
  const there = new Map(replayed.facts.map((fact) => [keyOf(fact), fact]));
  const differences: Difference[] = [];
  for (const fact of live.facts) {
    const [element, what, value] = fact;
    const other = there.get(keyOf(fact));
    there.delete(keyOf(fact));
    if (other?.[2] !== value) differences.push({ element, what, live: value, replayed: other?.[2] });
  }
  for (const [element, what, value] of there.values()) {
    differences.push({ element, what, live: undefined, replayed: value });
  }
  return differences;
}

/** Where what differs is written, pictures too. */
export const DIFFERENCES_FOLDER = join(root, 'out/fidelity');

/** Also where a few are allowed: to be looked at. */
export function writeDifferences(name: string, told: string): void {
  if (told === '') return;
  mkdirSync(DIFFERENCES_FOLDER, { recursive: true });
  writeFileSync(join(DIFFERENCES_FOLDER, `${name.replace(/[^\w-]+/g, '-')}.txt`), told);
}

/** For people: the first ones, one a line. */
export function describe(differences: readonly Difference[], most = 40): string {
  const show = (value: string | undefined): string =>
    value === undefined ? 'nothing' : JSON.stringify(value.slice(0, 160));
  return differences
    .slice(0, most)
    .map(({ element, what, live, replayed }) => `${element} ${what}: ${show(live)}, replayed ${show(replayed)}`)
    .join('\n');
}
