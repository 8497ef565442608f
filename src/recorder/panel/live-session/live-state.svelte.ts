import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import type { Input } from '../../../shared/protocol/contract.js';
import type { PanelContract } from '../../../shared/protocol/host.js';
import type { livePanelMethods, LiveSessionView, LiveView } from '../../../shared/protocol/live-host.js';
import { isUnreachable, type PanelPort } from '../state/panel-port.js';

type Act = Exclude<keyof typeof livePanelMethods, 'getLive'>;

/** What the customer knows of live sessions, and what they do about them. */
export class LiveState {
  #view = $state.raw<LiveView | undefined>(undefined);
  readonly #busy = new SvelteSet<string>();
  readonly #errors = new SvelteMap<string, ErrorResult>();
  readonly #port: PanelPort;
  readonly #stopListening: () => void;

  constructor(port: PanelPort) {
    this.#port = port;
    this.#stopListening = port.on('live', (view) => {
      this.#view = view;
    });
  }

  /** Undefined until the host has told. */
  get view(): LiveView | undefined {
    return this.#view;
  }
  get session(): LiveSessionView | undefined {
    return this.#view?.session;
  }
  /** What waits for the customer: invitations, and what is asked for. */
  readonly waiting = $derived((this.#view?.invitations.length ?? 0) + (this.#view?.session?.asked.length ?? 0));

  /** Reads it anew: at the start, and whenever events may have been missed. */
  async load(): Promise<void> {
    this.#view = (await this.#port.call('getLive', {})).value;
  }

  /** `key` names what was pressed, where one call has several buttons. */
  isBusy(name: Act, key = ''): boolean {
    return this.#busy.has(name + key);
  }
  /** Why the last press did nothing. */
  error(name: Act, key = ''): ErrorResult | undefined {
    return this.#errors.get(name + key);
  }

  /** Answers whether it was done. */
  async act<N extends Act>(name: N, input: Input<PanelContract['methods'][N]>, key = ''): Promise<boolean> {
    const place = name + key;
    if (this.#busy.has(place)) return false;
    this.#busy.add(place);
    this.#errors.delete(place);
    let isDone = true;
    try {
      await this.#port.call(name, input);
    } catch (error) {
      isDone = false;
      this.#errors.set(place, toErrorResult(error));
    }
    try {
      await this.load();
    } catch (error) {
      // The connection says so itself, and `load` comes again with it.
      if (!isUnreachable(error)) throw error;
    } finally {
      this.#busy.delete(place);
    }
    return isDone;
  }

  dispose(): void {
    this.#stopListening();
  }
}
