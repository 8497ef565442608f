import { afterEach, expect, it } from 'vitest';
import { inflatePast, type PastHead } from '../../../src/shared/protocol/live-past.js';
import { Customer } from './customer.js';

const FULL_SNAPSHOT = 2;
const META = 4;

afterEach(() => {
  document.body.innerHTML = '';
});

async function openCustomer(): Promise<Customer> {
  document.body.innerHTML = '<main id="app"><p>First</p><input aria-label="Name"></main>';
  const customer = new Customer();
  await customer.open();
  return customer;
}

interface Answer {
  readonly head: PastHead;
  readonly text: string;
  readonly events: { readonly type: number; readonly timestamp: number }[];
}

function ask(customer: Customer, atMs: number): string {
  const request = crypto.randomUUID();
  customer.technician.session.send({ type: 'past-asked', request, atMs });
  return request;
}

async function answerTo(customer: Customer, request: string): Promise<Answer> {
  const found = (): (typeof customer.bulk)[number] | undefined =>
    customer.bulk.find(({ head }) => head.kind === 'past' && head.request === request);
  await customer.until(() => found() !== undefined, 'an answer');
  const message = found();
  if (message?.head.kind !== 'past') throw new Error('no answer');
  const text = new TextDecoder().decode(await inflatePast(message.head, message.bytes));
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer['events'][number]);
  return { head: message.head, text, events };
}

/** Session time of the moment in which the picture began. */
function begunMs(customer: Customer): number {
  const begin = customer.dom.findLast((message) => message.kind === 'begin');
  if (begin?.kind !== 'begin') throw new Error('no picture');
  return begin.sessionMs;
}

async function showsItself(customer: Customer): Promise<void> {
  customer.grant('view-dom');
  await customer.until(() => customer.events.some(({ type }) => type === FULL_SNAPSHOT), 'the picture');
}

async function change(customer: Customer, text: string): Promise<void> {
  const line = document.querySelector('main p');
  if (line !== null) line.textContent = text;
  await customer.until(() => JSON.stringify(customer.events).includes(text), text);
}

it('is what the window showed then, from a full snapshot on', async () => {
  const customer = await openCustomer();
  await showsItself(customer);
  await change(customer, 'Second');
  const atMs = begunMs(customer) + 50;
  await change(customer, 'Third');
  const { head, text, events } = await answerTo(customer, ask(customer, atMs));
  expect(events.slice(0, 2).map(({ type }) => type)).toEqual([META, FULL_SNAPSHOT]);
  expect(text).toContain('First');
  expect(head.startMs).toBeLessThanOrEqual(atMs);
  expect(head.endMs).toBeGreaterThanOrEqual(atMs);
  const [first] = events;
  // An event has whole milliseconds of the wall clock.
  expect(Math.abs((first?.timestamp ?? 0) - head.originMs + head.offsetMs - head.startMs)).toBeLessThan(2);
});

it('is without what is masked by now', async () => {
  const customer = await openCustomer();
  document.querySelector('main p')?.append(' Mirabilis-77');
  await showsItself(customer);
  const field = document.querySelector('input');
  if (field !== null) {
    field.value = 'Mirabilis-77';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  await change(customer, 'Second');
  const { text } = await answerTo(customer, ask(customer, begunMs(customer) + 50));
  expect(text).not.toContain('Mirabilis');
});

it('goes back no further than the grant does', async () => {
  const customer = await openCustomer();
  await showsItself(customer);
  await change(customer, 'Second');
  const { head } = await answerTo(customer, ask(customer, -1e9));
  expect(head.fromMs).toBeGreaterThanOrEqual(0);
  expect(head.startMs).toBeGreaterThanOrEqual(head.fromMs);
});

it('answers the newest of many wishes, and ends for who may not ask', async () => {
  const customer = await openCustomer();
  await showsItself(customer);
  await change(customer, 'Second');
  const requests = Array.from({ length: 20 }, (_, at) => ask(customer, begunMs(customer) + at));
  await answerTo(customer, requests.at(-1) ?? '');
  expect(customer.bulk.filter(({ head }) => head.kind === 'past').length).toBeLessThan(5);
  customer.command({ grants: [] });
  // What crosses a withdrawal is no offence, and is not answered.
  const count = customer.bulk.length;
  ask(customer, 0);
  customer.technician.session.send({ type: 'doing', what: 'away' });
  await customer.until(() => customer.told1('doing').length === 1, 'the next word');
  expect(customer.bulk).toHaveLength(count);
});

it('is never granted by itself', async () => {
  const customer = await openCustomer();
  customer.grant('chat');
  ask(customer, 0);
  await customer.technician.reach('ended');
  expect(customer.told1('report').map(({ report }) => report.code)).toContain('live-not-granted');
});
