import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { panelOpened, type Panel } from './customer.js';
import type { Product } from './product.js';

/** A technician who was read this code; answers where their end of the session goes, and by which ticket. */
export async function joinByCode(
  product: Product,
  code: string,
): Promise<{ readonly url: string; readonly ticket: string }> {
  const { deskUrl } = product;
  const token = (await readFile(join(product.dir, 'desk', 'token'), 'utf8')).trim();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, origin: deskUrl };
  const signedIn = await fetch(`${deskUrl}/api/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token, name: 'Ines' }),
  });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const joined = await fetch(`${deskUrl}/api/live/join`, {
    method: 'POST',
    headers: { ...headers, cookie },
    body: JSON.stringify({ code: code.replace('-', '') }),
  });
  if (!joined.ok) throw new Error(`not joined: ${joined.status} ${await joined.text()}`);
  const { ticket } = (await joined.json()) as { ticket: string };
  return { url: `${deskUrl.replace('http', 'ws')}/api/live/socket`, ticket };
}

/** The customer opens the panel at its live session. */
export async function openLive(page: Page): Promise<Panel> {
  await page.getByRole('button', { name: 'Send Diagnostics' }).click();
  const panel = await panelOpened(page);
  await panel.getByRole('link', { name: /^Live/ }).click();
  return panel;
}
