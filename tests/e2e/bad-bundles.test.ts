import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/built.js';
import { startProduct, type Product } from './product.js';

interface Vector {
  readonly file: string;
  readonly scenario: string;
  readonly fails?: string;
  readonly problems?: readonly { readonly code: string }[];
}

const folder = join(root, 'tests/vectors');
const vectors = JSON.parse(await readFile(join(folder, 'vectors.json'), 'utf8')) as Vector[];

let product: Product;
let page: Page;
const requests: string[] = [];
beforeAll(async () => {
  product = await startProduct();
  page = await product.openDesk();
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
});
afterAll(async () => {
  await product.close();
});

/** Drops a file on the window, as from a folder of the desktop. */
async function drop(name: string): Promise<void> {
  const bytes = (await readFile(join(folder, name))).toString('base64');
  await page.evaluate(
    ({ file, base64 }) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], file));
      for (const type of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      }
    },
    { file: name, base64: bytes },
  );
}

async function backToInbox(): Promise<void> {
  await page.goto(`${product.deskUrl}/#/`);
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
}

describe('a bundle that cannot be read says what is wrong, to a person', () => {
  it.each(vectors.filter(({ fails, problems }) => fails !== undefined || (problems?.length ?? 0) > 0))(
    '$file: $scenario',
    async ({ file, fails, problems }) => {
      await backToInbox();
      await drop(file);
      const code = fails ?? problems?.[0]?.code ?? '';
      const details = page.getByRole('button', { name: 'Show what is wrong' });
      const shown = page.locator('code', { hasText: code }).first();
      // Either nothing of it can be shown, and the page says why; or what can be shown is, and a notice leads to the rest.
      await shown.or(details).first().waitFor({ timeout: 20_000 });
      if (await details.isVisible()) await details.click();
      await shown.waitFor();
      const sentence = await page.locator('main, [role="tabpanel"]').allInnerTexts();
      expect(sentence.join(' ')).toMatch(/[A-Z].{20,}\./);
    },
  );

  it('opens a good local file without asking the desk for anything', async () => {
    await backToInbox();
    page.on('request', (request) => {
      if (new URL(request.url()).pathname.startsWith('/api/reports/')) requests.push(request.url());
    });
    await drop('good.fluxrec');
    await page.getByRole('tab', { name: 'Log' }).waitFor();
    expect(requests).toEqual([]);
  });
});
