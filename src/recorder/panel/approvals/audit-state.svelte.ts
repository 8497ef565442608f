import { toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import type { AuditEntry } from '../../../shared/protocol/host.js';
import type { PanelPort } from '../state/panel-port.js';

const PAGE = 50;

/** The audit log, newest first, as far as it was read. */
export class AuditState {
  #records = $state.raw<readonly AuditEntry[]>([]);
  #hasMore = $state(true);
  #isReading = $state(false);
  #error = $state.raw<ErrorResult | undefined>(undefined);
  readonly #port: PanelPort;

  constructor(port: PanelPort) {
    this.#port = port;
  }

  get records(): readonly AuditEntry[] {
    return this.#records;
  }
  get hasMore(): boolean {
    return this.#hasMore;
  }
  get isReading(): boolean {
    return this.#isReading;
  }
  get error(): ErrorResult | undefined {
    return this.#error;
  }

  /** From the newest on: what was read before may no longer be all. */
  async open(): Promise<void> {
    await this.#read(undefined);
  }

  async older(): Promise<void> {
    await this.#read(this.#records.at(-1)?.number);
  }

  async #read(before: number | undefined): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#error = undefined;
    try {
      const { value } = await this.#port.call('audit', { ...(before === undefined ? {} : { before }), limit: PAGE });
      this.#records = before === undefined ? value.records : [...this.#records, ...value.records];
      this.#hasMore = value.hasMore;
    } catch (error) {
      this.#error = toErrorResult(error);
    } finally {
      this.#isReading = false;
    }
  }
}
