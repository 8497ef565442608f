import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { findChromium } from '../lab/chromium.js';
import type { Panel } from './customer.js';
import { panelOf, startProduct, type Product } from './product.js';
import { openReport, replayedBody, sendReport, syncFails, waitUntilDelivered } from './steps.js';
import { auditLog, closePanel, enrol } from './support-steps.js';

describe.skipIf(findChromium() === undefined)('a live session that is recorded', () => {
  let product: Product;
  let fluxion: Page;
  let desk: Page;
  let panel: Panel;
  let code: string;
  /** When the line of before stood on the page. */
  let stoodMs = 0;

  beforeAll(async () => {
    product = await startProduct();
    fluxion = await product.openFluxion();
    desk = await product.openDesk();
    await enrol(product, desk);
    await syncFails(fluxion);
    code = await sendReport(fluxion, 'The sync fails');
    await waitUntilDelivered(fluxion);
    await closePanel(fluxion);
    await openReport(desk, code);
    await goLive();
  }, 240_000);
  afterAll(async () => {
    await product.close();
  });

  /** From the report until the technician sees the app. */
  async function goLive(): Promise<void> {
    await desk.getByRole('button', { name: 'Go live' }).click();
    const dialog = desk.getByRole('dialog', { name: 'Go live' });
    await dialog.getByLabel('Why, for the customer').fill('Let us look at it together');
    await dialog.getByRole('button', { name: 'Invite' }).click();
    await fluxion.getByRole('button', { name: 'Look at it' }).click({ timeout: 60_000 });
    panel = panelOf(fluxion);
    await panel.getByRole('link', { name: /^Live/ }).click();
    await press('Accept');
    await desk.getByText('Do you both see these words?').waitFor({ timeout: 90_000 });
    await desk.getByRole('button', { name: 'They are the same' }).click();
    await press('They are the same');
    await allow('See the app');
    await allow('Write messages');
    await seen().getByText('Orders').first().waitFor();
  }

  /** Guarded buttons act only when they have been in full view for half a second. */
  async function press(name: string): Promise<void> {
    const button = panel.getByRole('button', { name }).first();
    await button.waitFor();
    await fluxion.waitForTimeout(900);
    await button.click();
  }

  async function allow(what: string): Promise<void> {
    const asked = panel.getByRole('article').filter({ hasText: what });
    await asked.getByRole('button', { name: 'Allow' }).scrollIntoViewIfNeeded();
    await fluxion.waitForTimeout(900);
    await asked.getByRole('button', { name: 'Allow' }).click();
    await asked.waitFor({ state: 'detached' });
  }

  async function openPanel(): Promise<void> {
    await fluxion.getByRole('button', { name: 'Send Diagnostics' }).click();
    panel = panelOf(fluxion);
    await panel.getByRole('link', { name: /^Live/ }).click();
  }

  /** The app as the technician sees it. */
  function seen(): Locator {
    return desk.frameLocator('iframe[title="The customer’s app"]').frameLocator('.screen.shown iframe').locator('body');
  }

  /** Something in the app that everybody can see and the log has. */
  async function happens(what: string): Promise<void> {
    await fluxion.evaluate((text) => {
      console.warn(text);
      const line = document.querySelector('p[data-happened]') ?? document.createElement('p');
      line.setAttribute('data-happened', '');
      line.textContent = text;
      // Beside what the app draws, which it draws anew.
      document.body.append(line);
    }, what);
    await seen().getByText(what).first().waitFor();
  }

  /** Every text in the later parts of the report. */
  async function laterParts(): Promise<string> {
    const files = (await readdir(product.dir, { recursive: true })).filter((name) =>
      /parts[/\\][1-9]\d*\.fluxrec$/.test(name),
    );
    let text = '';
    for (const name of files) {
      const bundle = await openBundle(bytesSource(new Uint8Array(await readFile(join(product.dir, name)))));
      for (const entry of bundle.manifest.entries)
        text += inflateRawSync(await bundle.readStored(entry)).toString('utf8');
    }
    return text;
  }

  it('is asked for with what is kept and where it goes; everybody sees that it is on', async () => {
    await closePanel(fluxion);
    await happens('before the grant');
    stoodMs = Date.now() + 500;
    await desk.getByRole('button', { name: /^Record this session/ }).click();
    await desk.getByPlaceholder('Why? The customer reads it.').fill('so that the developers see it');
    await desk.getByRole('button', { name: 'Ask', exact: true }).click();
    await openPanel();
    const asked = panel.getByRole('article').filter({ hasText: 'Record this session' });
    await asked.getByText(`joins your report ${code}`, { exact: false }).waitFor();
    await asked.getByText('Nothing from before.', { exact: false }).waitFor();
    await allow('Record this session');
    await panel.getByRole('region', { name: 'Recording for support' }).getByText(code).waitFor();
    await desk.getByText('This session is recorded', { exact: false }).waitFor();
    await closePanel(fluxion);
    expect(await banner()).toContain('This session is being recorded for support.');
  });

  const banner = (): Promise<string> =>
    fluxion.evaluate(() =>
      [...document.querySelectorAll('fluxrec-overlay')]
        .map(({ shadowRoot }) => shadowRoot?.textContent ?? '')
        .join(' '),
    );

  it('has what is said and what happens', async () => {
    await happens('while it is recorded');
    await desk.getByRole('textbox', { name: 'Message' }).fill('Do you see the line?');
    await desk.keyboard.press('Enter');
    await openPanel();
    await panel.getByText('Do you see the line?').waitFor();
    await panel.getByPlaceholder('Write a message').fill('Yes, at the top');
    await panel.getByRole('button', { name: 'Send', exact: true }).click();
    await desk.getByText('Yes, at the top').waitFor();
  });

  it('is left for what is not on the page any more, and come back to', async () => {
    const before = desk
      .frameLocator('iframe[title="The customer’s app, before"]')
      .frameLocator('.screen.shown iframe')
      .locator('body');
    const pressedMs = Date.now();
    await desk.getByRole('button', { name: 'Rewind' }).click();
    await before.getByText('Orders').first().waitFor();
    // To a moment in which it still stood there.
    await desk.getByRole('slider', { name: 'Moment' }).evaluate((slider, agoMs) => {
      if (!(slider instanceof HTMLInputElement)) return;
      slider.value = String(Number(slider.max) - agoMs);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    }, pressedMs - stoodMs);
    await before.getByText('before the grant').waitFor();
    expect(await before.textContent()).not.toContain('while it is recorded');
    expect(await seen().textContent()).toContain('while it is recorded');
    await panel.getByText('Is looking at what happened before').waitFor();
    await desk.getByRole('button', { name: 'Back to now' }).click();
    await before.waitFor({ state: 'detached' });
    await panel.getByText('Is watching').waitFor();
  });

  it('ends by one press of the customer, and becomes a part of the report: exactly that stretch', async () => {
    await panel.getByRole('button', { name: 'Stop recording' }).click();
    await panel.getByText('The recording of this session has ended.', { exact: false }).waitFor();
    await closePanel(fluxion);
    await happens('after the end');
    await openPanel();
    await panel.getByText('One part is on its way or there.', { exact: false }).waitFor({ timeout: 60_000 });
    await expect.poll(laterParts, { timeout: 60_000, interval: 500 }).toContain('while it is recorded');
    const text = await laterParts();
    expect(text).toContain('Do you see the line?');
    expect(text).toContain('Yes, at the top');
    // The full snapshot that it begins with has the line of before, as it stood on the page; what happened then is not in it.
    expect(text).not.toContain('after the end');
    expect(text.split('\n').some((line) => line.includes('"type":"log"') && line.includes('before the grant'))).toBe(
      false,
    );
    await panel.getByRole('button', { name: 'End session' }).click();
    await desk.getByText('The customer has ended it.', { exact: false }).waitFor();
  });

  it('is on the report’s timeline, in step with the replay', async () => {
    await desk.getByRole('link', { name: 'Go to the report' }).click();
    const live = desk.getByRole('tab', { name: /^Live/ });
    const show = desk.getByRole('button', { name: 'Show it' });
    await live.or(show).first().waitFor({ timeout: 60_000 });
    if (await show.isVisible()) await show.click();
    await live.click();
    const list = desk.getByRole('listbox', { name: 'Live session' });
    await list.getByText('Yes, at the top').click();
    await expect.poll(() => replayedBody(desk).textContent(), { timeout: 30_000 }).toContain('while it is recorded');
    await list.getByText('Do you see the line?').waitFor();
    await list.getByText('The customer took it back.', { exact: false }).first().waitFor();
    await desk.getByRole('tab', { name: 'Log' }).click();
    await desk.getByRole('listbox', { name: 'Log' }).getByText('while it is recorded').waitFor();
  });

  it('is in the customer’s audit log', async () => {
    const { kinds, verdict } = await auditLog(product);
    expect(verdict).not.toContain('changed');
    expect(kinds).toEqual(expect.arrayContaining(['live-recording-begun', 'live-recording-part']));
    expect(kinds).not.toContain('live-recording-lost');
  });
});
