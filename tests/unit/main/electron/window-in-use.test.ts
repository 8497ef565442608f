import { expect, test } from 'vitest';
import { windowInUse } from '../../../../src/main/electron/window-in-use.js';

interface WindowDouble {
  isVisible(): boolean;
  isMinimized(): boolean;
}

function windowDouble(isVisible: boolean, isMinimized = false): WindowDouble {
  return { isVisible: () => isVisible, isMinimized: () => isMinimized };
}

const [hidden, minimized, shown] = [windowDouble(false), windowDouble(true, true), windowDouble(true)];

test.each<[string, WindowDouble | null, WindowDouble[], WindowDouble | undefined]>([
  ['the one with the focus', shown, [windowDouble(true), shown], shown],
  ['else one that is shown', null, [hidden, minimized, shown], shown],
  ['none, where no window can be seen', null, [hidden, minimized], undefined],
  ['none, where there is none', null, [], undefined],
])('%s', (_what, focused, all, expected) => {
  expect(windowInUse({ getFocusedWindow: () => focused, getAllWindows: () => all })).toBe(expected);
});
