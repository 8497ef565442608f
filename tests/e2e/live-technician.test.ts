import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../lab/chromium.js';
import type { Panel } from './customer.js';
import { openLive } from './live-steps.js';
import { startProduct, type Product } from './product.js';
import { pressGuarded } from './steps.js';
import { approve, closePanel, comesTo, enrol } from './support-steps.js';

// A live session as both people have it: the customer's panel and app, the technician's viewer, a real desk between them.

describe.skipIf(findChromium() === undefined)('a live session, on the technician’s side', () => {
  let product: Product;
  let fluxion: Page;
  let desk: Page;
  let panel: Panel;

  beforeAll(async () => {
    product = await startProduct();
    fluxion = await product.openFluxion();
    desk = await product.openDesk();
    await enrol(product, desk);
  }, 180_000);
  afterAll(async () => {
    await product.close();
  });

  async function press(name: string): Promise<void> {
    await pressGuarded(panel.getByRole('button', { name }).first());
  }

  async function openPanel(): Promise<void> {
    panel = await openLive(fluxion);
  }

  /** The app as the technician sees it. */
  function seen(): Locator {
    return desk.frameLocator('iframe[title="The customer’s app"]').frameLocator('.screen.shown iframe').locator('body');
  }

  async function ask(label: string, reason: string): Promise<void> {
    await bar().getByRole('button', { name: label }).click();
    await desk.getByPlaceholder('Why? The customer reads it.').fill(reason);
    await desk.getByRole('button', { name: 'Ask', exact: true }).click();
  }

  function bar(): Locator {
    return desk.getByRole('region', { name: 'What you may do' });
  }

  async function view(name: string): Promise<void> {
    await fluxion.getByRole('navigation', { name: 'Views' }).getByRole('button', { name }).click();
  }

  it('begins by the code that the customer reads out; a slip is found before it is a guess', async () => {
    await openPanel();
    await panel.getByRole('button', { name: 'Show a code to read out' }).click();
    const code = (await panel.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).textContent()) ?? '';
    await desk.getByRole('button', { name: 'Live session' }).click();
    await desk.getByText('Same network only', { exact: false }).waitFor();
    const field = desk.getByLabel('The code that the customer reads out');
    const wrong = code.startsWith('7') ? `8${code.slice(1)}` : `7${code.slice(1)}`;
    await field.fill(wrong);
    await field.press('Enter');
    await desk.getByText('This is not a pairing code', { exact: false }).waitFor();
    await field.fill(code.toLowerCase().replace('-', ' '));
    await field.press('Enter');
    await desk.getByText('Do you both see these words?').waitFor();
    const words = await desk.locator('main ol li').allTextContents();
    expect(words).toHaveLength(4);
    for (const word of words) await panel.getByText(word, { exact: true }).waitFor();
    await desk.getByText('Not verified.').waitFor();
  });

  it('opens when both have confirmed, and asks to see the app and to write', async () => {
    await desk.getByRole('button', { name: 'They are the same' }).click();
    await desk.getByText('Waiting for the customer.', { exact: false }).waitFor();
    await press('They are the same');
    await bar().waitFor();
    // Asked by a key that the organisation's list names.
    const asked = panel.getByRole('article').filter({ hasText: 'See the app' });
    await asked.waitFor();
    expect(await asked.textContent()).not.toContain('not signed');
    expect(await seen().count()).toBe(0);
    await press('Allow');
    await press('Allow');
    await bar()
      .getByRole('button', { name: /^Write messages until/ })
      .waitFor();
  });

  it('shows the app as it changes, and what is masked stays masked', async () => {
    await closePanel(fluxion);
    await view('Customers');
    await expect.poll(() => seen().textContent(), { timeout: 20_000 }).toContain('Customers');
    await fluxion.getByLabel('E-mail').fill('planted-ada@fluxion.example');
    await fluxion.evaluate(() => {
      const line = document.createElement('p');
      line.textContent = 'A line of this moment';
      document.querySelector('main')?.append(line);
    });
    await expect.poll(() => seen().textContent()).toContain('A line of this moment');
    expect(await seen().innerHTML()).not.toContain('planted-ada');
    await fluxion.mouse.move(400, 300);
    await fluxion.mouse.move(420, 310);
    await desk.locator('svg.cursor').waitFor();
  });

  it('carries messages both ways', async () => {
    await desk.getByRole('textbox', { name: 'Message' }).fill('Do you see the total?');
    await desk.keyboard.press('Enter');
    await openPanel();
    await panel.getByText('Do you see the total?').waitFor();
    await panel.getByPlaceholder('Write a message').fill('Yes: it says 12');
    await panel.getByRole('button', { name: 'Send', exact: true }).click();
    await desk.getByText('Yes: it says 12').waitFor();
  });

  it('reads the console once that is allowed, filters it, and keeps what is gone by', async () => {
    await desk.getByRole('tab', { name: 'Console' }).click();
    await ask('Read the logs', 'to see why the sync fails');
    await panel.getByText('to see why the sync fails').waitFor();
    await press('Allow');
    await fluxion.evaluate(() => {
      console.warn('sync: no answer of the server');
      console.info('sync: begins');
    });
    const list = desk.getByRole('listbox', { name: 'Console' });
    await list.getByText('sync: begins').waitFor();
    await desk.getByRole('combobox', { name: 'Level' }).selectOption({ label: 'Warnings and errors' });
    await list.getByText('sync: no answer of the server').waitFor();
    expect(await list.getByText('sync: begins').count()).toBe(0);
    await desk.getByRole('combobox', { name: 'Level' }).selectOption({ label: 'All levels' });
  });

  it('has the lines of the host process and of another window, too', async () => {
    const other = await product.openFluxion(fluxion.context());
    await other.evaluate(() => {
      console.warn('the other window says this');
    });
    const list = desk.getByRole('listbox', { name: 'Console' });
    await list.getByText('the other window says this').waitFor();
    await other.close();
    const source = desk.getByRole('combobox', { name: 'Source' });
    await source.selectOption({ label: 'Host process' });
    expect(await list.getByText('the other window says this').count()).toBe(0);
    expect(await list.getByRole('option').count()).toBeGreaterThan(0);
    await source.selectOption({ label: 'All sources' });
  });

  it('proposes a command of the app, which the customer approves; its output comes', async () => {
    await desk.getByRole('tab', { name: 'Commands' }).click();
    await ask('Propose commands', 'to see what it runs on');
    await panel.getByText('to see what it runs on').waitFor();
    await press('Allow');
    await desk.getByRole('button', { name: 'Propose a command' }).click();
    const form = desk.getByRole('form', { name: 'Propose a command' });
    await form.getByLabel('Command', { exact: true }).selectOption({ label: 'Look at the computer’s state' });
    await form.getByLabel('Why, for the customer').fill('To see the version of everything');
    await form.getByRole('button', { name: 'Propose' }).click();
    const thread = desk.getByRole('region', { name: 'Commands proposed' }).locator('article').first();
    await expect.poll(() => thread.getAttribute('data-state')).toBe('waiting');
    await panel.getByRole('link', { name: /^Requests/ }).click();
    await approve(panel, 'To see the version of everything', thread);
    await comesTo(thread, 'done');
    await thread.locator('[data-receipt="good"]').waitFor();
    await thread.getByText('node', { exact: false }).first().waitFor();
    await panel.getByRole('link', { name: 'Live' }).click();
  });

  it('points at things, takes pictures; nothing of it without its own grant', async () => {
    await ask('Point at things', 'to show where');
    await press('Allow');
    await bar()
      .getByRole('button', { name: /^Point at things until/ })
      .waitFor();
    await closePanel(fluxion);
    const surface = await desk.locator('iframe[title="The customer’s app"]').boundingBox();
    await desk.mouse.move(
      (surface?.x ?? 0) + (surface?.width ?? 0) / 2,
      (surface?.y ?? 0) + (surface?.height ?? 0) / 2,
    );
    await expect
      .poll(() => fluxion.evaluate(() => [...document.querySelectorAll('fluxrec-overlay')].length))
      .not.toBe(0);
    await openPanel();
  });

  it('is taken back by the customer, and nothing more comes', async () => {
    await panel.getByRole('button', { name: 'Take back: See the app' }).click();
    await desk.getByText('The customer took it back.').first().waitFor();
    await closePanel(fluxion);
    await view('Board');
    await fluxion.evaluate(() => {
      const line = document.createElement('p');
      line.textContent = 'Not for you';
      document.querySelector('main')?.append(line);
    });
    await fluxion.waitForTimeout(700);
    expect(await seen().textContent()).not.toContain('Not for you');
  });

  it('comes back after the app was loaded again, without the grants; ends by a press', async () => {
    await fluxion.reload();
    await desk.getByText('Do you both see these words?').waitFor({ timeout: 60_000 });
    await desk.getByRole('button', { name: 'They are the same' }).click();
    await openPanel();
    await press('They are the same');
    await bar().getByRole('button', { name: 'See the app ask' }).waitFor();
    await desk.getByRole('button', { name: 'End session' }).click();
    await desk.getByText('You have ended it.', { exact: false }).waitFor();
    await panel.getByText('The live session has ended', { exact: false }).waitFor();
  });
});
