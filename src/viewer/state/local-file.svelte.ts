import { ViewerContext } from './viewer-context.js';

/** The `.fluxrec` file that the technician opened from this machine. It never leaves it. */
export class LocalFile {
  #file = $state.raw<File | undefined>(undefined);

  get file(): File | undefined {
    return this.#file;
  }

  open(file: File): void {
    this.#file = file;
  }

  close(): void {
    this.#file = undefined;
  }
}

export const localFileContext = new ViewerContext<LocalFile>('local file');
