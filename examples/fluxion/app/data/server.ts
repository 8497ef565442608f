import type { Order } from './orders.svelte.js';

/** What the server answered instead of the thing asked for. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function fetchRates(): Promise<Record<string, number>> {
  const response = await fetch('/api/rates');
  if (!response.ok) throw new ServerError(response.status, `Rates are not available (HTTP ${response.status}).`);
  return (await response.json()) as Record<string, number>;
}

/** Sends the orders to the server's ledger. */
export async function syncOrders(orders: readonly Order[]): Promise<{ booked: number }> {
  const response = await fetch('/api/sync', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(orders.map(({ id, currency, quantity, price }) => ({ id, currency, quantity, price }))),
  });
  if (!response.ok) {
    const { error } = (await response.json()) as { error: string };
    console.error('Sync failed', { status: response.status, error, orders: orders.length });
    throw new ServerError(response.status, `The ledger refused the orders: ${error}`);
  }
  return (await response.json()) as { booked: number };
}

export interface Customer {
  readonly id: number;
  readonly name: string;
  readonly city: string;
}

/** Customers whose name contains the words. Over XMLHttpRequest, as the older half of the app does it. */
export function findCustomers(words: string): Promise<Customer[]> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('GET', `/api/customers?q=${encodeURIComponent(words)}`);
    request.responseType = 'json';
    request.onload = () => {
      if (request.status === 200) resolve(request.response as Customer[]);
      else reject(new ServerError(request.status, 'Customers could not be searched.'));
    };
    request.onerror = () => {
      reject(new ServerError(0, 'The server cannot be reached.'));
    };
    request.send();
  });
}

/** The server's notices, for as long as the window is open. Returns what closes the channel. */
export function listenToNotices(onNotice: (text: string) => void): () => void {
  // In Electron the documents come by a scheme of Fluxion's own, under which there are no sockets.
  if (!location.protocol.startsWith('http')) return () => undefined;
  const socket = new WebSocket(new URL('/api/notices', location.href.replace(/^http/, 'ws')));
  socket.onmessage = (message) => {
    onNotice(String(message.data));
  };
  socket.onerror = () => {
    console.warn('The notice channel is closed.');
  };
  return () => {
    socket.close();
  };
}
