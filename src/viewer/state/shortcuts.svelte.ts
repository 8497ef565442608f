import { untrack } from 'svelte';
import { ViewerContext } from './viewer-context.js';

export interface Shortcut {
  /** As KeyboardEvent.key has them; `Shift+` in front where it matters. */
  readonly keys: readonly string[];
  readonly label: string;
  readonly run: (event: KeyboardEvent) => void;
}

export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

const NAMES: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
};

/** A key as people read it: `Shift + ←`. */
export function nameOfKey(key: string): string {
  const shifted = key.startsWith('Shift+');
  const bare = shifted ? key.slice('Shift+'.length) : key;
  return `${shifted ? 'Shift + ' : ''}${NAMES[bare] ?? (bare.length === 1 ? bare.toUpperCase() : bare)}`;
}

/** What is typed into is not ours to listen to; what is pressed by Space or moved by arrows keeps these keys. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;
}

function ownsKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === ' ' || key === 'Enter') return target.closest('button, a[href], summary') !== null;
  if (key.startsWith('Arrow'))
    return target.closest('[role=slider], [role=tab], [role=radio], [role=separator]') !== null;
  return false;
}

/** What the keyboard does on the page that is shown. Groups come and go with what is on the page. */
export class Shortcuts {
  #groups = $state.raw<readonly ShortcutGroup[]>([]);
  isSheetOpen = $state(false);

  get groups(): readonly ShortcutGroup[] {
    return this.#groups;
  }

  /** Returns the function that takes the group off again. */
  add(group: ShortcutGroup): () => void {
    // An effect that adds a group must not run again because of the group that it added.
    const groups = untrack(() => this.#groups);
    this.#groups = [...groups, group];
    return () => {
      this.#groups = this.#groups.filter((other) => other !== group);
    };
  }

  /** For `keydown` on the window. */
  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || ownsKey(event.target, event.key)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const found = this.#find(event);
    if (found === undefined) return;
    event.preventDefault();
    found.run(event);
  }

  #find(event: KeyboardEvent): Shortcut | undefined {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const all = this.#groups.flatMap((group) => group.shortcuts);
    const shifted = event.shiftKey ? all.find((one) => one.keys.includes(`Shift+${key}`)) : undefined;
    // `?` and the like need Shift on some keyboards and not on others: the character decides.
    const isSymbol = key.length === 1 && !/[a-z0-9 ]/.test(key);
    return shifted ?? (event.shiftKey && !isSymbol ? undefined : all.find((one) => one.keys.includes(key)));
  }
}

export const shortcutsContext = new ViewerContext<Shortcuts>('shortcuts');
