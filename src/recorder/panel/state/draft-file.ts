import type { PanelPort } from './panel-port.js';
import type { RangedFile } from './save-state.svelte.js';
import type { SelectionState } from './selection-state.svelte.js';

/** The bundle of a draft as it would be sent now. Assembled when first read, and again after the choice or the text changed. */
export class DraftFile implements RangedFile {
  readonly #port: PanelPort;
  readonly #selection: SelectionState;
  readonly #description: () => string;
  #assembled: { readonly version: string; readonly bytes: Promise<number> } | undefined;

  constructor(port: PanelPort, selection: SelectionState, description: () => string) {
    this.#port = port;
    this.#selection = selection;
    this.#description = description;
  }

  /** Differs whenever the file would differ. Reads of one version must not be mixed with those of another. */
  get version(): string {
    return `${this.#selection.key}\n${this.#description()}`;
  }

  /** The version that `read` reads now; undefined before the first `open`. */
  get openVersion(): string | undefined {
    return this.#assembled?.version;
  }

  async open(): Promise<number> {
    const version = this.version;
    if (this.#assembled?.version !== version) {
      const bytes = this.#port
        .call('assembleDraft', { draft: this.#selection.draft.id, description: this.#description() })
        .then(({ value }) => value.bytes);
      const assembled = { version, bytes };
      this.#assembled = assembled;
      bytes.catch(() => {
        if (this.#assembled === assembled) this.#assembled = undefined;
      });
    }
    return this.#assembled.bytes;
  }

  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes } = await this.#port.call('readDraft', { draft: this.#selection.draft.id, offset, length });
    return bytes;
  }
}
