import { inflateRawSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { startProduct, type Product } from './product.js';
import { newestBundle, sendReport, waitUntilDelivered } from './steps.js';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  await product.close();
});

/** Everything in the bundle, as one text: each entry unpacked, and the file's own bytes (names, manifest, stored entries). */
async function everything(bundle: Uint8Array<ArrayBuffer>): Promise<string> {
  const opened = await openBundle(bytesSource(bundle));
  const texts = [Buffer.from(bundle).toString('latin1'), Buffer.from(opened.manifestBytes).toString('utf8')];
  for (const entry of opened.manifest.entries) {
    texts.push(inflateRawSync(await opened.readStored(entry)).toString('utf8'));
  }
  return texts.join('\n');
}

/** What a page of the app might do with what was typed, besides showing it in its field. */
async function echo(page: Page, value: string): Promise<void> {
  await page.evaluate((secret) => {
    console.log('customer entered', secret, { nested: { secret } });
    console.error(new Error(`cannot save ${secret}`));
    document.title = `Fluxion ${secret}`;
    const mirror = document.createElement('p');
    mirror.textContent = `Hello ${secret}`;
    mirror.title = secret;
    mirror.setAttribute('data-value', secret);
    document.querySelector('main')?.append(mirror);
    void fetch(`/api/customers?q=${encodeURIComponent(secret)}`);
    history.replaceState(null, '', `#${encodeURIComponent(secret)}`);
    void Promise.reject(new Error(`rejected ${secret}`));
  }, value);
  await page.waitForTimeout(300);
  await page.evaluate(() => {
    document.title = 'Fluxion';
  });
}

it('holds nothing that was typed, pre-filled or hidden in a masked field, in any lane', async () => {
  const page = await product.openFluxion();
  await page.getByRole('button', { name: 'Customers' }).click();

  const typed = {
    'E-mail': 'grace.hopper@secret-mail.example',
    'Portal password': 'tr0ub4dor&3 "quoted"',
    'Card number': '4929 1234 5678 9012',
    Notes: 'The customer said zanzibar-quokka twice',
  };
  for (const [label, value] of Object.entries(typed)) await page.getByLabel(label).pressSequentially(value);
  // Typed, then replaced: it was there for a while.
  await page.getByLabel('Company').fill('Overwritten Holdings');
  await page.getByLabel('Company').fill('Another company');
  // Set by script, into a visible and a hidden field, as a property and as an attribute.
  await page.evaluate(() => {
    const field = (name: string) => document.querySelector<HTMLInputElement>(`input[name="${name}"]`);
    const email = field('email');
    if (email !== null) email.value = 'scripted-value-81723';
    field('form-token')?.setAttribute('value', 'hidden-attribute-5521a');
    const token = field('form-token');
    if (token !== null) token.value = 'hidden-property-9930b';
    const late = document.createElement('input');
    late.type = 'hidden';
    late.value = 'hidden-late-77c01';
    document.querySelector('form')?.append(late);
  });
  await page.waitForTimeout(700);
  for (const value of [...Object.values(typed), 'scripted-value-81723', 'hidden-late-77c01']) await echo(page, value);
  await page.getByRole('button', { name: 'Save customer' }).click();
  await page.evaluate(() => {
    console.log('marker-that-may-be-recorded');
  });

  await sendReport(page);
  await waitUntilDelivered(page);
  const text = await everything(await newestBundle(product));

  expect(text).toContain('marker-that-may-be-recorded');
  // The host process logged each search, and what was searched for was typed into a masked field.
  expect(text).toContain('Customer search');
  const secrets = [
    ...Object.values(typed),
    'tr0ub4dor',
    'zanzibar-quokka',
    'Northwind Traders',
    'Overwritten Holdings',
    'Another company',
    'scripted-value-81723',
    'hidden-4f81c2d09be7',
    'hidden-attribute-5521a',
    'hidden-property-9930b',
    'hidden-late-77c01',
  ];
  const forms = (value: string) => [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    value.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
  ];
  const found = secrets.filter((value) => forms(value).some((form) => text.includes(form)));
  expect(found).toEqual([]);
});
