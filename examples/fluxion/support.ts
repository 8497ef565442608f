// What Fluxion lets its support team propose to a customer. Each of it runs only after the customer has approved it.
import { defineCommand, type CommandsOptions } from 'fluxion-recorder/main';
import type { InvoiceCache } from './invoice-cache.js';
import { RATES } from './ledger.js';

export interface SupportOptions {
  readonly desk: string | undefined;
  readonly invoices: InvoiceCache;
  /** Fluxion as a server of its own, in the web host. */
  readonly server?: {
    readonly url: string;
    readonly restart: () => void;
  };
}

export function supportCommands({ desk, invoices, server }: SupportOptions): CommandsOptions {
  const atDesk = desk === undefined ? [] : [{ name: 'Support desk', url: desk }];
  const common = { own: [checkRates], caches: [{ name: 'Printed invoices', folder: invoices.folder }] };
  // In Electron the app's pages come from the main process itself, and the host knows how to start it again.
  if (server === undefined) return { ...common, endpoints: atDesk };
  const { url, restart } = server;
  return {
    ...common,
    endpoints: [
      { name: 'Rates', url: new URL('/api/rates', url).href },
      { name: 'Notices', url: new URL('/api/notices', url).href.replace(/^http/, 'ws') },
      ...atDesk,
    ],
    restart,
  };
}

/** The currencies that Fluxion sells in. */
const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'JPY'] as const;

const checkRates = defineCommand({
  name: 'check-rates',
  title: 'Check the exchange rates',
  summary: 'Looks which currencies the ledger can book, and which it cannot.',
  parameters: {
    currencies: {
      type: 'choices',
      label: 'Currencies',
      options: CURRENCIES.map((value) => ({ value, label: value })),
      min: 1,
      default: [...CURRENCIES],
    },
  },
  timeLimitMs: 5000,
  effect: ({ currencies }) => [
    `Looks up the exchange rate of ${currencies.join(', ')} in the ledger and sends it to support. Changes nothing.`,
  ],
  run({ currencies }, { write }) {
    const missing = currencies.filter((currency) => RATES[currency] === undefined);
    for (const currency of currencies) write(`${currency}: ${RATES[currency] ?? 'no exchange rate'}`);
    return Promise.resolve({ summary: missing.length === 0 ? 'all there' : `no rate for ${missing.join(', ')}` });
  },
});
