import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../lab/chromium.js';
import { openPanel } from './steps.js';
import type { Panel } from './customer.js';
import { startProduct, type Product } from './product.js';
import { approve, auditLog, comesTo, enrol, propose } from './support-steps.js';

// A live session that two people pair by hand: what they paste is all that a server would have carried. The customer has sent
// no report, so the desk knows nothing of their app.

describe.skipIf(findChromium() === undefined)('a live session paired by two texts', () => {
  let product: Product;
  let fluxion: Page;
  let desk: Page;
  let panel: Panel;

  beforeAll(async () => {
    product = await startProduct({ hasNetwork: true });
    fluxion = await product.openFluxion();
    desk = await product.openDesk();
    await enrol(product, desk);
    panel = await openPanel(fluxion);
    await panel.getByRole('link', { name: 'Live' }).click();
  }, 180_000);
  afterAll(() => product.close());

  /** Guarded buttons act only when they have been in full view for half a second. */
  async function press(button: Locator): Promise<void> {
    await button.scrollIntoViewIfNeeded();
    await fluxion.waitForTimeout(900);
    await button.click();
  }

  async function allow(what: string): Promise<void> {
    const asked = panel.getByRole('article').filter({ hasText: what });
    await press(asked.getByRole('button', { name: 'Allow' }));
    await asked.waitFor({ state: 'detached' });
  }

  it('begins where each has pasted the other’s text, and both see the same words', async () => {
    await panel.getByRole('button', { name: 'Copy a text instead' }).click();
    const offer = (await panel.getByText(/^F\S{40,}$/).textContent()) ?? '';
    await desk.getByRole('button', { name: 'Live session' }).click();
    // As a mail brings it: with something around it, and broken into lines.
    await desk.getByLabel('A text that the customer has sent').fill(`> ${offer.slice(0, 60)}\n> ${offer.slice(60)}\n`);
    await desk.getByRole('button', { name: 'Answer it' }).click();
    const answer = (await desk.getByRole('status', { name: 'Send this text back' }).textContent()) ?? '';
    await panel.getByPlaceholder('G…').fill(answer);
    await panel.getByRole('button', { name: 'Go on' }).click();
    await desk.getByText('Do you both see these words?').waitFor();
    const words = await desk.locator('main ol li').allTextContents();
    expect(words).toHaveLength(4);
    for (const word of words) await panel.getByText(word, { exact: true }).waitFor();
    await desk.getByRole('button', { name: 'They are the same' }).click();
    await press(panel.getByRole('button', { name: 'They are the same' }));
    await desk.getByRole('region', { name: 'What you may do' }).waitFor();
  });

  it('lets the technician propose a command, which is approved, run and answered with no server between them', async () => {
    await desk.getByRole('button', { name: /^Propose commands/ }).click();
    await desk.getByPlaceholder('Why? The customer reads it.').fill('to see what it runs on');
    await desk.getByRole('button', { name: 'Ask', exact: true }).click();
    for (const what of ['See the app', 'Write messages', 'to see what it runs on']) await allow(what);
    // The desk is as good as gone, for the customer’s whole side.
    product.network?.stall(true);
    const reason = 'Which version of everything is there?';
    const thread = await propose(desk, 'Look at the computer’s state', reason);
    expect(await thread.getAttribute('data-state')).toBe('waiting');
    await panel.getByRole('link', { name: /^Requests/ }).click();
    await approve(panel, reason, thread);
    await comesTo(thread, 'done');
    await thread.getByText('Receipt verified').waitFor();
    expect(await thread.getByRole('region', { name: /Output of/ }).textContent()).toContain('node');
  });

  it('is denied in the same way, and what is taken back is gone', async () => {
    const denied = await propose(desk, 'Read the app’s log', 'What does it say?');
    const request = panel.getByRole('article').filter({ hasText: 'What does it say?' });
    await request.getByRole('button', { name: 'Deny' }).click();
    await comesTo(denied, 'denied');
    const withdrawn = await propose(desk, 'Read the app’s log', 'Or what did it say?');
    await panel.getByRole('article').filter({ hasText: 'Or what did it say?' }).waitFor();
    await withdrawn.getByRole('button', { name: 'Take it back' }).click();
    await comesTo(withdrawn, 'withdrawn');
    for (const thread of [denied, withdrawn]) expect(await thread.locator('pre').count()).toBe(0);
  });

  it('takes no proposal any more when the customer has taken that back, and is in their audit log', async () => {
    await panel.getByRole('link', { name: /^Live/ }).click();
    await panel.getByRole('button', { name: 'Take back: Propose commands' }).click();
    await desk.getByText('Nothing can be proposed at the moment', { exact: false }).waitFor();
    expect(await desk.getByRole('button', { name: 'Propose a command' }).count()).toBe(0);
    await panel.getByRole('button', { name: 'End session' }).click();
    await desk.getByText('The customer has ended it.', { exact: false }).waitFor();
    const { kinds } = await auditLog(product);
    const of = (kind: string): number => kinds.filter((found) => found === `command-${kind}`).length;
    expect([of('proposed'), of('approved'), of('denied'), of('withdrawn'), of('ended')]).toEqual([3, 1, 1, 1, 1]);
  });
});
