import { describe, expect, it } from 'vitest';
import { parseHotkey } from '../../../src/recorder/hotkey.js';
import { describeKey } from '../../../src/recorder/lanes/action/keys.js';

const press = (key: string, modifiers: string[] = [], more: object = {}) => ({
  key,
  code: `Key${key.toUpperCase()}`,
  ctrlKey: modifiers.includes('ctrl'),
  metaKey: modifiers.includes('meta'),
  altKey: modifiers.includes('alt'),
  shiftKey: modifiers.includes('shift'),
  repeat: false,
  isComposing: false,
  getModifierState: (name: string) => modifiers.includes(name),
  ...more,
});

describe('parseHotkey', () => {
  it('is Ctrl here and Cmd on a Mac', () => {
    expect(parseHotkey('Mod+Shift+D', false)(press('D', ['ctrl', 'shift']))).toBe(true);
    expect(parseHotkey('Mod+Shift+D', true)(press('d', ['meta', 'shift']))).toBe(true);
    expect(parseHotkey('Mod+Shift+D', false)(press('D', ['meta', 'shift']))).toBe(false);
  });

  it('wants exactly its modifiers', () => {
    const isHotkey = parseHotkey('Alt+F8', false);
    expect(isHotkey(press('F8', ['alt']))).toBe(true);
    expect(isHotkey(press('F8', ['alt', 'ctrl']))).toBe(false);
    expect(isHotkey(press('F8'))).toBe(false);
    expect(isHotkey(press('F8', ['alt'], { repeat: true }))).toBe(false);
  });

  it('goes by the place of the key on a keyboard without Latin letters', () => {
    const isHotkey = parseHotkey('Ctrl+D', false);
    expect(isHotkey(press('в', ['ctrl'], { code: 'KeyD' }))).toBe(true);
    expect(isHotkey(press('e', ['ctrl'], { code: 'KeyD' }))).toBe(false);
  });
});

describe('describeKey', () => {
  it.each([
    [press('Enter'), 'Enter'],
    [press('k', ['ctrl', 'shift']), 'Ctrl+Shift+K'],
    [press('z', ['meta']), 'Cmd+Z'],
    [press('Tab', ['shift']), 'Shift+Tab'],
    [press(' ', ['ctrl']), 'Ctrl+Space'],
  ])('says %o', (event, text) => {
    expect(describeKey(event)).toBe(text);
  });

  it.each([
    press('a'),
    press('A', ['shift']),
    press('@', ['ctrl', 'alt', 'AltGraph']),
    press('å', ['alt']),
    press('Shift', ['shift']),
    press('Backspace'),
    press('😀'),
    press('Enter', [], { repeat: true }),
    press('Enter', [], { isComposing: true }),
    press('Dead'),
  ])('is silent about what types text: %o', (event) => {
    expect(describeKey(event)).toBeUndefined();
  });
});
