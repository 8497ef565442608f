/** Opens the panel. Ctrl on Windows and Linux, Cmd on a Mac. */
export const DEFAULT_HOTKEY = 'Mod+Shift+D';

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat'>;

function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.platform);
}

/** A test for a hotkey such as `Mod+Shift+D` or `Alt+F8`: modifiers Mod, Ctrl, Cmd, Alt, Shift, and one key, by its name in KeyboardEvent.key. */
export function parseHotkey(hotkey: string, mac = isMac()): (event: KeyPress) => boolean {
  const parts = hotkey.split('+').map((part) => part.trim().toLowerCase());
  const key = parts.pop() ?? '';
  const has = (name: string): boolean => parts.includes(name);
  const wants = {
    ctrlKey: has('ctrl') || (has('mod') && !mac),
    metaKey: has('cmd') || has('meta') || (has('mod') && mac),
    altKey: has('alt'),
    shiftKey: has('shift'),
  };
  return (event) => {
    if (key === '' || event.repeat || typeof event.key !== 'string') return false;
    if (
      event.ctrlKey !== wants.ctrlKey ||
      event.metaKey !== wants.metaKey ||
      event.altKey !== wants.altKey ||
      event.shiftKey !== wants.shiftKey
    ) {
      return false;
    }
    // On a keyboard without Latin letters the place of the key counts.
    const isLatin = /^[\x20-\x7e]+$/.test(event.key);
    return event.key.toLowerCase() === key || (!isLatin && event.code.toLowerCase() === `key${key}`);
  };
}
