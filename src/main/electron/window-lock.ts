import type { WebContents } from 'electron';
import { PANEL_URL, REPLAY_URL } from './panel-scheme.js';

/** The panel shows its own document, plays drafts in one other, and goes nowhere. */
export function lockPanel(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  const stayMain = (details: { readonly url: string; preventDefault(): void }): void => {
    if (withoutFragment(details.url) !== PANEL_URL) details.preventDefault();
  };
  contents.on('will-navigate', stayMain);
  // Nothing that the scheme serves redirects.
  contents.on('will-redirect', (details) => {
    details.preventDefault();
  });
  contents.on('will-frame-navigate', (details) => {
    if (details.isMainFrame) stayMain(details);
    else if (!isFramePlace(details.url)) details.preventDefault();
  });
}

/** rrweb rebuilds pages in frames without an address of their own. */
function isFramePlace(url: string): boolean {
  return withoutFragment(url) === REPLAY_URL || url === 'about:blank' || url === 'about:srcdoc';
}

function withoutFragment(url: string): string {
  return url.split('#', 1)[0] ?? '';
}
