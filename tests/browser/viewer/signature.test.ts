import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { DeskDouble } from './desk-double.js';
import { get, problems, remove, start } from './mounted.js';

// Who made a report, as the technician sees it.

const files: Record<string, string> = import.meta.glob('../../vectors/*.fluxrec', {
  query: '?url',
  import: 'default',
  eager: true,
});

let desk: DeskDouble;
beforeEach(() => {
  desk = new DeskDouble();
});
afterEach(remove);

async function showDetails(vector: string, width = 1280): Promise<void> {
  const response = await fetch(files[`../../vectors/${vector}.fluxrec`] ?? '');
  const id = desk.add('Sync now fails', [new Uint8Array(await response.arrayBuffer())]);
  await start(desk, `#/reports/${id}`, width);
  await vi.waitFor(() => {
    get('[role="tab"]');
  }, 5_000);
  await userEvent.click(page.getByRole('tab', { name: 'Details' }));
  await vi.waitFor(() => {
    expect(get('section[aria-label="Details"]').textContent).toContain('Who made it');
  });
}

const details = (): string => get('section[aria-label="Details"]').textContent.replace(/\s+/g, ' ');

test('the install that signed a report is shown by its fingerprint', async () => {
  await showDetails('signed');
  await vi.waitFor(() => {
    expect(details()).toMatch(/Install [0-9A-Z]{4}(-[0-9A-Z]{4}){3} signed it, and nothing was changed since\./);
  });
  expect(await problems()).toEqual([]);
});

test('a report that was changed after it was signed is called that, before its details are looked at', async () => {
  await showDetails('signed-manifest-changed');
  await vi.waitFor(() => {
    expect(get('.notice.error').textContent).toContain('not what the customer’s app signed');
    expect(details()).toContain('signature-invalid');
  });
  expect(await problems()).toEqual([]);
});

test('a report that nobody signed says so', async () => {
  await showDetails('good', 360);
  await vi.waitFor(() => {
    expect(details()).toContain('It is not signed');
  });
});
