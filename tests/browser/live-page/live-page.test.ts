import { userEvent } from 'vitest/browser';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeCommands } from '../../../src/shared/protocol/live-bulk.js';
import type { ConsoleLine } from '../../../src/shared/protocol/live-console.js';
import { Customer } from './customer.js';

const META = 4;
const FULL_SNAPSHOT = 2;

afterEach(() => {
  document.body.innerHTML = '';
});

async function openCustomer(html = '<main id="app"><p>First</p></main>'): Promise<Customer> {
  document.body.innerHTML = html;
  const customer = new Customer();
  await customer.open();
  return customer;
}

function overlays(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('fluxrec-overlay')];
}

function overlayText(): string {
  return overlays()
    .map(({ shadowRoot }) => shadowRoot?.textContent ?? '')
    .join('\n');
}

async function press(label: string): Promise<void> {
  const button = overlays()
    .flatMap(({ shadowRoot }) => [...(shadowRoot?.querySelectorAll('button') ?? [])])
    .find(({ textContent }) => textContent === label);
  if (button === undefined) throw new Error(`no button ${label} in ${overlayText()}`);
  await userEvent.click(button);
}

describe('an open session without grants', () => {
  it('says who is here, and shows nothing', async () => {
    const customer = await openCustomer();
    await customer.until(() => customer.heard('welcome').length === 1, 'the welcome');
    document.querySelector('p')?.append(' and second');
    customer.recorder.log('warn', 'not for you');
    await customer.until(() => customer.told1('report').some(({ report }) => report.quality !== undefined), 'quality');
    expect(customer.technician.messages).toEqual([]);
  });

  it('hands on what is asked, and answers nothing by itself', async () => {
    const customer = await openCustomer();
    const grant = crypto.randomUUID();
    customer.technician.session.send({ type: 'grant-asked', grant, kind: 'view-dom', reason: 'to see' });
    await customer.until(() => customer.told1('asked').length === 1, 'the ask');
    expect(customer.told1('asked')[0]?.ask).toMatchObject({ grant, kind: 'view-dom', reason: 'to see' });
    expect(customer.heard('grant-given')).toEqual([]);
  });

  it.each([
    [
      'a message',
      (customer: Customer) => {
        customer.technician.session.send({ type: 'chat', id: crypto.randomUUID(), text: 'hi', atMs: 0 });
      },
    ],
    [
      'a pointer',
      (customer: Customer) => {
        void customer.technician.session.channel('input').send('{"kind":"point","x":0.5,"y":0.5}');
      },
    ],
    [
      'a letter',
      (customer: Customer) => {
        void customer.sendBulk({ head: { kind: 'letter', id: crypto.randomUUID() }, bytes: new Uint8Array(100) });
      },
    ],
    [
      'a wish for a picture',
      (customer: Customer) => {
        customer.technician.session.send({ type: 'screenshot-asked', request: crypto.randomUUID() });
      },
    ],
  ])('ends for %s that was never granted', async (_what, act) => {
    const customer = await openCustomer();
    act(customer);
    await customer.technician.reach('ended');
    await customer.until(
      () => customer.told1('report').some(({ report }) => report.code === 'live-not-granted'),
      'the reason',
    );
    expect(customer.told1('chat')).toEqual([]);
    expect(customer.told1('letter')).toEqual([]);
    expect(overlays()).toEqual([]);
  });

  it('ends for what is not the technician’s to say, or nobody’s', async () => {
    const customer = await openCustomer();
    customer.technician.session.send({ type: 'grant-given', grant: crypto.randomUUID(), kind: 'commands' });
    await customer.technician.reach('ended');
    // The first word of an end is the one that counts.
    const end = customer.told1('report').find(({ report }) => report.phase === 'ended');
    expect(end?.report.code).toBe('live-malformed');
  });
});

describe('the picture', () => {
  it('begins with a full snapshot, follows changes, and ends when it is taken back', async () => {
    const customer = await openCustomer();
    customer.grant('view-dom');
    await customer.until(() => customer.events.some(({ type }) => type === FULL_SNAPSHOT), 'a snapshot');
    expect(customer.dom[0]).toMatchObject({ kind: 'begin' });
    expect(customer.events.slice(0, 2).map(({ type }) => type)).toEqual([META, FULL_SNAPSHOT]);
    document.querySelector('main')?.insertAdjacentHTML('beforeend', '<p>Second line</p>');
    await customer.until(() => JSON.stringify(customer.events).includes('Second line'), 'the change');
    customer.command({
      grants: [],
      settled: [{ grant: customer.orders.grants[0]?.grant ?? '', reason: 'taken-back' }],
    });
    await customer.until(() => customer.heard('grant-withdrawn').length === 1, 'the withdrawal');
    const before = customer.dom.length;
    document.querySelector('main')?.insertAdjacentHTML('beforeend', '<p>Third line</p>');
    customer.grant('console');
    await customer.until(() => customer.isCaughtUp, 'the console');
    expect(customer.dom).toHaveLength(before);
  });

  it('begins anew for who asks, and for who comes late', async () => {
    const customer = await openCustomer();
    customer.grant('view-dom');
    await customer.until(() => customer.events.some(({ type }) => type === FULL_SNAPSHOT), 'a snapshot');
    await new Promise((resolve) => setTimeout(resolve, 1000)); // Not more often than once a second.
    customer.technician.session.send({ type: 'checkout-asked' });
    await customer.until(() => customer.dom.filter(({ kind }) => kind === 'begin').length === 2, 'a beginning');
    const from = customer.dom.findLastIndex(({ kind }) => kind === 'begin');
    await customer.until(() => customer.dom.slice(from).some(({ kind }) => kind === 'events'), 'its events');
    const first = customer.dom.slice(from).find((message) => message.kind === 'events');
    expect(first?.events[0]?.type).toBe(META);
  });

  it('is masked as the recording is: fields, areas, and what was typed wherever it shows up', async () => {
    const customer = await openCustomer(
      `<main id="app"><input id="mail"><input type="password" value="prefilled-Pa55"><p data-fluxrec-mask>Area of Anna</p>
       <p id="echo"></p><div data-fluxrec-block>Blocked thing</div></main>`,
    );
    customer.grant('view-dom', 'console');
    await customer.until(() => customer.isCaughtUp, 'the console');
    await userEvent.type(document.getElementById('mail') as HTMLElement, 'planted-anna@example.org');
    const echo = document.getElementById('echo');
    if (echo !== null) echo.textContent = 'Saved planted-anna@example.org';
    customer.recorder.log('error', 'could not save planted-anna@example.org with prefilled-Pa55');
    customer.recorder.log('info', 'the end');
    await customer.until(() => JSON.stringify(customer.lines).includes('the end'), 'the lines');
    await customer.until(() => JSON.stringify(customer.events).includes('Saved'), 'the echo');
    const all = JSON.stringify([customer.dom, customer.lines]);
    for (const secret of ['planted-anna', 'prefilled-Pa55', 'Area of Anna', 'Blocked thing']) {
      expect(all.includes(secret), secret).toBe(false);
    }
  });

  it('has the pointer at once', async () => {
    const customer = await openCustomer();
    customer.grant('view-dom');
    await customer.until(() => customer.events.some(({ type }) => type === FULL_SNAPSHOT), 'a snapshot');
    await userEvent.hover(document.querySelector('p') as HTMLElement);
    await customer.until(() => customer.dom.some(({ kind }) => kind === 'pointer'), 'the pointer');
  });

  it('shows neither the banner nor the technician’s own pointer', async () => {
    const customer = await openCustomer();
    customer.command({ with: { name: 'Planted Name', isVerified: false } });
    customer.grant('view-dom', 'point');
    await customer.until(() => customer.heard('grant-given').length === 2, 'the grants');
    await customer.technician.session.channel('input').send('{"kind":"point","x":0.25,"y":0.5}');
    await customer.until(() => overlays().length === 2, 'the dot');
    document.querySelector('main')?.append('after the dot');
    await customer.until(() => JSON.stringify(customer.events).includes('after the dot'), 'the change');
    expect(overlayText()).toContain('Planted Name');
    expect(JSON.stringify(customer.dom)).not.toContain('Planted Name');
    expect(JSON.stringify(customer.dom)).not.toContain('translate(');
  });
});

describe('the console', () => {
  it('has the last minutes first, then what comes', async () => {
    document.body.innerHTML = '';
    const customer = new Customer();
    customer.recorder.log('warn', 'before anybody looked');
    await customer.open();
    customer.grant('console');
    await customer.until(() => customer.isCaughtUp, 'the past');
    expect(customer.lines.map(({ event }) => ('message' in event ? event.message : ''))).toContain(
      'before anybody looked',
    );
    customer.recorder.log('error', 'just now');
    await customer.until(() => JSON.stringify(customer.lines).includes('just now'), 'the line');
    expect(customer.lines.filter(({ event }) => 'message' in event && event.message === 'just now')).toHaveLength(1);
    const [past, present] = ['before anybody looked', 'just now'].map(
      (message) => customer.lines.find(({ event }) => 'message' in event && event.message === message)?.at ?? 0,
    );
    expect(present).toBeGreaterThan(past ?? Infinity);
  });

  it('cuts a line that is too long, and says so', async () => {
    const customer = await openCustomer();
    customer.grant('console');
    await customer.until(() => customer.isCaughtUp, 'the past');
    customer.recorder.log('info', 'long', { text: Array.from({ length: 200 }, (_, at) => `${'x'.repeat(200)}${at}`) });
    await customer.until(() => customer.lines.some(({ isCut }) => isCut === true), 'the line');
  });
});

describe('the console of the rest of the app', () => {
  const line = (source: string, message: string): ConsoleLine => ({
    source,
    at: 7,
    event: { type: 'log', t: 3, level: 'warn', logger: 'console', message },
  });
  const saying = (customer: Customer) =>
    customer.lines.map(({ source, at, event }) => [source, at, 'message' in event ? event.message : '']);

  it('is passed on while the console is granted, and without what is masked here', async () => {
    const customer = await openCustomer('<input type="password" id="secret">');
    const input = document.querySelector('input');
    if (input === null) throw new Error('no input');
    await userEvent.type(input, 'glass-otter-41');
    const lines = [line('host-1', 'The host process says glass-otter-41'), line('w2-1', 'The other window')];
    customer.tell({ kind: 'console', message: { kind: 'lines', lines } });
    customer.grant('console');
    customer.tell({ kind: 'console', message: { kind: 'dropped', lines: 12 } });
    customer.tell({ kind: 'console', message: { kind: 'lines', lines } });
    await customer.until(() => customer.lines.some(({ source }) => source === 'w2-1'), 'the other window');
    expect(saying(customer).filter(([source]) => source === 'w2-1')).toEqual([['w2-1', 7, 'The other window']]);
    expect(saying(customer).filter(([source]) => source === 'host-1')).toHaveLength(1);
    expect(JSON.stringify(customer.lines)).not.toContain('glass-otter');
    expect(customer.droppedLines).toBe(12);
  });

  it('is lent by a window that another one’s session asks for it: its past, what comes, and nothing after that', async () => {
    document.body.innerHTML = '';
    const customer = new Customer();
    await customer.host.until('hello');
    await customer.until(() => customer.recorder.state === 'recording', 'recording');
    const lent = (): string =>
      JSON.stringify(
        customer.told1('console').flatMap(({ message }) => (message.kind === 'lines' ? message.lines : [])),
      );
    customer.recorder.log('warn', 'before it was asked for');
    customer.tell({ kind: 'lend-console', isWanted: true });
    await customer.until(() => lent().includes('before it was asked for'), 'the past');
    customer.recorder.log('warn', 'just now');
    await customer.until(() => lent().includes('just now'), 'the present');
    customer.tell({ kind: 'lend-console', isWanted: false });
    customer.recorder.log('warn', 'no longer');
    await customer.open();
    customer.grant('console');
    await customer.until(() => JSON.stringify(customer.lines).includes('no longer'), 'a session of its own');
    expect(lent()).not.toContain('no longer');
    expect(lent().split('just now')).toHaveLength(2);
  });
});

describe('the technician', () => {
  it('points, and the dot goes with the grant', async () => {
    const customer = await openCustomer();
    customer.grant('point');
    await customer.until(() => customer.heard('grant-given').length === 1, 'the grant');
    await customer.technician.session.channel('input').send('{"kind":"point","x":0.25,"y":0.5}');
    await customer.until(() => overlays().length === 2, 'the dot');
    await expect
      .poll(() => overlays()[1]?.shadowRoot?.querySelector('div')?.getBoundingClientRect().left)
      .toBeGreaterThan(0);
    const box = overlays()[1]?.shadowRoot?.querySelector('div')?.getBoundingClientRect();
    expect((box?.left ?? 0) + (box?.width ?? 0) / 2).toBeCloseTo(innerWidth / 4, 0);
    expect(document.elementFromPoint(innerWidth / 4, innerHeight / 2)?.localName).not.toBe('fluxrec-overlay');
    customer.command({ grants: [] });
    await customer.until(() => overlays().length === 1, 'the dot to go');
  });

  it('writes and is written to, and may speak while what was granted is being taken back', async () => {
    const customer = await openCustomer();
    customer.grant('chat');
    await customer.until(() => customer.heard('grant-given').length === 1, 'the grant');
    customer.technician.session.send({ type: 'chat', id: crypto.randomUUID(), text: 'Hello', atMs: 0 });
    await customer.until(() => customer.told1('chat').length === 1, 'the message');
    await expect.poll(overlayText).toContain('writes: Hello');
    await press('Seen');
    expect(overlayText()).not.toContain('writes: Hello');
    customer.tell({ kind: 'chat', id: crypto.randomUUID(), text: 'Hello to you', atMs: 1 });
    await customer.until(() => customer.heard('chat').length === 1, 'the answer');
    customer.command({ grants: [] });
    customer.technician.session.send({ type: 'chat', id: crypto.randomUUID(), text: 'too late', atMs: 0 });
    customer.technician.session.send({ type: 'doing', what: 'away' });
    await customer.until(() => customer.told1('doing').length === 1, 'the next message');
    expect(customer.told1('chat')).toHaveLength(1);
    expect(customer.technician.phase).toBe('open');
  });

  it('sends letters, and gets ours', async () => {
    const customer = await openCustomer();
    customer.grant('commands');
    await customer.until(() => customer.heard('grant-given').length === 1, 'the grant');
    const id = crypto.randomUUID();
    await customer.sendBulk({ head: { kind: 'letter', id }, bytes: new Uint8Array(200_000).fill(7) });
    await customer.until(() => customer.told1('letter').length === 1, 'the letter');
    expect(customer.told1('letter')[0]?.id).toBe(id);
    customer.tell({ kind: 'letter', id, sealed: btoa('sealed') });
    await customer.until(() => customer.bulk.length === 1, 'our letter');
    expect(new TextDecoder().decode(customer.bulk[0]?.bytes)).toBe('sealed');
  });
});

describe('the commands that may be proposed', () => {
  const commands = [{ name: 'clear-cache', title: 'Clear the cache', summary: 'Empties it.', parameters: {} }];

  it('are passed on while that is granted, and not before', async () => {
    const customer = await openCustomer();
    customer.tell({ kind: 'commands', commands });
    customer.grant('commands');
    customer.tell({ kind: 'commands', commands });
    await customer.until(() => customer.bulk.length > 0, 'the list');
    expect(customer.bulk.map(({ head }) => head)).toEqual([{ kind: 'commands' }]);
    expect(customer.bulk.flatMap(({ bytes }) => decodeCommands(bytes))).toEqual(commands);
  });
});

describe('the banner', () => {
  it('says who is connected, what they may do and are doing, and ends it', async () => {
    const customer = await openCustomer();
    customer.command({
      with: { name: 'Ines Hart', organisation: 'Fluxion Support', isVerified: true },
      doing: 'reading',
    });
    customer.grant('console', 'chat');
    await expect.poll(overlayText).toContain('Ines Hart, Fluxion Support (verified)');
    expect(overlayText()).toContain('read the logs, write messages');
    expect(overlayText()).toContain('Ines Hart is reading the logs');
    await press('End session');
    await customer.technician.reach('ended');
    expect(customer.technician.code).toBe('live-ended');
    expect(customer.told1('stop')).toEqual([{ kind: 'stop', what: 'session' }]);
  });

  it('says that something waits for the customer’s word, and opens the panel for it', async () => {
    const customer = await openCustomer();
    customer.command({ asked: 1, with: { name: 'Ines', isVerified: false } });
    await expect.poll(overlayText).toContain('Ines asks you to allow something.');
    await press('Look at it');
    expect(await customer.host.until('openPanel')).toEqual({ view: 'live' });
  });

  it('says plainly that somebody is not verified', async () => {
    const customer = await openCustomer();
    customer.command({ with: { name: 'Ines', isVerified: false } });
    await expect.poll(overlayText).toContain('Ines (not verified)');
  });

  it('takes everything back by one press, without waiting for the host process', async () => {
    const customer = await openCustomer();
    customer.grant('view-dom', 'chat');
    await customer.until(() => customer.events.some(({ type }) => type === FULL_SNAPSHOT), 'a snapshot');
    await press('Take all back');
    const before = customer.dom.length;
    document.querySelector('main')?.append('not shown');
    await customer.until(() => customer.told1('stop').length === 1, 'the word');
    await expect.poll(overlayText).toContain('May do nothing yet');
    expect(customer.dom).toHaveLength(before);
    // What the host process says before it has heard of it gives nothing back.
    customer.command({ doing: 'watching' });
    document.querySelector('main')?.append('nor this');
    customer.technician.session.send({ type: 'doing', what: 'away' });
    await customer.until(() => customer.told1('doing').length === 1, 'the next word');
    expect(overlayText()).toContain('May do nothing yet');
    expect(customer.dom).toHaveLength(before);
  });

  it('takes everything back by the hotkey', async () => {
    const customer = await openCustomer();
    customer.grant('chat');
    await expect.poll(overlayText).toContain('write messages');
    await userEvent.keyboard('{Control>}{Shift>}E{/Shift}{/Control}');
    await customer.until(() => customer.told1('stop').length === 1, 'the word');
    expect(customer.told1('stop')[0]?.what).toBe('grants');
  });

  it('says that the session is recorded, and ends that by one press without the rest', async () => {
    const customer = await openCustomer();
    customer.grant('chat', 'be-recorded');
    await expect.poll(overlayText).toContain('This session is being recorded for support.');
    expect(overlayText()).toContain('May: write messages.');
    await press('Stop recording');
    await customer.until(() => customer.told1('stop').length === 1, 'the word');
    expect(customer.told1('stop')[0]?.what).toBe('recording');
    // Here and now, also where the host process is slow.
    expect(overlayText()).not.toContain('being recorded');
    expect(overlayText()).toContain('May: write messages.');
  });

  it('goes when the host process ends the session', async () => {
    const customer = await openCustomer();
    await expect.poll(() => overlays().length).toBe(1);
    customer.tell({ kind: 'end', why: 'ended' });
    await customer.technician.reach('ended');
    expect(overlays()).toEqual([]);
  });

  it('asks for a picture, and says no to the technician when the customer does', async () => {
    const customer = await openCustomer();
    customer.grant('screenshot');
    await customer.until(() => customer.heard('grant-given').length === 1, 'the grant');
    const request = crypto.randomUUID();
    customer.technician.session.send({ type: 'screenshot-asked', request });
    await expect.poll(overlayText).toContain('asks for a picture of this window');
    expect(overlayText()).not.toContain('report');
    await press('Not now');
    await customer.until(() => customer.heard('screenshot-failed').length === 1, 'the answer');
    expect(customer.heard('screenshot-failed')[0]).toMatchObject({ request, code: 'screenshot-declined' });
    expect(overlayText()).not.toContain('asks for a picture');
  });

  it('says where a picture may go before it is taken, when there is a report', async () => {
    const customer = await openCustomer();
    customer.command({ report: crypto.randomUUID() });
    customer.grant('screenshot');
    await customer.until(() => customer.heard('grant-given').length === 1, 'the grant');
    customer.technician.session.send({ type: 'screenshot-asked', request: crypto.randomUUID() });
    await expect.poll(overlayText).toContain('It can be kept in your report.');
    expect(overlayText()).toContain('Take the picture');
    // Out of the way while it is taken, and back whatever came of it: this browser lets nobody capture anything.
    await press('Take the picture');
    await expect.poll(() => overlays().length).toBe(0);
    await customer.until(() => customer.heard('screenshot-failed').length === 1, 'the answer');
    await expect.poll(overlayText).toContain('take pictures');
  });
});

describe('a grant', () => {
  it('ends by the page’s own clock where the host process is silent', async () => {
    const customer = await openCustomer();
    customer.command({ grants: [{ grant: crypto.randomUUID(), kind: 'chat', untilMs: Date.now() + 400 }] });
    await expect.poll(overlayText).toContain('write messages');
    await expect.poll(overlayText, { timeout: 3000 }).toContain('May do nothing yet');
  });
});
