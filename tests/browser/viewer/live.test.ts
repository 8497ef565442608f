import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { DeskDouble } from './desk-double.js';
import { changeTo, LiveCustomer, pageOf } from './live-customer.js';
import { problems, remove, start } from './mounted.js';

// The viewer's page of a live session, over a real connection to a customer's end in the same browser. No desk is there: by two texts.

const WAIT = { timeout: 10_000 };
let desk: DeskDouble;

beforeEach(() => {
  desk = new DeskDouble();
  desk.isAbsent = true;
});
afterEach(remove);

const text = (): string => document.querySelector('#viewer')?.textContent ?? '';

/** What the technician sees of the app. */
function seen(): string {
  const frame = document.querySelector<HTMLIFrameElement>('iframe[title="The customer’s app"]');
  const shown = frame?.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe');
  return shown?.contentDocument?.querySelector('main')?.textContent ?? '';
}

/** Of the middle of the video, as it is shown. */
function shownColour(): string {
  const video = document.querySelector('video');
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  if (video === null || context === null || video.videoWidth === 0) return 'none';
  context.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return red < 90 && green > 180 && blue < 90 ? 'green' : `${red} ${green} ${blue}`;
}

async function look(width?: number, height?: number): Promise<void> {
  await start(desk, '#/live', width, height);
  // Lies above all else here; in the viewer's own document it does not.
  document.querySelector('#replay-place')?.remove();
}

async function answer(customer: LiveCustomer): Promise<void> {
  await expect.poll(() => customer.text, WAIT).not.toBe('');
  await userEvent.fill(page.getByLabelText('A text that the customer has sent'), customer.text);
  await userEvent.click(page.getByRole('button', { name: 'Answer it' }));
  await expect.poll(() => document.querySelector('output')?.textContent ?? '', WAIT).toMatch(/^G\w+$/);
  customer.paste(document.querySelector('output')?.textContent ?? '');
}

async function open(width?: number, height?: number): Promise<LiveCustomer> {
  const customer = new LiveCustomer();
  await look(width, height);
  await answer(customer);
  await expect.poll(() => customer.words.length, WAIT).toBe(4);
  await expect.element(page.getByRole('heading', { name: 'Do you both see these words?' }), WAIT).toBeVisible();
  customer.confirm();
  await userEvent.click(page.getByRole('button', { name: 'They are the same' }));
  await expect.poll(() => customer.phase, WAIT).toBe('open');
  customer.welcome();
  await expect.poll(() => customer.asked().length, WAIT).toBe(2);
  return customer;
}

describe('by two texts, without any server', () => {
  test('says “same network only” before anybody tries, and what is wrong with a text', async () => {
    await look();
    await expect.poll(text, WAIT).toContain('Same network only');
    // A code takes a desk.
    expect(text()).not.toContain('The code that the customer reads out');
    await userEvent.fill(page.getByLabelText('A text that the customer has sent'), 'Hello, how are you?');
    await userEvent.click(page.getByRole('button', { name: 'Answer it' }));
    await expect.poll(text, WAIT).toContain('This is not a pairing text.');
    expect(await problems()).toEqual([]);
  });

  test('shows the same words on both sides, and nothing before both are confirmed', async () => {
    const customer = new LiveCustomer();
    await look();
    await answer(customer);
    await expect
      .poll(() => [...document.querySelectorAll('main ol li')].map((one) => one.textContent), WAIT)
      .toHaveLength(4);
    expect([...document.querySelectorAll('main ol li')].map((one) => one.textContent)).toEqual(customer.words);
    expect(text()).toContain('Not verified.');
    expect(await problems()).toEqual([]);
    await userEvent.click(page.getByRole('button', { name: 'They differ' }));
    await expect.poll(text, WAIT).toContain('The safety words differ');
    await expect.poll(() => customer.code, WAIT).toBe('live-words-differ');
  });
});

describe('an open session', () => {
  test('shows the app as it changes, from what was granted until it is taken back', async () => {
    const customer = await open();
    expect(customer.asked().map(({ kind }) => kind)).toEqual(['view-dom', 'chat']);
    await customer.show(...pageOf('Before it was allowed', 1));
    customer.allow('view-dom');
    await customer.show(...pageOf('First', 1000));
    await expect.poll(seen, WAIT).toBe('First');
    expect(await problems()).toEqual([]);
    // Two changes of one millisecond, in two messages: none is lost.
    await customer.show(changeTo('Second', 1000));
    await expect.poll(seen, WAIT).toBe('Second');
    await customer.show(changeTo('Third', 1000), { kind: 'pointer', x: 0.5, y: 0.5, t: 1001 });
    await expect.poll(seen, WAIT).toBe('Third');
    await expect.poll(() => document.querySelectorAll('svg.cursor').length, WAIT).toBe(1);
    // Another beginning takes its place.
    await customer.show(...pageOf('Anew', 5));
    await expect.poll(seen, WAIT).toBe('Anew');
    customer.takeBack('view-dom');
    await expect.poll(text, WAIT).toContain('The customer took it back.');
    await customer.show(changeTo('Not for you', 2000));
    customer.allow('chat');
    await expect.poll(text, WAIT).toMatch(/Write messages\s+until/);
    expect(seen()).toBe('Anew');
  });

  test('asks for a new beginning when what came cannot be shown', async () => {
    const customer = await open();
    customer.allow('view-dom');
    const [begin] = pageOf('', 0);
    if (begin === undefined) throw new Error('no beginning');
    const damaged = { type: 2, data: { node: 'none' }, timestamp: 1 };
    await customer.show(begin, { kind: 'events', events: [damaged] });
    await expect.poll(() => customer.heard.some(({ type }) => type === 'checkout-asked'), WAIT).toBe(true);
    await customer.show(...pageOf('Whole again', 10));
    await expect.poll(seen, WAIT).toBe('Whole again');
  });

  test('shows the video while it is allowed and on', async () => {
    const customer = await open();
    await userEvent.click(page.getByRole('radio', { name: 'Video' }));
    await userEvent.click(page.getByRole('button', { name: 'Ask: see a video' }));
    await expect.poll(() => customer.asked().length, WAIT).toBe(3);
    customer.allow('view-video');
    const end = customer.showVideo('#00ff00');
    await expect.poll(() => document.querySelector('video')?.videoWidth, WAIT).toBe(300);
    await expect.poll(shownColour, WAIT).toBe('green');
    await expect.poll(() => customer.heard.some(({ type }) => type === 'video-wanted'), WAIT).toBe(true);
    expect(text()).toContain('App window, 300 × 150');
    end();
    await expect.poll(() => document.querySelector('video'), WAIT).toBeNull();
    expect(await problems()).toEqual([]);
  });

  test('reads the console, and points, each with its own grant', async () => {
    const customer = await open();
    customer.allow('view-dom');
    await customer.show(...pageOf('First', 1000));
    await expect.poll(seen, WAIT).toBe('First');
    const line = {
      source: 'window-1',
      at: 5,
      event: { type: 'log', t: 5, level: 'warn', logger: 'console', message: 'low' },
    };
    await customer.print(JSON.stringify({ kind: 'lines', lines: [line] }));
    await userEvent.click(page.getByRole('tab', { name: 'Console' }));
    await userEvent.click(page.getByRole('button', { name: 'Ask: read the logs' }));
    await expect.poll(() => customer.asked().length, WAIT).toBe(3);
    // What came before it was allowed is not shown.
    customer.allow('console');
    await expect.poll(text, WAIT).toContain('No line yet');
    await customer.print(JSON.stringify({ kind: 'lines', lines: [line] }));
    await customer.print('{"kind":"caught-up","fromMs":0}');
    await expect.poll(() => document.querySelectorAll('[role=option]').length, WAIT).toBe(1);
    expect(await problems()).toEqual([]);

    const surface = page.elementLocator(document.querySelector('.cover') ?? document.body);
    await userEvent.hover(surface);
    expect(customer.points).toEqual([]);
    await userEvent.click(page.getByRole('button', { name: /^Point at things/ }));
    await userEvent.fill(page.getByPlaceholder('Why? The customer reads it.'), 'to show where');
    await userEvent.click(page.getByRole('button', { name: 'Ask', exact: true }));
    await expect.poll(() => customer.asked().at(-1)?.reason, WAIT).toBe('to show where');
    customer.allow('point');
    await expect.poll(text, WAIT).toMatch(/Point at things\s+until/);
    await userEvent.hover(surface, { position: { x: 200, y: 300 } });
    await expect.poll(() => customer.points.length, WAIT).toBeGreaterThan(0);
    const { x, y } = JSON.parse(customer.points.at(-1) ?? '') as { x: number; y: number };
    expect([x > 0 && x < 1, y > 0 && y < 1]).toEqual([true, true]);
  });

  test('shows a picture that was asked for, and none that says it is larger than it is', async () => {
    const customer = await open();
    await userEvent.click(page.getByRole('tab', { name: 'Pictures' }));
    await userEvent.click(page.getByRole('button', { name: 'Ask: take pictures' }));
    await expect.poll(() => customer.asked().length, WAIT).toBe(3);
    customer.allow('screenshot');
    const take = async (): Promise<string> => {
      const before = customer.heard.length;
      await userEvent.click(page.getByRole('button', { name: 'Take a picture' }));
      await expect
        .poll(() => customer.heard.slice(before).some(({ type }) => type === 'screenshot-asked'), WAIT)
        .toBe(true);
      const asked = customer.heard.findLast((message) => message.type === 'screenshot-asked');
      return asked?.request ?? '';
    };
    const canvas = new OffscreenCanvas(40, 30);
    canvas.getContext('2d');
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    const head = { kind: 'screenshot', width: 40, height: 30, atMs: 0 } as const;
    await customer.sendBulk({ head: { ...head, request: await take(), width: 400 }, bytes });
    await expect.poll(text, WAIT).toContain('What came is not the picture that was announced.');
    await customer.sendBulk({ head: { ...head, request: await take() }, bytes });
    await expect.poll(() => document.querySelector<HTMLImageElement>('main img')?.naturalWidth, WAIT).toBe(40);
    // Nobody asked for this one.
    await customer.sendBulk({ head: { ...head, request: crypto.randomUUID() }, bytes });
    const chat = { type: 'chat', id: crypto.randomUUID(), text: 'Here', atMs: Date.now() } as const;
    customer.say(chat); // Before it was allowed: not shown.
    customer.allow('chat');
    customer.say({ ...chat, id: crypto.randomUUID() });
    await expect.poll(text, WAIT).toMatch(/Messages\s*1/);
    expect(document.querySelectorAll('main img')).toHaveLength(1);
    expect(await problems()).toEqual([]);
  });

  test('ends with its cause when the other side sends nonsense', async () => {
    const customer = await open();
    await customer.print('nonsense');
    await expect.poll(text, WAIT).toContain('The other side sent something that cannot be understood.');
    expect(text()).toContain('live-malformed');
    await expect.poll(() => customer.phase, WAIT).toBe('ended');
    expect(await problems()).toEqual([]);
    await userEvent.click(page.getByRole('button', { name: 'Begin another one' }));
    await expect.poll(text, WAIT).toContain('See a customer’s app while it runs');
  });

  test('is usable on a narrow screen, without anything beside it', async () => {
    const customer = await open(360, 760);
    customer.allow('view-dom');
    await customer.show(...pageOf('First', 1000));
    await expect.poll(seen, WAIT).toBe('First');
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
    expect(await problems()).toEqual([]);
  });
});
