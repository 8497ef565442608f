import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../../scripts/built.js';
import { provideCeph, startCeph, type Ceph } from '../lab/ceph.js';
import { startProduct, type Product } from './product.js';
import { openReport, replayedBody, sendReport, syncFails, waitUntilDelivered, work } from './steps.js';

const hasCeph = provideCeph();

let ceph: Ceph | undefined;
let product: Product | undefined;
let endpoint = '';
let environment: Record<string, string> = {};
beforeAll(async () => {
  if (!hasCeph) return;
  ceph = await startCeph();
  const bucket = await ceph.bucket();
  endpoint = bucket.endpoint;
  environment = {
    FLUXREC_DESK_STORE: `s3://${bucket.bucket}/team-a`,
    FLUXREC_DESK_S3_ENDPOINT: endpoint,
    FLUXREC_DESK_S3_REGION: bucket.region,
    FLUXREC_DESK_S3_PATH_STYLE: '1',
    AWS_ACCESS_KEY_ID: bucket.accessKeyId,
    AWS_SECRET_ACCESS_KEY: bucket.secretAccessKey,
  };
  product = await startProduct({ deskEnvironment: environment });
});
afterAll(async () => {
  await product?.close();
  await ceph?.stop();
});

describe.runIf(hasCeph)('a desk whose reports are in an object store', () => {
  it('gets and shows a report without a byte of it passing the desk', async () => {
    if (product === undefined) throw new Error('There is no product.');
    const origin = new URL(product.deskUrl).origin;
    const told = await start('desk', ['--configure-cors', origin], /(The bucket .*\.)/, {
      ...process.env,
      ...environment,
    });
    expect(told.told).toContain(origin);

    const fluxion = await product.openFluxion();
    await work(fluxion, 4);
    await syncFails(fluxion);
    const code = await sendReport(fluxion, 'Sync now does not work.');
    await waitUntilDelivered(fluxion);

    const desk = await product.openDesk();
    const read = watchReads(desk);
    await openReport(desk, code);
    await desk.getByRole('button', { name: 'Next error' }).click();
    await replayedBody(desk).getByText('Sync now').first().waitFor();
    const { desk: byDesk, store: byStore } = read();
    expect(byDesk.length).toBeGreaterThan(0);
    expect(new Set(byDesk)).toEqual(new Set([307]));
    expect(byStore.length).toBeGreaterThan(0);
    expect(new Set(byStore)).toEqual(new Set([206]));

    // A link for people: the same part as a file.
    await desk.getByRole('tab', { name: 'Details' }).click();
    const downloading = desk.waitForEvent('download');
    await desk
      .getByRole('link', { name: /Download/ })
      .first()
      .click();
    expect((await downloading).suggestedFilename()).toBe(`${code}-0.fluxrec`);
    // Its secret is in nothing that anybody printed.
    expect(product.output()).not.toContain(environment['AWS_SECRET_ACCESS_KEY']);
  });
});

/** The status of every answer to a request for a part's bytes, by who gave it. */
function watchReads(page: Page): () => { desk: number[]; store: number[] } {
  const read: { desk: number[]; store: number[] } = { desk: [], store: [] };
  page.on('response', (response) => {
    const url = response.url();
    // The store is also asked beforehand whether it may be asked.
    if (response.request().method() !== 'GET') return;
    if (url.startsWith(`${endpoint}/`)) read.store.push(response.status());
    else if (/\/parts\/\d+$/.test(url)) read.desk.push(response.status());
  });
  return () => read;
}
