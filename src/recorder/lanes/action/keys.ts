/** Keys that do something by themselves. What types a character, and Shift alone, is never told. */
const NAMED_KEYS: ReadonlySet<string> = new Set([
  'Enter',
  'Escape',
  'Delete',
  'F1',
  'F2',
  'F3',
  'F4',
  'F5',
  'F6',
  'F7',
  'F8',
  'F9',
  'F10',
  'F11',
  'F12',
  'ContextMenu',
  'PageDown',
  'PageUp',
  'Home',
  'End',
  'Tab',
]);

type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat' | 'isComposing'
> & {
  getModifierState(key: string): boolean;
};

/** `Ctrl+Shift+K`, `Enter`; undefined for what types text. */
export function describeKey(event: KeyPress): string | undefined {
  if (event.repeat || event.isComposing || typeof event.key !== 'string') return undefined;
  // The names of keys are longer than any one character.
  const isCharacter = event.key.length <= 2 && !NAMED_KEYS.has(event.key);
  // AltGr types characters on many keyboards, and so does Option on a Mac.
  const isShortcut = (event.ctrlKey || event.metaKey) && !event.getModifierState('AltGraph');
  if (isCharacter ? !isShortcut : !NAMED_KEYS.has(event.key)) return undefined;
  const modifiers = [
    event.ctrlKey ? 'Ctrl' : '',
    event.metaKey ? 'Cmd' : '',
    event.altKey ? 'Alt' : '',
    event.shiftKey ? 'Shift' : '',
  ];
  const key = event.key === ' ' ? 'Space' : isCharacter ? event.key.toUpperCase() : event.key;
  return [...modifiers.filter((name) => name !== ''), key].join('+');
}
