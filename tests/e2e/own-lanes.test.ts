import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { startProduct, type Product } from './product.js';
import { newestBundle, openPanel, openReport, pressSend, syncFails, waitUntilDelivered } from './steps.js';
import { closePanel } from './support-steps.js';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  await product.close();
});

test('what the app notes in a lane of its own is chosen by its name, and is on the technician’s timeline', async () => {
  const page = await product.openFluxion();
  await syncFails(page);
  let panel = await openPanel(page);
  const lane = panel.getByRole('checkbox', { name: 'Sync', exact: true });
  await lane.waitFor();
  expect(await lane.isChecked()).toBe(true);
  const code = await pressSend(page);
  await waitUntilDelivered(page);
  await closePanel(page);

  const desk = await product.openDesk();
  await openReport(desk, code);
  await desk.getByRole('tab', { name: 'App' }).click();
  await desk.getByRole('listbox', { name: 'App' }).getByText('Nothing was booked').click();
  // Its data, as a value.
  await desk.getByText('orders:', { exact: true }).waitFor();
  panel = await openPanel(page);
  await panel.getByRole('checkbox', { name: 'Sync', exact: true }).uncheck();
  await pressSend(page);
  await waitUntilDelivered(page);
  const { manifest } = await openBundle(bytesSource(await newestBundle(product)));
  expect(manifest.lanes).toContain('log');
  expect(manifest.lanes).not.toContain('app-sync');
});
