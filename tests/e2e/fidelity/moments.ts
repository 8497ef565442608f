import type { Page } from 'playwright-core';
import { differencesBetween, type Difference } from './differences.js';
import { collectFacts, type Facts } from './facts.js';

export interface Moment {
  readonly name: string;
  readonly facts: Facts;
}

export interface Compared extends Moment {
  readonly differences: readonly Difference[];
}

/** What a replay needs to show a moment, and a picture that is not painted yet, are waited for. */
const PATIENCE_MS = 5000;

// A string: the function has to be whole in the page, without what a compiler adds.
const collect = (document: string): string => `(${collectFacts.toString()})(${document})`;

/** Notes the page as it is, and marks the moment in its own log: in one turn, so that nothing changes in between. */
export async function takeMoment(page: Page, name: string): Promise<Moment> {
  const facts: Facts = await page.evaluate(`(console.info(${JSON.stringify(name)}), ${collect('document')})`);
  return { name, facts };
}

/** The technician goes to the moment by its line in the log, and what is shown there is compared. */
export async function compareMoment(desk: Page, moment: Moment): Promise<Compared> {
  await desk.getByRole('searchbox', { name: /log/i }).fill(moment.name);
  await desk.getByRole('option').filter({ hasText: moment.name }).first().click();
  const untilMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const differences = differencesBetween(moment.facts, await replayedFacts(desk));
    if (differences.length === 0 || Date.now() > untilMs) return { ...moment, differences };
    await desk.waitForTimeout(250);
  }
}

async function replayedFacts(desk: Page): Promise<Facts> {
  const replay = desk.frames().find((frame) => frame.url().includes('replay.html'));
  if (replay === undefined) throw new Error('Nothing is replayed.');
  return await replay.evaluate(collect(`document.querySelector('.screen.shown iframe').contentDocument`));
}
