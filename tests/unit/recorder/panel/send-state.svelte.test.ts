import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FluxionError } from '../../../../src/shared/errors.js';
import { SendState, type Composition } from '../../../../src/recorder/panel/state/send-state.svelte.js';
import { aDelivery, aDraft, DRAFT_ID, HostDouble, REPORT_ID } from '../../../browser/panel/host-double.js';

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(200);

let host: HostDouble;
let send: SendState;
/** The names of the steps, as something that renders would have seen them. */
let steps: string[];
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  host = new HostDouble();
  send = new SendState(host);
  steps = [];
  stop = $effect.root(() => {
    $effect(() => {
      steps.push(send.step.name);
    });
  });
  flushSync();
});
afterEach(() => {
  stop();
  send.dispose();
  vi.useRealTimers();
});

async function toForm(): Promise<Composition> {
  await send.begin();
  await settle();
  if (send.step.name !== 'form') throw new Error(`Not the form but ${send.step.name}.`);
  return send.step.composition;
}

describe('from Send Diagnostics to the receipt', () => {
  test('collects, shows the form, sends, and keeps the receipt', async () => {
    host.draft = aDraft({ status: 'collecting', answered: 0 });
    await send.begin();
    flushSync();
    host.tell('draft', aDraft({ status: 'collecting', answered: 1 }));
    expect(send.step).toMatchObject({ name: 'collecting', draft: { answered: 1, asked: 2 } });
    flushSync();
    host.draft = aDraft();
    host.tell('draft', host.draft);
    await settle();
    flushSync();
    const composition = send.step.name === 'form' ? send.step.composition : undefined;
    if (composition === undefined) throw new Error('no form');
    composition.description = '  It broke.\n';
    await send.send();
    expect(host.called('sendDraft')).toEqual([{ draft: DRAFT_ID, description: 'It broke.', consent: true }]);
    expect(send.step).toMatchObject({ name: 'sent', delivery: { report: REPORT_ID } });
    flushSync();
    expect(steps).toEqual(['idle', 'starting', 'collecting', 'collecting', 'form', 'sending', 'sent']);
    expect(host.called('discardDraft')).toEqual([]);
  });

  test('an event that outruns the answer that names the draft is not lost', async () => {
    host.handlers.createDraft = () => {
      host.tell('draft', aDraft());
      return { draft: aDraft({ status: 'collecting', answered: 0 }) };
    };
    await send.begin();
    expect(send.step.name).toBe('form');
  });

  test('events of another draft are not followed', async () => {
    host.draft = aDraft({ status: 'collecting' });
    await send.begin();
    host.tell('draft', aDraft({ id: '33333333-3333-4333-8333-333333333333' }));
    expect(send.step.name).toBe('collecting');
  });

  test('an empty ring has a step of its own', async () => {
    host.draft = aDraft({ available: { startMs: 0, endMs: 0, lanes: [], recorded: [] } });
    await send.begin();
    expect(send.step.name).toBe('empty');
    host.draft = aDraft();
    await send.begin();
    expect(send.step.name).toBe('form');
    expect(host.called('discardDraft')).toHaveLength(1);
  });

  test('a draft that failed says why and can be started again', async () => {
    host.draft = aDraft({ status: 'failed', error: { code: 'disk-full', message: 'No room.' } });
    await send.begin();
    expect(send.step).toEqual({ name: 'failed', error: { code: 'disk-full', message: 'No room.' } });
    host.draft = aDraft();
    await send.begin();
    expect(send.step.name).toBe('form');
  });

  test('nothing is sent while the choice is not measured, empty, or being saved', async () => {
    await send.begin();
    await send.send();
    expect(send.step.name).toBe('form');
    await settle();
    const { selection } = await toForm();
    for (const lane of selection.lanes) selection.chooseLane(lane, false);
    await settle();
    await send.send();
    expect(host.called('sendDraft')).toEqual([]);
  });

  test('a failure keeps the form and what was written', async () => {
    const composition = await toForm();
    composition.description = 'It broke.';
    host.handlers.sendDraft = () => {
      throw new FluxionError('disk-full', 'No room.');
    };
    await send.send();
    expect(send.step).toEqual({ name: 'form', composition });
    expect(composition.error).toEqual({ code: 'disk-full', message: 'No room.' });
    expect(composition.description).toBe('It broke.');
  });
});

describe('giving up', () => {
  test('while the draft is asked for, it is discarded when it comes', async () => {
    const asked = send.begin();
    await send.cancel();
    await asked;
    expect(send.step.name).toBe('idle');
    expect(host.called('discardDraft')).toEqual([{ draft: DRAFT_ID }]);
  });

  test.each(['collecting', 'ready'] as const)('a draft that is %s is discarded', async (status) => {
    host.draft = aDraft({ status });
    await send.begin();
    await send.cancel();
    expect(send.step.name).toBe('idle');
    expect(host.called('discardDraft')).toEqual([{ draft: DRAFT_ID }]);
  });

  test('while it is put into the outbox, it is taken out again', async () => {
    await toForm();
    const sent = send.send();
    await send.cancel();
    expect(send.step).toMatchObject({ name: 'sending', isCancelled: true });
    await sent;
    expect(host.called('removeDelivery')).toEqual([{ report: REPORT_ID }]);
    expect(send.step.name).toBe('idle');
  });

  test('what cannot be taken out any more is shown as sent', async () => {
    await toForm();
    host.handlers.removeDelivery = () => {
      throw new FluxionError('delivered', 'It is there.');
    };
    const sent = send.send();
    await send.cancel();
    await sent;
    expect(send.step.name).toBe('sent');
  });

  test('closing the panel does not take back what was consented to', async () => {
    await toForm();
    const sent = send.send();
    await send.leave();
    await sent;
    expect(host.called('removeDelivery')).toEqual([]);
    expect(host.called('discardDraft')).toEqual([]);
  });

  test('after a receipt there is nothing to discard, and another can be begun', async () => {
    await toForm();
    await send.send();
    send.startAnother();
    await settle();
    expect(send.step.name).toBe('form');
    expect(host.called('discardDraft')).toEqual([]);
  });
});

describe('when the customer asks again for the panel that is open', () => {
  const drafts = (): number => host.called('createDraft').length;

  test('a receipt makes way for a new draft', async () => {
    await toForm();
    await send.send();
    send.askedAgain();
    await settle();
    expect(send.step.name).toBe('form');
    expect(drafts()).toBe(2);
    expect(host.called('discardDraft')).toEqual([]);
  });

  test('a form that nothing was done to is of an older time: it is made anew', async () => {
    await toForm();
    send.askedAgain();
    await settle();
    expect(send.step.name).toBe('form');
    expect(drafts()).toBe(2);
    expect(host.called('discardDraft')).toEqual([{ draft: DRAFT_ID }]);
  });

  test.each<[string, (composition: Composition) => void]>([
    ['what was written', (composition) => (composition.description = 'It broke.')],
    [
      'a lane that was left out',
      ({ selection }) => {
        selection.chooseLane('dom', false);
      },
    ],
    [
      'a time that was chosen',
      ({ selection }) => {
        selection.choosePreset('everything');
      },
    ],
  ])('%s stays', async (_what, choose) => {
    const composition = await toForm();
    choose(composition);
    await settle();
    send.askedAgain();
    await settle();
    expect(send.step).toEqual({ name: 'form', composition });
    expect(drafts()).toBe(1);
  });

  test('what is under way goes on', async () => {
    await toForm();
    const sent = send.send();
    send.askedAgain();
    await sent;
    expect(send.step.name).toBe('sent');
    expect(drafts()).toBe(1);
  });

  test('what failed, or found nothing, is tried again', async () => {
    host.isReachable = false;
    await send.begin();
    host.isReachable = true;
    send.askedAgain();
    await settle();
    expect(send.step.name).toBe('form');
  });
});

describe('when the connection was lost and is back', () => {
  test('a draft that became ready meanwhile is found', async () => {
    host.draft = aDraft({ status: 'collecting' });
    await send.begin();
    host.draft = aDraft();
    await send.reconnected();
    expect(send.step.name).toBe('form');
  });

  test('a draft that the host has forgotten is said to be gone', async () => {
    host.draft = aDraft({ status: 'collecting' });
    await send.begin();
    host.handlers.getDraft = () => {
      throw new FluxionError('no-such-draft', 'Gone.');
    };
    await send.reconnected();
    expect(send.step).toEqual({ name: 'failed', error: { code: 'no-such-draft', message: 'Gone.' } });
  });

  test('a draft that could not be asked for is asked for', async () => {
    host.isReachable = false;
    await send.begin();
    expect(send.step.name).toBe('failed');
    host.isReachable = true;
    await send.reconnected();
    expect(send.step.name).toBe('form');
  });

  test('a choice that could not be measured is measured', async () => {
    const { selection } = await toForm();
    host.isReachable = false;
    selection.choosePreset('everything');
    await settle();
    expect(selection.error?.code).toBe('host-unreachable');
    host.isReachable = true;
    await send.reconnected();
    await settle();
    expect(selection.isSettled).toBe(true);
  });
});

test('closing would lose only what was written', async () => {
  const composition = await toForm();
  expect(send.hasText).toBe(false);
  composition.description = '   ';
  expect(send.hasText).toBe(false);
  composition.description = 'x';
  expect(send.hasText).toBe(true);
  host.handlers.sendDraft = () => ({ delivery: aDelivery() });
  await send.send();
  expect(send.hasText).toBe(false);
});
