import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { PastHead } from '../../../src/shared/protocol/live-past.js';
import type { DomEvent } from '../../../src/shared/session/lane.js';
import { DeskDouble } from './desk-double.js';
import { LiveCustomer, pageOf } from './live-customer.js';
import { press, problems, remove, start } from './mounted.js';

// Going back from the live picture, over a real connection to a customer's end in the same browser.

const WAIT = { timeout: 10_000 };
/** The customer's session is this old when the picture begins. */
const NOW_MS = 200_000;
let customer: LiveCustomer;

beforeEach(async () => {
  const desk = new DeskDouble();
  desk.isAbsent = true;
  customer = new LiveCustomer();
  await start(desk, '#/live');
  document.querySelector('#replay-place')?.remove();
  await expect.poll(() => customer.text, WAIT).not.toBe('');
  await userEvent.fill(page.getByLabelText('A text that the customer has sent'), customer.text);
  await userEvent.click(page.getByRole('button', { name: 'Answer it' }));
  await expect.poll(() => document.querySelector('output')?.textContent ?? '', WAIT).toMatch(/^G\w+$/);
  customer.paste(document.querySelector('output')?.textContent ?? '');
  await expect.poll(() => customer.words.length, WAIT).toBe(4);
  customer.confirm();
  await userEvent.click(page.getByRole('button', { name: 'They are the same' }));
  await expect.poll(() => customer.phase, WAIT).toBe('open');
  customer.welcome();
  await expect.poll(() => customer.asked().length, WAIT).toBe(2);
  customer.allow('view-dom');
  const [, picture] = pageOf('Now', 10);
  await customer.show({ kind: 'begin', source: 'w1-1', originMs: 0, sessionMs: NOW_MS });
  if (picture !== undefined) await customer.show(picture);
  await expect.poll(() => shown('The customer’s app'), WAIT).toBe('Now');
});
afterEach(remove);

function shown(title: string): string {
  const frame = document.querySelector<HTMLIFrameElement>(`iframe[title="${title}"]`);
  const screen = frame?.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
  return screen?.contentDocument?.querySelector('main')?.textContent ?? '';
}
const past = (): string => shown('The customer’s app, before');
const asked = () => customer.heard.filter((message) => message.type === 'past-asked');

async function deflated(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Answers the newest wish with a page that said one thing at `startMs`, and another ten seconds later. */
async function answer(startMs: number, first: string, then: string, more: Partial<PastHead> = {}): Promise<void> {
  const request = asked().at(-1)?.request ?? '';
  const [, message] = pageOf(first, startMs);
  const events: DomEvent[] = message?.kind === 'events' ? [...message.events] : [];
  const change = { source: 0, texts: [{ id: 6, value: then }], attributes: [], removes: [], adds: [] };
  events.push({ type: 3, data: change, timestamp: startMs + 10_000 });
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const head: PastHead = {
    kind: 'past',
    request,
    source: 'w1-1',
    startMs,
    endMs: startMs + 20_000,
    fromMs: startMs,
    originMs: 0,
    offsetMs: 0,
    size: new TextEncoder().encode(text).length,
    ...more,
  };
  await customer.sendBulk({ head, bytes: await deflated(text) });
}

async function rewind(): Promise<void> {
  await userEvent.click(page.getByRole('button', { name: 'Rewind' }));
  await expect.poll(() => asked().length, WAIT).toBe(1);
}

describe('going back', () => {
  test('shows what the app showed ten seconds ago, while the live picture goes on behind', async () => {
    await rewind();
    const { atMs = 0 } = asked()[0] ?? {};
    expect(atMs).toBeGreaterThan(NOW_MS - 10_000);
    expect(atMs).toBeLessThan(NOW_MS + 10_000);
    await answer(atMs - 15_000, 'First', 'Then');
    await expect.poll(past, WAIT).toBe('Then');
    expect(customer.heard.filter((message) => message.type === 'doing').at(-1)).toMatchObject({ what: 'looking-back' });
    const [, later] = pageOf('Later', 20);
    await customer.show({ kind: 'begin', source: 'w1-1', originMs: 0, sessionMs: NOW_MS + 100 });
    if (later !== undefined) await customer.show(later);
    await expect.poll(() => shown('The customer’s app'), WAIT).toBe('Later');
    expect(past()).toBe('Then');
    expect(await problems()).toEqual([]);
    await userEvent.click(page.getByRole('button', { name: 'Back to now' }));
    expect(document.querySelector('iframe[title="The customer’s app, before"]')).toBeNull();
    expect(shown('The customer’s app')).toBe('Later');
    await expect
      .poll(() => customer.heard.filter((message) => message.type === 'doing').at(-1), WAIT)
      .toMatchObject({ what: 'watching' });
  });

  test('steps within what has come without asking again, by keys and by the slider, as far as there is anything', async () => {
    await rewind();
    const { atMs = 0 } = asked()[0] ?? {};
    await answer(atMs - 15_000, 'First', 'Then');
    await expect.poll(past, WAIT).toBe('Then');
    press('ArrowLeft');
    await expect.poll(past, WAIT).toBe('First');
    press('ArrowRight');
    await expect.poll(past, WAIT).toBe('Then');
    expect(asked()).toHaveLength(1);
    // Nothing is earlier than what the customer's side has.
    press('ArrowLeft', { shiftKey: true });
    await expect.poll(past, WAIT).toBe('First');
    const slider = document.querySelector<HTMLInputElement>('input[type=range]');
    expect(Number(slider?.min)).toBeCloseTo(atMs - 15_000, -3);
    expect(slider?.getAttribute('aria-valuetext')).toMatch(/ago/);
    press('n');
    await expect.element(page.getByRole('button', { name: 'Rewind' })).toBeVisible();
  });

  test('forward over the end is now', async () => {
    await rewind();
    await answer((asked()[0]?.atMs ?? 0) - 15_000, 'First', 'Then');
    await expect.poll(past, WAIT).toBe('Then');
    press('ArrowRight');
    press('ArrowRight');
    await expect.element(page.getByRole('button', { name: 'Rewind' })).toBeVisible();
  });

  test('plays on from there as fast as it happened, asks for what comes after, and stands still when it is told to', async () => {
    await rewind();
    const { atMs = 0 } = asked()[0] ?? {};
    await answer(atMs - 9000, 'First', 'Then', { endMs: atMs + 1500 });
    await expect.poll(past, WAIT).toBe('First');
    press(' ');
    await expect.element(page.getByRole('button', { name: 'Pause' })).toBeVisible();
    const slider = document.querySelector<HTMLInputElement>('input[type=range]');
    await expect.poll(past, WAIT).toBe('Then');
    expect(Number(slider?.value)).toBeGreaterThanOrEqual(atMs + 500);
    // It holds where nothing more has come, until the rest is there.
    await expect.poll(() => asked().length, WAIT).toBe(2);
    const [, more] = asked();
    expect(more?.atMs).toBeCloseTo(atMs + 1500, -1);
    await answer(atMs + 1500, 'Second', 'Third');
    await expect.poll(past, WAIT).toBe('Second');
    await expect.poll(() => Number(slider?.value), WAIT).toBeGreaterThan(atMs + 2400);
    await userEvent.click(page.getByRole('button', { name: 'Pause' }));
    await expect.element(page.getByRole('button', { name: 'Play from here' })).toBeVisible();
    const still = slider?.value;
    for (let frame = 0; frame < 10; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    expect(slider?.value).toBe(still);
    expect(asked()).toHaveLength(2);
    expect(await problems()).toEqual([]);
    // And it is over with the past.
    press(' ');
    press('n');
    await expect.element(page.getByRole('button', { name: 'Rewind' })).toBeVisible();
    expect(document.querySelector('iframe[title="The customer’s app, before"]')).toBeNull();
  });

  test('says why there is nothing, and tries again', async () => {
    await rewind();
    const request = asked()[0]?.request ?? '';
    customer.say({ type: 'past-failed', request, code: 'past-gap', message: 'Nothing was recorded at that moment.' });
    await expect.element(page.getByText('Nothing was recorded at that moment.'), WAIT).toBeVisible();
    await userEvent.click(page.getByRole('button', { name: 'Try again' }));
    await expect.poll(() => asked().length, WAIT).toBe(2);
  });
});

describe('a customer’s side that lies', () => {
  test('is not shown where nobody has asked, or has gone on meanwhile', async () => {
    await answer(100_000, 'Unasked', 'Unasked', { request: crypto.randomUUID() });
    await rewind();
    const old = asked()[0]?.request ?? '';
    await userEvent.click(page.getByRole('button', { name: 'Back to now' }));
    await answer(100_000, 'Late', 'Late', { request: old });
    await customer.show({ kind: 'pointer', x: 0.5, y: 0.5, t: 1 });
    await expect.poll(() => document.querySelector('svg.cursor'), WAIT).not.toBeNull();
    expect(document.querySelector('iframe[title="The customer’s app, before"]')).toBeNull();
    expect(customer.code).toBeUndefined();
  });

  test('ends the session with bytes that are more than it said', async () => {
    await rewind();
    await answer((asked()[0]?.atMs ?? 0) - 15_000, 'First', 'Then', { size: 10 });
    await expect.poll(() => customer.phase, WAIT).toBe('ended');
    await expect
      .element(page.getByText(/no version of ours|not understood|malformed|does not/i).first(), WAIT)
      .toBeVisible();
  });
});

test('ends with the grant, and nothing of before stays', async () => {
  await rewind();
  await answer((asked()[0]?.atMs ?? 0) - 15_000, 'First', 'Then');
  await expect.poll(past, WAIT).toBe('Then');
  customer.takeBack('view-dom');
  await expect.poll(() => document.querySelector('iframe[title="The customer’s app, before"]'), WAIT).toBeNull();
  expect(document.body.textContent).not.toContain('Back to now');
});
