import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../lab/chromium.js';
import { TechnicianBrowser } from '../lab/technician-browser.js';
import type { Panel } from './customer.js';
import { joinByCode, openLive } from './live-steps.js';
import { startProduct, type Product } from './product.js';
import { pressGuarded } from './steps.js';
import { closePanel } from './support-steps.js';

// The customer's side of a live session, as a customer has it; the technician is a page without a face.

describe.skipIf(findChromium() === undefined)('a live session, on the customer’s side', () => {
  let product: Product;
  let fluxion: Page;
  let panel: Panel;
  let technician: TechnicianBrowser;

  beforeAll(async () => {
    product = await startProduct();
    fluxion = await product.openCapturing();
    technician = await TechnicianBrowser.open(product.browser);
  }, 120_000);
  afterAll(async () => {
    await product.close();
  });

  async function press(name: string): Promise<void> {
    await pressGuarded(panel.getByRole('button', { name }));
  }

  async function openPanel(): Promise<void> {
    panel = await openLive(fluxion);
  }

  async function allow(kind: Parameters<typeof technicianAsk>[0]): Promise<void> {
    await technician.page.evaluate((asked) => {
      technicianAsk(asked);
    }, kind);
    await press('Allow');
    await technician.until(
      ({ control }) => control.some((message) => message.type === 'grant-given' && message.kind === kind),
      `the grant ${kind}`,
    );
  }

  const size = (): Promise<{ width: number; height: number }> =>
    fluxion.evaluate(() => ({ width: window.innerWidth, height: window.innerHeight }));

  it('begins by a code, is confirmed by words, and shows nothing before', async () => {
    await openPanel();
    await panel.getByRole('button', { name: 'Show a code to read out' }).click();
    const code = (await panel.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).textContent()) ?? '';
    const { url, ticket } = await joinByCode(product, code);
    await technician.page.evaluate(
      ([to, by]) => {
        technicianBegin(to ?? '', by ?? '');
      },
      [url, ticket],
    );
    const { words } = await technician.until(({ phase }) => phase === 'comparing', 'the words');
    for (const word of words) await panel.getByText(word, { exact: true }).waitFor();
    await technician.page.evaluate(() => {
      technicianConfirm();
    });
    await press('They are the same');
    const { dom, console } = await technician.until(({ phase }) => phase === 'open', 'the open session');
    expect([dom, console]).toEqual(['', '']);
    await panel.getByText('Nothing yet.', { exact: false }).waitFor();
  });

  it('shows the app, masked, once that is allowed, and the log with what was before', async () => {
    await allow('view-dom');
    await allow('console');
    await closePanel(fluxion);
    await technician.until(({ dom }) => dom.includes('"type":2'), 'the app');
    await technician.until(({ console }) => console.includes('caught-up'), 'the past');
    await fluxion.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Customers' }).click();
    await fluxion.getByLabel('E-mail').pressSequentially('planted-ada@fluxion.example');
    await fluxion.evaluate(() => {
      console.warn('planted-ada@fluxion.example is not known; the end');
    });
    const { dom, console: lines } = await technician.until(({ console }) => console.includes('the end'), 'the log');
    expect(dom + lines).not.toContain('planted-ada');
    expect(dom).toContain('Customers');
  });

  it('shows a video of the window by the customer’s own press, with what is masked painted over', async () => {
    await fluxion.evaluate(() => {
      const place = (left: number, colour: string, attribute: string): void => {
        const box = document.createElement('div');
        box.style.cssText = `position:fixed;left:${left}px;top:300px;width:200px;height:120px;background:${colour};z-index:9`;
        if (attribute !== '') box.setAttribute(attribute, '');
        document.body.append(box);
        box.animate([{ transform: 'none' }, { transform: 'translateY(200px)' }], {
          duration: 900,
          iterations: Infinity,
          direction: 'alternate',
        });
      };
      place(200, '#ff00ff', 'data-fluxrec-mask');
      place(600, '#00ffff', '');
    });
    await openPanel();
    await allow('view-video');
    await closePanel(fluxion);
    await fluxion.getByRole('button', { name: 'This window' }).click();
    const { control } = await technician.until(
      (seen) => seen.control.some((message) => message.type === 'video-state' && message.state === 'on'),
      'the video',
    );
    const state = control.findLast(({ type }) => type === 'video-state');
    expect(state).toMatchObject({ surface: 'app', ...(await size()) });
    let [seen, leaked, shown] = [0, 0, 0];
    await expect
      .poll(
        async () => {
          const video = await technician.page.evaluate(() => technicianVideo());
          seen += 1;
          leaked += video?.magenta ?? 0;
          shown = Math.max(shown, video?.cyan ?? 0);
          return (video?.frames ?? 0) > 30 && seen > 30;
        },
        { timeout: 30_000, interval: 60 },
      )
      .toBe(true);
    // What is not masked is there, so that something was looked at.
    expect(shown).toBeGreaterThan(5000);
    expect(leaked).toBe(0);
  });

  it('takes a picture by the customer’s own press', async () => {
    await openPanel();
    await allow('screenshot');
    await closePanel(fluxion);
    await technician.page.evaluate(() => {
      technicianSay({ type: 'screenshot-asked', request: crypto.randomUUID() });
    });
    await fluxion.getByRole('button', { name: 'Take the picture' }).click();
    const { pictures } = await technician.until((seen) => seen.pictures.length === 1, 'the picture');
    expect(pictures[0]).toMatchObject(await size());
  });

  it('is seen by the customer in the app, and taken back there by one press', async () => {
    await fluxion.getByText('see the app, read the logs, see a video, take pictures', { exact: false }).waitFor();
    await fluxion.getByRole('button', { name: 'Take all back' }).click();
    await technician.until(
      ({ control }) => control.filter(({ type }) => type === 'grant-withdrawn').length === 4,
      'the withdrawal',
    );
    const { dom } = await technician.seen();
    await fluxion.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Board' }).click();
    await fluxion.waitForTimeout(500);
    expect((await technician.seen()).dom).toBe(dom);
  });

  it('comes back after the app was loaded again, without what was granted', async () => {
    await fluxion.reload();
    await technician.until(({ phase }) => phase === 'comparing', 'new words');
    await technician.page.evaluate(() => {
      technicianConfirm();
    });
    await openPanel();
    await press('They are the same');
    await technician.until(({ phase }) => phase === 'open', 'the open session');
    await panel.getByText('Nothing yet.', { exact: false }).waitFor();
  });

  it('ends by the customer’s press, on both sides', async () => {
    await panel.getByRole('button', { name: 'End session' }).click();
    const { code } = await technician.until(({ phase }) => phase === 'ended', 'the end');
    expect(code).toBe('live-ended');
    await panel.getByRole('heading', { name: 'The live session has ended' }).waitFor();
  });
});
