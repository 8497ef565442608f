import type { Page } from 'playwright-core';
import { describe, differencesBetween, type Difference } from './differences.js';
import { collectFacts, type Facts } from './facts.js';
import type { RandomUser } from './random-user.js';

export interface Moment {
  readonly name: string;
  /** What the page wrote into its log then: no words, which might be those that a field holds, and masked. */
  readonly mark: string;
  readonly facts: Facts;
}

/** What came of all moments of a report. */
export interface Comparison {
  readonly facts: number;
  readonly differing: number;
  /** What differs, for people. */
  readonly told: string;
}

/** What stays different for so long is different: longer than a chain takes to load, and than a transition that is replayed. */
const PATIENCE_MS = 2500;

// A string: the function has to be whole in the page, without what a compiler adds.
const collect = (document: string): string => `(${collectFacts.toString()})(${document})`;

let taken = 0;

/** Notes the page as it is, and marks the moment in its own log: in one turn, so that nothing changes in between. */
export async function takeMoment(page: Page, name: string): Promise<Moment> {
  const mark = `(${String((taken += 1))})`;
  const facts: Facts = await page.evaluate(`(console.info(${JSON.stringify(mark)}), ${collect('document')})`);
  return { name, mark, facts };
}

/** So many steps of somebody, and what was to be seen after each. */
export async function walk(page: Page, user: RandomUser, steps: number, name: string): Promise<Moment[]> {
  const moments: Moment[] = [];
  for (let step = 1; step <= steps; step += 1) {
    const done = await user.act();
    moments.push(await takeMoment(page, `step ${String(step)} of ${name}: ${done}`));
  }
  return moments;
}

/** In a report that is open. */
export async function compareMoments(desk: Page, moments: readonly Moment[]): Promise<Comparison> {
  await desk.getByRole('tab', { name: 'Log' }).click();
  let [facts, differing] = [0, 0];
  const told: string[] = [];
  for (const moment of moments) {
    const differences = await compareMoment(desk, moment);
    facts += moment.facts.facts.length;
    differing += differences.length;
    if (differences.length > 0) told.push(`${moment.name}\n${describe(differences)}`);
  }
  return { facts, differing, told: told.join('\n\n') };
}

/** The technician goes to the moment by its line in the log, and what is shown there is compared. */
async function compareMoment(desk: Page, moment: Moment): Promise<readonly Difference[]> {
  await desk.getByRole('searchbox', { name: /log/i }).fill(moment.mark);
  await desk.getByRole('option').filter({ hasText: moment.mark }).first().click();
  let [differences, sinceMs] = [differencesBetween(moment.facts, await replayedFacts(desk)), Date.now()];
  while (differences.length > 0 && Date.now() < sinceMs + PATIENCE_MS) {
    await desk.waitForTimeout(250);
    const now = differencesBetween(moment.facts, await replayedFacts(desk));
    if (JSON.stringify(now) !== JSON.stringify(differences)) sinceMs = Date.now();
    differences = now;
  }
  return differences;
}

async function replayedFacts(desk: Page): Promise<Facts> {
  const replay = desk.frames().find((frame) => frame.url().includes('replay.html'));
  if (replay === undefined) throw new Error('Nothing is replayed.');
  return await replay.evaluate(collect(`document.querySelector('.screen.shown iframe').contentDocument`));
}
