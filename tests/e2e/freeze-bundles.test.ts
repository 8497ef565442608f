// FLUXREC_FREEZE=0.1.0 npx vitest run --project e2e tests/e2e/freeze-bundles.test.ts
// Makes the recorded vectors of a version (tests/vectors/recorded) with the product at work. What is frozen is never made again: a
// folder that is there is not written over.
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/built.js';
import { whatIsRead } from '../vectors/recorded/what-is-read.js';
import { launchCapturing } from '../integration/screen/screen-site.js';
import { chromiumPath, launchProfile, panelOf, startProduct, type Product } from './product.js';
import { newestBundle, openPanel, openReport, pressSend, sendReport, syncFails, waitUntilDelivered } from './steps.js';
import { approve, closePanel, comesTo, enrol, lookAtRequest, propose, requestOf } from './support-steps.js';

const version = process.env['FLUXREC_FREEZE'];
/** So that the video stays small. */
const SMALL = { width: 960, height: 680 };

/** Runs in Fluxion's process before anything else. */
const OTHER_RELEASE = `import os from 'node:os';
import { syncBuiltinESMExports } from 'node:module';
os.release = () => '6.12.0';
syncBuiltinESMExports();`;

/** Runs in the page before anything else: the app has four orders in place of 220, so that what is kept for ever is small. */
function fewOrders(): void {
  const from = Array.from.bind(Array);
  Array.from = (...args: [never]) => {
    const [list] = args as unknown as [ArrayLike<unknown>];
    if (!Array.isArray(list) && list.length === 220) args[0] = { length: 4 } as never;
    return from(...args);
  };
}

describe.runIf(version !== undefined)('bundles to freeze', () => {
  const folder = join(root, 'tests/vectors/recorded', version ?? '');
  let product: Product;
  beforeAll(async () => {
    await mkdir(folder);
    product = await startProduct();
    await product.stopFluxion();
    await startAtHome();
  });
  afterAll(async () => {
    await product.close();
  });

  /**
   * Fluxion as it runs for a user in whose home it lies, on a system of the release that is named: where it was built is then in
   * none of its stacks, and on what in no manifest.
   */
  async function startAtHome(): Promise<void> {
    const { HOME = '', NODE_OPTIONS = '' } = process.env;
    const release = `--import=data:text/javascript,${encodeURIComponent(OTHER_RELEASE)}`;
    Object.assign(process.env, { HOME: root, NODE_OPTIONS: release });
    try {
      await product.startFluxion();
    } finally {
      Object.assign(process.env, { HOME, NODE_OPTIONS });
    }
  }

  /** `isElsewhere`: the file is frozen at another place. */
  async function freeze(name: string, file: Uint8Array<ArrayBuffer>, isElsewhere = false): Promise<string> {
    const read = `${JSON.stringify(await whatIsRead(file), undefined, 1)}\n`;
    // Nothing in what is kept for ever tells of the computer on which it was made.
    expect(read).not.toContain(root);
    if (!isElsewhere) await writeFile(join(folder, `${name}.fluxrec`), file);
    await writeFile(join(folder, `${name}.json`), read);
    return read;
  }

  async function sendAndFreeze(page: Page, name: string, description: string): Promise<string> {
    await sendReport(page, description);
    await waitUntilDelivered(page);
    const read = await freeze(name, await newestBundle(product));
    await closePanel(page);
    return read;
  }

  const say = (page: Page, text: string): Promise<void> =>
    page.evaluate((words) => {
      console.info(words);
    }, text);

  async function help(page: Page, item: string): Promise<void> {
    await page.getByRole('button', { name: 'Help' }).click();
    await page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  it('every lane: typing that is masked, a request that fails, a video', async () => {
    const capturing = await launchCapturing(chromiumPath());
    try {
      const page = await product.openFluxion(
        await withFewOrders(capturing.newContext({ viewport: SMALL, serviceWorkers: 'block' })),
      );
      await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Customers' }).click();
      await page.getByLabel('E-mail').fill('grace.hopper@secret-mail.example');
      await page.getByLabel('Card number').pressSequentially('4929 1234 5678 9012');
      await help(page, 'Record Screen');
      await page.getByText('● The screen is being recorded').waitFor();
      await page.getByLabel('Notes').pressSequentially('typed in front of the video', { delay: 60 });
      await syncFails(page);
      await page.evaluate(() => {
        console.warn('an object', { nested: { list: [1, 2, 3] } });
        setTimeout(() => {
          throw new TypeError('thrown in a timer');
        });
      });
      await page.waitForTimeout(1500);
      await help(page, 'Stop Recording Screen');
      await page.getByText('● The screen is being recorded').waitFor({ state: 'detached' });
      const read = await sendAndFreeze(page, 'every-lane', 'I pressed Sync now and nothing happened.');
      for (const lane of ['dom', 'screen', 'thumbnail', 'log', 'network', 'error', 'action', 'recorder', 'app-sync']) {
        expect(read).toContain(`"lane": "${lane}"`);
      }
      expect(read).toContain('thrown in a timer');
      expect(read).not.toContain('secret-mail');
    } finally {
      await capturing.close();
    }
  });

  it('what is left when everything was killed: segments that nobody sealed, two windows, two runs of the app', async () => {
    const profileFolder = join(product.dir, 'profile-killed');
    const profile = await withFewOrders(launchProfile(profileFolder));
    const first = await product.openFluxion(profile);
    const second = await product.openFluxion(profile);
    await say(first, 'in the first window');
    await say(second, 'in the second window');
    await second.waitForTimeout(1200);
    await killBrowser(profile);
    await product.stopFluxion('SIGKILL');
    await startAtHome();
    const again = await withFewOrders(launchProfile(profileFolder));
    try {
      const page = await product.openFluxion(again);
      await say(page, 'after the kill');
      await page.waitForTimeout(1200);
      const read = await sendAndFreeze(page, 'killed', 'The computer went off.');
      for (const text of ['in the first window', 'in the second window', 'after the kill'])
        expect(read).toContain(text);
    } finally {
      await again.close();
    }
  });

  it('what is left after a pause and after a wipe, and a part that the customer chose', async () => {
    const context = await withFewOrders(product.browser.newContext({ viewport: { width: 1280, height: 800 } }));
    const page = await product.openFluxion(context);
    await say(page, 'before the pause');
    await page.waitForTimeout(800);
    await help(page, 'Pause Recording');
    await page.getByText('Diagnostics: paused').waitFor();
    await say(page, 'in the pause');
    await page.waitForTimeout(800);
    await help(page, 'Resume Recording');
    await page.getByText('Diagnostics are being recorded').waitFor();
    await say(page, 'after the pause');
    await page.waitForTimeout(800);
    const paused = await openPanel(page);
    await paused.getByRole('checkbox', { name: 'Network requests' }).uncheck();
    await pressSend(page);
    await waitUntilDelivered(page);
    const chosen = await freeze('paused-and-chosen', await newestBundle(product));
    expect(chosen).toContain('after the pause');
    expect(chosen).not.toContain('in the pause');
    expect(chosen).not.toContain('"lane": "network"');
    await closePanel(page);

    await help(page, 'Wipe Recording…');
    const wipe = panelOf(page).getByRole('button', { name: 'Wipe now' });
    await wipe.waitFor();
    await page.waitForTimeout(900);
    await wipe.click();
    await panelOf(page).getByText('The recording is erased').waitFor({ timeout: 60_000 });
    await closePanel(page);
    await say(page, 'after the wipe');
    await page.waitForTimeout(800);
    const wiped = await sendAndFreeze(page, 'wiped', 'From nothing.');
    expect(wiped).toContain('after the wipe');
    expect(wiped).not.toContain('after the pause');
    await context.close();
  });

  it('a report: commands and their results, comments, a live session in a part of its own', async () => {
    const page = await product.openFluxion(
      await withFewOrders(product.browser.newContext({ viewport: { width: 1280, height: 800 } })),
    );
    await syncFails(page);
    const code = await sendReport(page, 'The sync fails.');
    await waitUntilDelivered(page);
    await closePanel(page);
    const desk = await product.openDesk();
    await enrol(product, desk);
    await openReport(desk, code);
    // Whose answer says nothing of the computer on which it was made.
    const reason = 'Which rates do you see?';
    const done = await propose(desk, 'Check the exchange rates', reason);
    let panel = await lookAtRequest(page);
    await approve(panel, reason, done);
    await comesTo(done, 'done');
    await closePanel(page);
    const denied = await propose(desk, 'Read the app’s log', 'What did it say?');
    panel = await lookAtRequest(page);
    await requestOf(panel, 'What did it say?').getByRole('button', { name: 'Deny' }).click();
    await comesTo(denied, 'denied');
    await closePanel(page);
    await recordLive(page, desk);
    const reports = join(product.dir, 'desk');
    const head = (await readdir(reports, { recursive: true })).filter((name) => name.endsWith('report.json'));
    const heads = await Promise.all(
      head.map(async (name) => ({ name, text: await readFile(join(reports, name), 'utf8') })),
    );
    const found = heads.find(({ text }) => text.includes(code))?.name.replace(/[/\\]report\.json$/, '') ?? '';
    await expect
      .poll(() => stat(join(reports, found, 'parts/1.fluxrec')).catch(() => undefined), { timeout: 60_000 })
      .toBeDefined();
    await expect
      .poll(async () => (await readdir(join(reports, found, 'conversation'))).length, { timeout: 20_000 })
      .toBeGreaterThan(6);
    const id = found.split(/[/\\]/).at(-1) ?? '';
    const answer = await desk.request.get(new URL(`/api/reports/${id}`, desk.url()).href);
    await writeFile(join(folder, 'report.json'), `${JSON.stringify(await answer.json(), undefined, 1)}\n`);
    await cp(join(reports, found), join(folder, 'report/reports', id), { recursive: true });
    for (const number of ['0', '1']) {
      const read = await freeze(`report-part-${number}`, await part(join(reports, found), number), true);
      if (number === '1') expect(read).toContain('"lane": "live"');
    }
  });

  async function part(report: string, number: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await readFile(join(report, 'parts', `${number}.fluxrec`)));
  }

  /** A session about the report, with words of both sides, recorded until the customer ends it. */
  async function recordLive(page: Page, desk: Page): Promise<void> {
    const panel = panelOf(page);
    // Guarded buttons act only when they have been in full view for half a second.
    const press = async (button: Locator): Promise<void> => {
      await button.waitFor();
      await button.scrollIntoViewIfNeeded();
      await page.waitForTimeout(900);
      await button.click();
    };
    const allow = async (what: string): Promise<void> => {
      const asked = panel.getByRole('article').filter({ hasText: what });
      await press(asked.getByRole('button', { name: 'Allow' }));
      await asked.waitFor({ state: 'detached' });
    };
    await desk.getByRole('button', { name: 'Go live' }).click();
    const dialog = desk.getByRole('dialog', { name: 'Go live' });
    await dialog.getByLabel('Why, for the customer').fill('Let us look at it together');
    await dialog.getByRole('button', { name: 'Invite' }).click();
    await page.getByRole('button', { name: 'Look at it' }).click({ timeout: 60_000 });
    await panel.getByRole('link', { name: /^Live/ }).click();
    await press(panel.getByRole('button', { name: 'Accept' }));
    await desk.getByText('Do you both see these words?').waitFor({ timeout: 90_000 });
    await desk.getByRole('button', { name: 'They are the same' }).click();
    await press(panel.getByRole('button', { name: 'They are the same' }));
    await allow('See the app');
    await allow('Write messages');
    await desk.getByRole('button', { name: /^Record this session/ }).click();
    await desk.getByPlaceholder('Why? The customer reads it.').fill('for the developers');
    await desk.getByRole('button', { name: 'Ask', exact: true }).click();
    await allow('Record this session');
    await desk.getByText('This session is recorded', { exact: false }).waitFor();
    await desk.getByRole('textbox', { name: 'Message' }).fill('Do you see the line?');
    await desk.keyboard.press('Enter');
    await panel.getByPlaceholder('Write a message').fill('Yes, at the top');
    await panel.getByRole('button', { name: 'Send', exact: true }).click();
    await desk.getByText('Yes, at the top').waitFor();
    await press(panel.getByRole('button', { name: 'Stop recording' }));
    await panel.getByText('One part is on its way or there.', { exact: false }).waitFor({ timeout: 60_000 });
    await panel.getByRole('button', { name: 'End session' }).click();
  }
});

async function withFewOrders(opening: Promise<BrowserContext>): Promise<BrowserContext> {
  const context = await opening;
  await context.addInitScript(fewOrders);
  return context;
}

/** As a power cut would: nobody gets to say goodbye. */
async function killBrowser(profile: BrowserContext): Promise<void> {
  const devtools = await profile.browser()?.newBrowserCDPSession();
  if (devtools === undefined) throw new Error('The browser cannot be killed.');
  const closed = new Promise<void>((done) =>
    profile.once('close', () => {
      done();
    }),
  );
  void devtools.send('Browser.crash').catch(() => undefined);
  await closed;
}
