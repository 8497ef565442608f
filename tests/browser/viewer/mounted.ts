import axe, { type Result } from 'axe-core';
import { unmount } from 'svelte';
import { page } from 'vitest/browser';
import '../../../src/viewer/base.css';
import type { Services } from '../../../src/viewer/services.js';
import { startViewer } from '../../../src/viewer/start-viewer.js';
import type { DeskDouble } from './desk-double.js';

let unmountLast: (() => Promise<void>) | undefined;

/** Starts the whole viewer at an address, as viewer.ts does, over a double of the desk. Call `remove` after each test. */
export async function start(desk: DeskDouble, hash: string, width = 1280, height = 760): Promise<Services> {
  await page.viewport(width, height);
  history.replaceState(null, '', hash);
  const target = document.body.appendChild(document.createElement('div'));
  target.id = 'viewer';
  const ahead = document.body.appendChild(document.createElement('div'));
  ahead.id = 'replay-place';
  const { services, app } = await startViewer({ target, ahead }, desk.fetch);
  unmountLast = async () => {
    await unmount(app);
    services.router.dispose();
    target.remove();
    ahead.remove();
  };
  return services;
}

export async function remove(): Promise<void> {
  await unmountLast?.();
  unmountLast = undefined;
  localStorage.clear();
}

/** Everything that axe finds wrong; the recorded page is a stranger's and left out. */
export async function problems(): Promise<string[]> {
  const { violations } = await axe.run(
    { include: [['body']], exclude: [['iframe']] },
    { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  );
  return violations.map(
    (found: Result) => `${found.id}: ${found.nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
  );
}

export function press(key: string, more: KeyboardEventInit = {}): void {
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
}

/** The element with this role and name; waits for it. */
export function get(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`nothing is ${selector}`);
  return found;
}

/** What the replay shows now. */
export function replayedText(): string {
  const surface = document.querySelector<HTMLIFrameElement>('iframe[title="Replay of the recorded page"]');
  const screen = surface?.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
  return screen?.contentDocument?.querySelector('main')?.textContent ?? '';
}
