// Fluxion's server side: rates, customers, invoices and the ledger that "Sync now" books into.

export interface LedgerOrder {
  readonly id: number;
  readonly currency: string;
  readonly quantity: number;
  readonly price: number;
}

/** Units of each currency for one euro. The yen has been forgotten: booking an order in JPY fails, as such things do. */
export const RATES: Readonly<Record<string, number>> = { EUR: 1, USD: 1.09, GBP: 0.86, CHF: 0.95 };

const CUSTOMERS = [
  'Adler Antriebe|Bremen',
  'Baltic Parts|Gdansk',
  'Costa Marine|Valencia',
  'Delta Hydraulics|Rotterdam',
  'Ege Makina|Izmir',
  'Fjord Service|Bergen',
].map((row, id) => ({ id, name: row.split('|')[0] ?? '', city: row.split('|')[1] ?? '' }));

export function findCustomers(words: string): typeof CUSTOMERS {
  return CUSTOMERS.filter(({ name }) => name.toLowerCase().includes(words.toLowerCase()));
}

/** Books the orders in euro. Throws on the first one that it cannot convert. */
export function book(orders: readonly LedgerOrder[]): number {
  let total = 0;
  for (const order of orders) {
    const rate = RATES[order.currency];
    if (rate === undefined) throw new TypeError(`Order ${order.id}: no exchange rate for ${order.currency}`);
    total += (order.price * order.quantity) / rate;
  }
  return total;
}

export function invoicePage(id: number): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Invoice ${id}</title>
<style>body{font:14px/1.5 Georgia,serif;margin:2rem;color:#222}table{width:100%;border-collapse:collapse}td{padding:.3rem;border-bottom:1px solid #ddd}td+td{text-align:right}</style>
<h1>Invoice ${id}</h1><p>Spare parts, delivered ex works.</p>
<table><tr><td>Parts</td><td>1,240.00</td></tr><tr><td>Freight</td><td>86.40</td></tr><tr><td><b>Total</b></td><td><b>1,326.40</b></td></tr></table></html>`;
}
