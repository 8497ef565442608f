import type { Browser, BrowserContext, Page } from 'playwright-core';

/** A page in a window of its own: pages that share one hide each other, and what is hidden gives no picture. */
export async function newWindow(
  browser: Browser,
  context: BrowserContext,
  size: { readonly width: number; readonly height: number },
): Promise<Page> {
  // Each page of a context that was made for a session has one already.
  if (context !== browser.contexts()[0]) return await context.newPage();
  const devtools = await browser.newBrowserCDPSession();
  const made = devtools.send('Target.createTarget', { url: 'about:blank', newWindow: true, ...size });
  const opened = context.waitForEvent('page', {
    predicate: async (page) => (await targetOf(context, page)) === (await made).targetId,
  });
  try {
    const page = await opened;
    const { windowId, bounds } = await devtools.send('Browser.getWindowForTarget', await made);
    // Chromium's own bars are a part of its window, not of Electron's page.
    const inner = await page.evaluate(() => ({ width: window.innerWidth, height: window.innerHeight }));
    const width = size.width + (bounds.width ?? inner.width) - inner.width;
    const height = size.height + (bounds.height ?? inner.height) - inner.height;
    await devtools.send('Browser.setWindowBounds', { windowId, bounds: { width, height } });
    return page;
  } finally {
    await devtools.detach();
  }
}

async function targetOf(context: BrowserContext, page: Page): Promise<string> {
  const devtools = await context.newCDPSession(page);
  try {
    return (await devtools.send('Target.getTargetInfo')).targetInfo.targetId;
  } finally {
    await devtools.detach();
  }
}
