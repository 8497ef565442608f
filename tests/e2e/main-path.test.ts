import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { startProduct, type Product } from './product.js';
import { newestBundle, openReport, replayedBody, sendReport, syncFails, waitUntilDelivered, work } from './steps.js';

let product: Product;
let desk: Page;
let code: string;
const errors: string[] = [];

beforeAll(async () => {
  product = await startProduct();
  const fluxion = await product.openFluxion();
  await work(fluxion, 6);
  await fluxion.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Customers' }).click();
  await fluxion.evaluate(() => {
    console.warn('said among the customers');
  });
  await fluxion.waitForTimeout(1500);
  await fluxion.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Board' }).click();
  await fluxion.waitForTimeout(1500);
  await fluxion.evaluate(() => {
    console.info('said at the board');
  });
  await fluxion.waitForTimeout(500);
  await syncFails(fluxion);
  code = await sendReport(fluxion, 'Sync now does not work.');
  await waitUntilDelivered(fluxion);
  // The recorder goes on meanwhile.
  await fluxion.getByText('Diagnostics are being recorded').waitFor();
  desk = await product.openDesk();
  desk.on('pageerror', (error) => errors.push(error.message));
  await openReport(desk, code);
});
afterAll(async () => {
  await product.close();
});

function line(text: string) {
  return desk.getByRole('option').filter({ hasText: text }).first();
}

async function playhead(): Promise<number> {
  return Number(await desk.getByRole('slider', { name: 'Timeline' }).getAttribute('aria-valuenow'));
}

describe('a report, from the failure to its replay', () => {
  it('holds every lane, unbroken, with what the customer wrote', async () => {
    const bundle = await openBundle(bytesSource(await newestBundle(product)));
    expect(bundle.problems).toEqual([]);
    expect(bundle.manifest.description).toBe('Sync now does not work.');
    expect(bundle.manifest.lanes).toEqual(expect.arrayContaining(['dom', 'log', 'network', 'error', 'action']));
  });

  it('shows what the page was when a log line is clicked', async () => {
    await desk.getByRole('tab', { name: 'Log' }).click();
    await line('said among the customers').click();
    await replayedBody(desk).getByText('New customer').waitFor();
    const among = await playhead();
    await line('said at the board').click();
    await replayedBody(desk).getByRole('button', { name: '10000 Bearing 6204' }).waitFor();
    expect(await playhead()).toBeGreaterThan(among);
    await line('said among the customers').click();
    await replayedBody(desk).getByText('New customer').waitFor();
  });

  it('masks what was typed, in the replay too', async () => {
    await line('said among the customers').click();
    const company = replayedBody(desk).locator('input[name="company"]');
    await company.waitFor();
    expect(await company.inputValue()).toMatch(/^[•*]+$/);
  });

  it('lights the line of the moment when the timeline is used, by keyboard and by pointer', async () => {
    const slider = desk.getByRole('slider', { name: 'Timeline' });
    await slider.focus();
    await desk.keyboard.press('End');
    await desk
      .getByRole('option')
      .and(desk.locator('[aria-current="time"]'))
      .filter({ hasText: 'Sync failed' })
      .waitFor();
    await desk.keyboard.press('Home');
    await expect.poll(playhead).toBe(0);
    // Before the first line none is lit; how long that is, is the machine's business.
    const lit = desk.getByRole('option').and(desk.locator('[aria-current="time"]'));
    for (let press = 0; (await lit.count()) === 0 && press < 20; press += 1) {
      await desk.keyboard.press('Shift+ArrowRight');
      await desk.waitForTimeout(100);
    }
    const at = async (row: Locator): Promise<number> => {
      const [minutes = 0, seconds = 0] = ((await row.textContent()) ?? '').match(/[\d.]+/g)?.map(Number) ?? [];
      return 60 * minutes + seconds;
    };
    // The last line until then, and no later one. The timeline tells whole seconds.
    expect(await at(lit)).toBeLessThanOrEqual((await playhead()) + 0.5);
    const following = lit.locator('xpath=following-sibling::*[@role="option"][1]');
    expect(await at(following)).toBeGreaterThanOrEqual((await playhead()) - 0.5);
    expect(await line('Sync failed').and(lit).count()).toBe(0);
    const box = await slider.boundingBox();
    if (box === null) throw new Error('The timeline is not on the screen.');
    await desk.mouse.click(box.x + box.width * 0.7, box.y + box.height / 2);
    await expect.poll(playhead).toBeGreaterThan(3);
  });

  it('goes to the error, which stands at the same moment in every panel', async () => {
    await desk.getByRole('slider', { name: 'Timeline' }).focus();
    await desk.keyboard.press('Home');
    await desk.getByRole('button', { name: 'Next error' }).click();
    await desk
      .getByRole('option')
      .and(desk.locator('[aria-current="time"]'))
      .filter({ hasText: 'Booking failed' })
      .waitFor();
    await desk.getByRole('tab', { name: 'Network' }).click();
    await desk.getByRole('option').filter({ hasText: '/api/sync' }).filter({ hasText: '500' }).waitFor();
    await desk.getByRole('tab', { name: /Errors/ }).click();
    await desk.getByRole('option').filter({ hasText: 'no exchange rate for JPY' }).first().waitFor();
    await desk.getByRole('tab', { name: 'Log' }).click();
  });

  it('plays: the playhead moves, and the line of the moment is in view', async () => {
    await line('said at the board').click();
    await desk.getByRole('button', { name: 'Play', exact: true }).click();
    const lit = desk.getByRole('option').and(desk.locator('[aria-current="time"]'));
    await lit.filter({ hasText: 'Sync failed' }).waitFor({ timeout: 30_000 });
    expect(await lit.isVisible()).toBe(true);
    await desk
      .getByRole('button', { name: 'Pause', exact: true })
      .or(desk.getByRole('button', { name: 'Play', exact: true }))
      .click();
  });

  it('keeps a comment pinned to its moment, for the next technician too', async () => {
    await line('said at the board').click();
    await desk.getByRole('tab', { name: /Comments/ }).click();
    await desk.getByLabel('Comment', { exact: true }).fill('The board was open here.');
    await desk
      .getByRole('tabpanel')
      .getByRole('button', { name: /^(Comment|Send|Add)/ })
      .click();
    await desk.getByText('The board was open here.').first().waitFor();
    const second = await product.openDesk();
    await openReport(second, code);
    await second.getByRole('tab', { name: /Comments/ }).click();
    await second.getByText('The board was open here.').first().waitFor();
    await second.close();
    await desk.getByRole('tab', { name: 'Log' }).click();
  });

  it('opens at a moment by its link', async () => {
    await line('said among the customers').click();
    await replayedBody(desk).getByText('New customer').waitFor();
    const at = await playhead();
    await desk.context().grantPermissions(['clipboard-write']);
    await desk.getByRole('button', { name: 'Copy link' }).first().click();
    await desk.getByText('Link to this moment copied').waitFor();
    // As people do: the desk's policy lets no script read the clipboard.
    const field = desk.getByRole('searchbox');
    await field.focus();
    await desk.keyboard.press('ControlOrMeta+V');
    const link = await field.inputValue();
    await field.fill('');
    expect(link).toMatch(/#\/reports\/[^?]+\?.*\bt=\d+/);
    const other = await desk.context().newPage();
    await other.goto(link);
    await replayedBody(other).getByText('New customer').waitFor({ timeout: 30_000 });
    await other.getByRole('slider', { name: 'Timeline' }).waitFor();
    expect(Number(await other.getByRole('slider', { name: 'Timeline' }).getAttribute('aria-valuenow'))).toBe(at);
    await other.close();
  });

  it('left no error in the viewer, and no token in an address', () => {
    expect(errors).toEqual([]);
    expect(desk.url()).not.toContain('code=');
  });
});
