import { toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import type { PanelPort } from './panel-port.js';

export type WipeStep =
  | { readonly name: 'asking' }
  | { readonly name: 'wiping' }
  | { readonly name: 'wiped'; readonly windows: number; readonly failed: number }
  | { readonly name: 'failed'; readonly error: ErrorResult };

export class WipeState {
  #step = $state.raw<WipeStep>({ name: 'asking' });
  readonly #port: PanelPort;
  readonly #onWiped: () => void;

  /** `onWiped` is told at once when the host has answered, whether all windows confirmed or not: drafts are gone either way. */
  constructor(port: PanelPort, onWiped: () => void) {
    this.#port = port;
    this.#onWiped = onWiped;
  }

  get step(): WipeStep {
    return this.#step;
  }

  async wipe(): Promise<void> {
    if (this.#step.name === 'wiping') return;
    this.#step = { name: 'wiping' };
    try {
      const { value } = await this.#port.call('wipe', {});
      this.#onWiped();
      this.#step = { name: 'wiped', ...value };
    } catch (error) {
      this.#step = { name: 'failed', error: toErrorResult(error) };
    }
  }

  askAgain(): void {
    if (this.#step.name !== 'wiping') this.#step = { name: 'asking' };
  }
}
