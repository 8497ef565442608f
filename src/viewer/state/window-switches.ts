import type { ReplayWindow } from '../model/chains.js';

export interface WindowSwitch {
  readonly ms: number;
  /** `ReplayWindow.key` of the window that people turned to. */
  readonly window: string;
}

/** Where the actions, ascending in time, pass from one window to another. */
export function windowSwitches(
  windows: readonly ReplayWindow[],
  actions: readonly { readonly ms: number; readonly source: string }[],
): readonly WindowSwitch[] {
  if (windows.length < 2) return [];
  const windowOf = new Map(
    windows.flatMap((window) => window.chains.map((chain) => [chain.source.key, window.key] as const)),
  );
  const switches: WindowSwitch[] = [];
  let before: string | undefined;
  for (const { ms, source } of actions) {
    const window = windowOf.get(source);
    if (window === undefined || window === before) continue;
    if (before !== undefined) switches.push({ ms, window });
    before = window;
  }
  return switches;
}
