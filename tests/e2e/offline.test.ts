import { afterAll, beforeAll, expect, it } from 'vitest';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { panelOf, startProduct, type Product } from './product.js';
import { closePanel } from './support-steps.js';
import { newestBundle, sendReport, syncFails, waitUntilDelivered } from './steps.js';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  await product.close();
});

it('keeps a report while the desk cannot be reached, and delivers it when it is back', async () => {
  const page = await product.openFluxion();
  await syncFails(page);
  await product.stopDesk('SIGKILL');
  const code = await sendReport(page, 'sent while offline');
  expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]$/);
  await panelOf(page).getByText('The desk cannot be reached.').waitFor();
  await product.startDesk();
  await waitUntilDelivered(page);
  const bundle = await openBundle(bytesSource(await newestBundle(product)));
  expect(bundle.problems).toEqual([]);
  expect(bundle.manifest.description).toBe('sent while offline');
  await closePanel(page);
});

it('delivers after the host process was killed with a report in its outbox', async () => {
  const page = await product.openFluxion();
  await product.stopDesk('SIGKILL');
  await sendReport(page, 'host killed');
  await panelOf(page).getByText('The desk cannot be reached.').waitFor();
  await product.stopFluxion('SIGKILL');
  await product.startDesk();
  await product.startFluxion();
  await expect
    .poll(
      async () => {
        try {
          return (await openBundle(bytesSource(await newestBundle(product)))).manifest.description;
        } catch {
          return undefined; // Not there yet.
        }
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe('host killed');
});
