import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invoicePage } from './ledger.js';

/** Fluxion has no more orders than this: a stranger's number fills no disk. */
const MAX_INVOICE = 99_999;

/** Invoices as they were printed last. What is not there is printed again: `clear-cache` may empty it. */
export class InvoiceCache {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Undefined for what is no number of an invoice. */
  async page(id: number): Promise<string | undefined> {
    if (!Number.isInteger(id) || id < 1 || id > MAX_INVOICE) return undefined;
    const path = join(this.folder, `${id}.html`);
    try {
      return await readFile(path, 'utf8');
    } catch {
      const page = invoicePage(id);
      // A disk that cannot be written costs the cache, not the invoice.
      await this.#keep(path, page).catch(() => undefined);
      return page;
    }
  }

  /** Whole or not at all: another request may be reading it. */
  async #keep(path: string, page: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const draft = `${path}.${crypto.randomUUID()}`;
    await writeFile(draft, page);
    await rename(draft, path);
  }
}
