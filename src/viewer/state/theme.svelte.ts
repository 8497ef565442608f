import { ViewerContext } from './viewer-context.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof THEMES)[number];
const KEY = 'fluxrec-theme';

/** Light, dark, or as the system has it; remembered in this browser. */
export class Theme {
  readonly #root: Pick<HTMLElement, 'dataset'>;
  readonly #memory: Pick<Storage, 'getItem' | 'setItem'> | undefined;
  #name = $state<ThemeName>('system');

  constructor(root: Pick<HTMLElement, 'dataset'>, memory?: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#root = root;
    this.#memory = memory;
    const kept = memory?.getItem(KEY);
    this.set(THEMES.find((name) => name === kept) ?? 'system');
  }

  get name(): ThemeName {
    return this.#name;
  }

  set(name: ThemeName): void {
    this.#name = name;
    if (name === 'system') delete this.#root.dataset['theme'];
    else this.#root.dataset['theme'] = name;
    this.#memory?.setItem(KEY, name);
  }

  next(): void {
    this.set(THEMES[(THEMES.indexOf(this.#name) + 1) % THEMES.length] ?? 'system');
  }
}

export const themeContext = new ViewerContext<Theme>('theme');
