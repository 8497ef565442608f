import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { strict } from './strict.js';

type InvokeHandler = Parameters<IpcMain['handle']>[1];

/** `ipcMain`, and the `ipc` of contents. */
export class StandInIpc {
  readonly electron: IpcMain;
  readonly #handlers = new Map<string, InvokeHandler>();

  constructor(name: string) {
    this.electron = strict<IpcMain>(name, {
      handle: (channel, handler) => {
        if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
        this.#handlers.set(channel, handler);
      },
      removeHandler: (channel) => {
        this.#handlers.delete(channel);
      },
    });
  }

  has(channel: string): boolean {
    return this.#handlers.has(channel);
  }

  async invoke(channel: string, event: IpcMainInvokeEvent, values: readonly unknown[]): Promise<unknown> {
    return (await this.#handlers.get(channel)?.(event, ...values)) as unknown;
  }
}

export const ipcMain = new StandInIpc('ipcMain');
