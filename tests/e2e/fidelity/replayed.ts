import type { Page } from 'playwright-core';
import type { Product } from '../product.js';
import { openReport, sendReport, waitUntilDelivered } from '../steps.js';
import { closePanel } from '../support-steps.js';
import { compareMoments, type Comparison, type Moment } from './moments.js';
import { startStrangersSite } from './strangers/site.js';
import type { Stranger } from './strangers/strangers.js';
import { visit } from './strangers/visit.js';

/** What was to be seen in Fluxion is sent, opened by a technician, and compared. */
export async function replayedFluxion(product: Product, page: Page, moments: readonly Moment[]): Promise<Comparison> {
  const code = await sendReport(page, 'What did I see?');
  await waitUntilDelivered(page);
  await closePanel(page);
  await page.close();
  const desk = await product.openDesk();
  await openReport(desk, code);
  const comparison = await compareMoments(desk, moments);
  await desk.close();
  return comparison;
}

export interface ReplayedStrangers {
  compare(stranger: Stranger): Promise<Comparison>;
  close(): Promise<void>;
}

/** Visits strangers, each in a window of its own, and sends all of it in one report. */
export async function replayedStrangers(
  product: Product,
  strangers: readonly Stranger[],
  steps: number,
): Promise<ReplayedStrangers> {
  const site = await startStrangersSite(product.deskUrl);
  const context = await product.browser.newContext();
  const seen = new Map<Stranger, readonly Moment[]>();
  for (const stranger of strangers) seen.set(stranger, await visit(context, site.url, stranger, steps));
  const page = await context.newPage();
  await page.goto(new URL('/pages/send.html', site.url).href);
  const code = await sendReport(page, 'What did I see?');
  await waitUntilDelivered(page);
  await context.close();
  const desk = await product.openDesk();
  await openReport(desk, code);
  return {
    compare: (stranger) => compareMoments(desk, seen.get(stranger) ?? []),
    async close() {
      await desk.close();
      await site.close();
    },
  };
}
