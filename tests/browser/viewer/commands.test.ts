import * as v from 'valibot';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { commandResultSchema } from '../../../src/shared/protocol/letters.js';
import type { ConversationEntry } from '../../../src/shared/report/report.js';
import type { Services } from '../../../src/viewer/services.js';
import { READ_LOGS } from '../../unit/viewer/command-story.js';
import { CommandReport } from './command-report.js';
import { get, press, problems, remove } from './mounted.js';

// The technician's half of commands, from the form to the verified receipt, with real letters and real keys.

let report: CommandReport;
let services: Services | undefined;

async function open(options: Parameters<typeof CommandReport.make>[0] = {}, width = 1280): Promise<void> {
  report = await CommandReport.make(options);
  services = await report.open(width);
}

afterEach(async () => {
  services?.technician.close();
  services = undefined;
  await remove();
  await navigator.locks.request('fluxrec-technician-mailbox', () => undefined);
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase('fluxrec-technician');
    request.onsuccess = resolve;
    request.onblocked = resolve;
  });
});

const panel = (): HTMLElement => get('section[aria-label="Commands"]');
const text = (element: Element | null = panel()): string => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
const article = (): HTMLElement => get('article[data-proposal]');
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const values = (): string =>
  [...article().querySelectorAll('dt')].map((dt) => `${text(dt)}: ${text(dt.nextElementSibling)}`).join(', ');
const says = (conversation: readonly ConversationEntry[]): void => {
  report.desk.conversation(report.story.report).push(...conversation);
};

async function state(name: string): Promise<void> {
  await vi.waitFor(() => {
    expect(article().dataset['state']).toBe(name);
  }, 5_000);
}

async function propose(reason = 'To see what failed.'): Promise<void> {
  const begin = button('Propose a command');
  await vi.waitFor(() => {
    expect((begin.element() as HTMLButtonElement).disabled).toBe(false);
  }, 5_000);
  await userEvent.click(begin);
  await userEvent.fill(page.getByLabelText('Why, for the customer'), reason);
  await userEvent.click(button('Propose'));
}

describe('a command', () => {
  test('is proposed, approved, and its output comes with a receipt that is verified', async () => {
    await open();
    const begin = button('Propose a command');
    await vi.waitFor(() => {
      expect((begin.element() as HTMLButtonElement).disabled).toBe(false);
    }, 5_000);
    await userEvent.click(begin);
    expect(document.activeElement?.tagName).toBe('SELECT');
    expect((button('Propose').element() as HTMLButtonElement).disabled, 'without a reason').toBe(true);
    await userEvent.selectOptions(page.getByLabelText('Level'), 'error');
    await userEvent.fill(page.getByLabelText('At most'), '9000');
    await userEvent.fill(page.getByLabelText('Why, for the customer'), 'To see what failed.');
    expect(text()).toContain('At most takes a whole number from 1 to 5000.');
    await userEvent.fill(page.getByLabelText('At most'), '20');
    expect(await problems()).toEqual([]);
    await userEvent.click(button('Propose'));

    const { body, text: envelope } = await report.posted('command-proposal');
    expect(body).toMatchObject({
      report: report.story.report,
      command: 'logs',
      parameters: { level: 'error', limit: 20 },
      reason: 'To see what failed.',
    });
    expect(body.momentMs).toBeTypeOf('number');
    await state('waiting');
    expect(text(article())).toContain('Read the app’s log Waits for the customer');
    expect(values()).toBe('Level: Errors only, Since: not set, At most: 20 lines');
    expect(await problems()).toEqual([]);

    const said = report.desk.conversation(report.story.report)[0];
    if (said?.type !== 'proposal') throw new Error('it is not in the conversation');
    expect(said.envelope).toBe(envelope);
    const { proposal } = body;
    await report.answer({ kind: 'command-decision', body: { proposal, decision: 'approved', decidedMs: said.atMs } });
    await state('running');
    const pieces = ['12:00:01 Sync failed\n', '12:00:02 Retry in 30 s\n'];
    for (const [sequence, piece] of pieces.entries()) {
      await report.answer({ kind: 'command-output', body: { proposal, sequence, text: piece } });
    }
    await vi.waitFor(() => {
      expect(get('pre').textContent).toBe(pieces.join('').trimEnd());
    }, 5_000);
    expect(get('pre').getAttribute('aria-label')).toBe('Output of Read the app’s log');
    const signed = { statement: { decidedMs: said.atMs } };
    const result = await report.story.result(said, pieces, { summary: '2 lines' }, signed);
    await report.answer({ kind: 'command-result', body: v.parse(commandResultSchema, result) });
    await state('done');
    await vi.waitFor(() => {
      expect(get('[data-receipt="good"]').textContent).toContain('Receipt verified');
    });
    expect(text(article())).toContain('2 lines');
    expect(button('Stop it').query()).toBeNull();
    expect(await problems()).toEqual([]);

    const pin = get('button[aria-label^="Command Read the app’s log at"]');
    expect(pin.getAttribute('aria-label')).toContain(': Done');
    await userEvent.click(page.getByRole('tab', { name: /^Comments/ }));
    await vi.waitFor(() => {
      expect(text(get('[role=log]'))).toMatch(/Ines Hart proposed Read the app’s log.*The customer approved: .*Done: /);
    });
    pin.click();
    await vi.waitFor(() => {
      expect(document.activeElement).toBe(article());
    });
  });

  test('that the customer denies says so, and offers nothing more', async () => {
    await open();
    await propose();
    const { body } = await report.posted('command-proposal');
    const decided = { proposal: body.proposal, decision: 'denied', decidedMs: Date.now() } as const;
    await report.answer({ kind: 'command-decision', body: decided });
    await state('denied');
    expect(document.querySelector('[data-receipt]')).toBeNull();
    expect(button('Take it back').query()).toBeNull();
  });

  test('is taken back while it waits, by a letter', async () => {
    await open();
    await propose();
    const { body } = await report.posted('command-proposal');
    await state('waiting');
    await userEvent.click(button('Take it back'));
    expect((await report.posted('cancel')).body).toEqual({ proposal: body.proposal });
    expect((button('Asked to stop…').element() as HTMLButtonElement).disabled).toBe(true);
    const decided = { proposal: body.proposal, decision: 'withdrawn', decidedMs: Date.now() } as const;
    await report.answer({ kind: 'command-decision', body: decided });
    await state('withdrawn');
  });

  test('that cannot be sent keeps what was written, and says why', async () => {
    await open();
    const begin = button('Propose a command');
    await vi.waitFor(() => {
      expect((begin.element() as HTMLButtonElement).disabled).toBe(false);
    }, 5_000);
    report.mailbox.isOffline = true;
    await propose('Important');
    await vi.waitFor(() => {
      expect(get('form [role=alert]').textContent).toContain('What you wrote is kept');
    }, 5_000);
    await userEvent.click(page.getByRole('tab', { name: /^Log/ }));
    await userEvent.click(page.getByRole('tab', { name: /^Commands/ }));
    expect(page.getByLabelText('Why, for the customer').element()).toHaveProperty('value', 'Important');
    report.mailbox.isOffline = false;
    await userEvent.click(button('Propose'));
    await state('waiting');
    expect(document.querySelector('form')).toBeNull();
  });

  test('is written and left by the keyboard alone', async () => {
    await open();
    const begin = button('Propose a command');
    await vi.waitFor(() => {
      expect((begin.element() as HTMLButtonElement).disabled).toBe(false);
    }, 5_000);
    begin.element().focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => {
      expect(document.activeElement?.tagName).toBe('SELECT');
    });
    press('Escape');
    await vi.waitFor(() => {
      expect(document.activeElement).toBe(button('Propose a command').element());
    });
    await userEvent.keyboard('{Enter}');
    await userEvent.fill(page.getByLabelText('Why, for the customer'), 'By keyboard');
    press('Enter', { ctrlKey: true });
    await state('waiting');
  });
});

describe('what stands in the conversation', () => {
  test('is called verified only where the receipt is this install’s, of this proposal and this output', async () => {
    report = await CommandReport.make();
    const entries = await report.story.done();
    says(
      entries.map((entry) => (entry.type === 'output' ? { ...entry, text: entry.text.replace('30', '31') } : entry)),
    );
    services = await report.open();
    await vi.waitFor(() => {
      expect(text(get('[data-receipt="bad"]'))).toContain('The output that stands here is not what the install sent.');
    }, 5_000);
    expect(text()).not.toContain('verified');
    expect(await problems()).toEqual([]);
  });

  test('of somebody else’s browser can be read, not taken back', async () => {
    report = await CommandReport.make();
    says([
      report.story.proposal({ command: 'own-thing', parameters: { depth: { deep: 1 } }, expiresMs: Date.now() * 2 }),
    ]);
    services = await report.open();
    await state('waiting');
    expect(text(article())).toContain('own-thing');
    expect(text(article())).toContain('{"deep":1}');
    expect(text(article())).toContain('when Ines Hart has the viewer open');
    expect(button('Take it back').query()).toBeNull();
  });

  test('of ten thousand lines is shown by its end, and kept whole', async () => {
    report = await CommandReport.make();
    const line = (n: number): string => `${n} ${'long '.repeat(5)}\n`;
    const pieces = Array.from({ length: 20 }, (_, at) =>
      Array.from({ length: 500 }, (__, n) => line(at * 500 + n)).join(''),
    );
    says(await report.story.done({}, pieces));
    services = await report.open();
    await vi.waitFor(() => {
      expect(text(get('[data-receipt="good"]'))).toContain('verified');
    }, 5_000);
    expect(text()).toContain('10,000 lines');
    expect(text()).toContain('Only the last 2,000 lines are shown.');
    expect(get('pre').textContent.split('\n')).toHaveLength(2000);
    expect(get('pre').textContent.startsWith('8000 ')).toBe(true);
  });

  test('that nobody answered while its letter was good is told as that', async () => {
    report = await CommandReport.make();
    says([report.story.proposal({ expiresMs: Date.now() - 1000 })]);
    services = await report.open();
    await state('unanswered');
    expect(text(article())).toContain('No answer');
  });
});

describe('nothing can be proposed', () => {
  const cannot = async (why: string | RegExp): Promise<void> => {
    await vi.waitFor(() => {
      expect(text()).toMatch(why);
    }, 5_000);
    expect((button('Propose a command').element() as HTMLButtonElement).disabled).toBe(true);
    expect(await problems()).toEqual([]);
  };

  test('about a report that does not say who made it', async () => {
    await open({ isSigned: false });
    await cannot('does not say whose install made all of it');
  });

  test('to an app that offers nothing', async () => {
    await open({ commands: [] });
    await cannot('offers no commands');
  });

  test('by who is not on the list, until they are', async () => {
    await open({ isEnrolled: false });
    await cannot('your key must be enrolled');
    await userEvent.click(get('summary'));
    await vi.waitFor(() => get('pre[aria-label="Entry for the list of technicians"]'));
    await report.enrol(Date.now() - 1000);
    await userEvent.click(button('Ask again'));
    await cannot('list is not valid today');
    await report.enrol();
    await userEvent.click(button('Ask again'));
    await vi.waitFor(() => {
      expect((button('Propose a command').element() as HTMLButtonElement).disabled).toBe(false);
    });
  });

  test('while the desk does not tell who is on the list', async () => {
    report = await CommandReport.make();
    report.mailbox.isOffline = true;
    services = await report.open();
    await cannot('does not answer');
    report.mailbox.isOffline = false;
    await userEvent.click(button('Ask again'));
    await vi.waitFor(() => {
      expect((button('Propose a command').element() as HTMLButtonElement).disabled).toBe(false);
    });
  });
});

test('all of it fits a narrow window', async () => {
  report = await CommandReport.make();
  says(
    await report.story.done({ momentMs: 5000, reason: 'Because of a_very_long_word_that_does_not_break_'.repeat(5) }),
  );
  services = await report.open(360);
  await vi.waitFor(() => {
    expect((button('Propose a command').element() as HTMLButtonElement).disabled).toBe(false);
  }, 5_000);
  await userEvent.click(button('Propose a command'));
  await userEvent.selectOptions(page.getByLabelText('Command', { exact: true }), 'record-again');
  for (const element of [panel(), article(), get('form')]) {
    expect(element.scrollWidth, element.className).toBeLessThanOrEqual(element.clientWidth);
  }
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  expect(await problems()).toEqual([]);
});

test('what the app calls a command is shown, not what came with the proposal', async () => {
  report = await CommandReport.make();
  says([report.story.proposal({ title: 'Harmless', expiresMs: Date.now() * 2 })]);
  services = await report.open();
  await state('waiting');
  expect(text(get('article h2'))).toBe(READ_LOGS.title);
  expect(text()).not.toContain('Harmless');
});
