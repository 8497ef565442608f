import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchCapturing } from '../integration/screen/screen-site.js';
import { findChromium } from '../lab/chromium.js';
import type { Panel } from './customer.js';
import { chromiumPath, panelOf, startProduct, type Product } from './product.js';
import { openReport, sendReport, syncFails, waitUntilDelivered } from './steps.js';
import { enrol } from './support-steps.js';

describe.skipIf(findChromium() === undefined)('a picture in a live session about a report', () => {
  let product: Product;
  let capturing: Browser;
  let fluxion: Page;
  let desk: Page;
  let panel: Panel;

  beforeAll(async () => {
    product = await startProduct({ hasNetwork: true });
    // A browser that is let to capture its own tab without asking a person.
    capturing = await launchCapturing(chromiumPath());
    const context = await capturing.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
    fluxion = await product.openFluxion(context);
    desk = await product.openDesk();
    await enrol(product, desk);
    await syncFails(fluxion);
    const code = await sendReport(fluxion, 'The sync fails');
    await waitUntilDelivered(fluxion);
    panel = panelOf(fluxion);
    await panel.getByRole('button', { name: 'Close' }).first().click();
    await openReport(desk, code);
  }, 180_000);
  afterAll(async () => {
    await capturing.close();
    await product.close();
  });

  /** Guarded buttons act only when they have been in full view for half a second. */
  async function press(button: Locator): Promise<void> {
    await button.waitFor();
    await button.scrollIntoViewIfNeeded();
    await fluxion.waitForTimeout(900);
    await button.click();
  }

  it('is taken by the customer, who was told where it may go', async () => {
    await desk.getByRole('button', { name: 'Go live' }).click();
    const dialog = desk.getByRole('dialog', { name: 'Go live' });
    await dialog.getByLabel('Why, for the customer').fill('To see the total');
    await dialog.getByRole('button', { name: 'Invite' }).click();
    await fluxion.getByRole('button', { name: 'Look at it' }).click({ timeout: 60_000 });
    await panel.getByRole('link', { name: /^Live/ }).click();
    await press(panel.getByRole('button', { name: 'Accept' }));
    await desk.getByText('Do you both see these words?').waitFor({ timeout: 90_000 });
    await desk.getByRole('button', { name: 'They are the same' }).click();
    await press(panel.getByRole('button', { name: 'They are the same' }));
    await desk.getByRole('tab', { name: 'Pictures' }).click();
    await desk.getByRole('button', { name: 'Ask: take pictures' }).click();
    await press(panel.getByRole('article').filter({ hasText: 'Take pictures' }).getByRole('button', { name: 'Allow' }));
    await desk.getByRole('button', { name: 'Take a picture' }).click();
    await panelOf(fluxion).getByRole('button', { name: 'Close' }).first().click();
    await fluxion.getByText('It can be kept in your report.', { exact: false }).waitFor();
    await fluxion.getByRole('button', { name: 'Take the picture' }).click();
    await desk.getByRole('img', { name: /^The customer’s window at/ }).waitFor();
  });

  it('is put into the report by the technician, and stands in its conversation as it was taken', async () => {
    await desk.getByRole('button', { name: 'Add to the report' }).click();
    await desk.getByText('In the report', { exact: false }).waitFor();
    await desk.getByRole('link', { name: 'open it' }).click();
    await desk.getByRole('tab', { name: /^Comments/ }).click();
    await desk.getByText('kept a picture of the window').waitFor();
    const picture = desk.getByRole('img', { name: /^The customer’s window, kept by/ });
    await expect
      .poll(() => picture.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight]), {
        timeout: 10_000,
      })
      .toEqual([1280, 800]);
  });
});
