import { activeWindowAt, type ReplayWindow } from '../model/chains.js';

/** How often, in real time, it is asked which window people were busy with while the report plays. */
const CHECK_MS = 500;

export type ActionsSoFar = () => readonly { readonly ms: number; readonly source: string }[];

/** Which window is looked at: the one that was chosen, or by itself the one that people were busy with. */
export class WindowChoice {
  readonly #windows: readonly ReplayWindow[];
  readonly #actions: ActionsSoFar | undefined;
  #selected: string | undefined;
  #window: ReplayWindow | undefined;
  #checkedMs = -Infinity;

  constructor(windows: readonly ReplayWindow[], actions?: ActionsSoFar) {
    this.#windows = windows;
    this.#actions = actions;
  }

  get window(): ReplayWindow | undefined {
    return this.#window;
  }
  get isAutomatic(): boolean {
    return this.#selected === undefined;
  }

  select(key: string | undefined): void {
    this.#selected = key;
  }

  at(ms: number): ReplayWindow | undefined {
    const selected = this.#windows.find((window) => window.key === this.#selected);
    return selected ?? activeWindowAt(this.#windows, ms, this.#actions?.());
  }

  take(ms: number): void {
    this.#window = this.at(ms);
  }

  /** Whether it is time for another window. Asked at each frame, answered now and then. */
  changes(ms: number): boolean {
    const now = performance.now();
    if (!this.isAutomatic || this.#windows.length < 2 || now - this.#checkedMs < CHECK_MS) return false;
    this.#checkedMs = now;
    return this.at(ms) !== this.#window;
  }
}
