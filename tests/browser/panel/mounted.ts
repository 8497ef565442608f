import axe, { type Result } from 'axe-core';
import { flushSync, mount, unmount } from 'svelte';
import { vi } from 'vitest';
import { page } from 'vitest/browser';
import '../../../src/recorder/panel/panel.css';
import Panel from '../../../src/recorder/panel/Panel.svelte';
import { PanelState, type View } from '../../../src/recorder/panel/state/panel-state.svelte.js';
import { HostDouble } from './host-double.js';

export interface Mounted {
  readonly host: HostDouble;
  readonly panel: PanelState;
  readonly leave: ReturnType<typeof vi.fn<() => void>>;
  readonly reload: ReturnType<typeof vi.fn<() => void>>;
}

let unmountLast: (() => Promise<void>) | undefined;

/** Mounts the whole panel over a double of the host. Call `remove` after each test. */
export async function open(
  view: View = 'send',
  prepare: (host: HostDouble) => void = () => undefined,
  width = 760,
): Promise<Mounted> {
  // Within the runner's window: it shows a larger frame scaled down, which a guarded button rightly calls not visible.
  await page.viewport(width, 680);
  const host = new HostDouble();
  prepare(host);
  const leave = vi.fn<() => void>();
  const reload = vi.fn<() => void>();
  const panel = new PanelState(host, { now: () => Date.now(), leave, reload });
  history.replaceState(null, '', `#${view}`);
  const target = document.createElement('div');
  target.id = 'panel';
  document.body.append(target);
  const component = mount(Panel, { target, props: { panel } });
  unmountLast = async () => {
    await unmount(component);
    target.remove();
  };
  await panel.connect();
  flushSync();
  return { host, panel, leave, reload };
}

export async function remove(): Promise<void> {
  await unmountLast?.();
  unmountLast = undefined;
}

/** What axe finds that keeps somebody from using the panel, or makes it hard. */
export async function seriousProblems(): Promise<string[]> {
  const { violations } = await axe.run(document.body, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  });
  return violations.map((found: Result) => `${found.id}: ${found.nodes.map(({ html }) => html).join(' | ')}`);
}
