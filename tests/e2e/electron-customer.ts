import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startFluxionApp, type FluxionApp } from '../electron/electron-app.js';
import { hasPanelWindow, type Customer, type CustomerOptions } from './customer.js';

/** Fluxion in Electron, or over the stand-in for it. All its windows are of one profile. */
export function electronCustomer({ dir, desk, rootKey }: CustomerOptions): Customer {
  let app: FluxionApp | undefined;
  const given = new Set<Page>();
  const running = (): FluxionApp => {
    if (app === undefined) throw new Error('Fluxion is not running.');
    return app;
  };

  async function nextWindow(): Promise<Page> {
    const { control, fluxionPages, recordingPages } = running();
    const isNew = (page: Page): boolean => !given.has(page);
    // Its first window comes by itself.
    const open = Math.max(1, fluxionPages().length);
    const there = (await recordingPages(open)).find(isNew);
    if (there !== undefined) return there;
    await control.menu('File', 'New Window');
    const opened = (await recordingPages(open + 1)).find(isNew);
    if (opened === undefined) throw new Error('No window was opened.');
    return opened;
  }

  async function open(): Promise<Page> {
    const page = await nextWindow();
    given.add(page);
    hasPanelWindow(page, {
      page: () => running().panelNow(),
      opened: async () => {
        await running().panelPage();
      },
      closed: () => running().noPanel(),
    });
    return page;
  }

  return {
    dataDir: join(dir, 'fluxion-recorder'),
    url: 'fluxion://app/',
    async start() {
      app = await startFluxionApp(['--desk', desk(), `--root-key=${rootKey}`], dir);
    },
    async stop(signal) {
      if (signal === 'SIGKILL') await app?.kill();
      else await app?.close();
      app = undefined;
    },
    open,
    output: () => app?.output() ?? '',
    keepsWindows: false,
    async restarted() {
      await running().relaunched();
      return await open();
    },
    endpoints: ['Support desk', 'TCP', 'HTTP'],
    caches: [/Printed invoices: .* would be deleted/, /Web cache: .* would be deleted/],
    invoices: join(dir, 'invoices'),
  };
}
