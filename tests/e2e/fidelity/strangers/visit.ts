import type { BrowserContext, Page } from 'playwright-core';
import { takeMoment, walk, type Moment } from '../moments.js';
import { RandomUser } from '../random-user.js';
import type { Stranger } from './strangers.js';

const VIEWPORT = { width: 1280, height: 800 };
const CLICKABLE = [
  ...['button:enabled', 'td', 'th', 'summary', 'label', 'li', 'a', '[role=button]', '[role=tab]', '[role=menuitem]'],
  ...['[role=option]', '[role=switch]', '[role=slider]', '[role=treeitem]', '[tabindex="0"]'],
  ...['input[type=checkbox]', 'input[type=radio]'],
].join(', ');

/** Somebody goes through a stranger's page, which stays open; answers what was to be seen. Nothing leaves this computer, and no link leads away. */
export async function visit(
  context: BrowserContext,
  url: string,
  stranger: Stranger,
  steps: number,
): Promise<Moment[]> {
  const page = await context.newPage();
  await page.setViewportSize(VIEWPORT);
  await stayOn(page, url);
  await page.goto(new URL(stranger.path, url).href);
  await page.locator(stranger.ready).first().waitFor();
  await page.waitForFunction('recorder.state === "recording"');
  // What changed right before a moment is to be seen at that moment.
  await page.evaluate(() => {
    document.documentElement.setAttribute('data-visited', '');
  });
  const moments = [await takeMoment(page, `the beginning of ${stranger.name}`)];
  moments.push(...(await walk(page, new RandomUser(page, 7, CLICKABLE), steps, stranger.name)));
  return moments;
}

async function stayOn(page: Page, url: string): Promise<void> {
  let hasOpened = false;
  await page.route('**', async (route) => {
    const request = route.request();
    const isNavigation = request.isNavigationRequest() && request.frame() === page.mainFrame();
    // No content: a browser stays where it is.
    if (isNavigation && hasOpened) await route.fulfill({ status: 204 });
    else if (new URL(request.url()).origin !== new URL(url).origin) await route.abort();
    else {
      hasOpened ||= isNavigation;
      await route.continue();
    }
  });
  // A window of its own is no part of the page.
  page.on('popup', (popup) => void popup.close());
}
