import { afterEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { FluxionError } from '../../../src/shared/errors.js';
import { takeCapability } from '../../../src/recorder/panel/capability.js';
import type { View } from '../../../src/recorder/panel/state/panel-state.svelte.js';
import { VISIBLE_MS } from '../../../src/recorder/panel/visibility-guard.js';
import { aDelivery, aDraft, aRecording, type HostDouble } from './host-double.js';
import { open, remove, seriousProblems } from './mounted.js';

afterEach(remove);

const untilVisible = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, VISIBLE_MS + 300));

describe('Recording', () => {
  test('says what is kept, how much, and what the limits are', async () => {
    await open('recording');
    await expect.element(page.getByText('the last 10 min', { exact: true })).toBeVisible();
    await expect.element(page.getByText('10 min or 200 MB, the older part is dropped')).toBeVisible();
    await expect.element(page.getByRole('row', { name: /What the window showed 4,713 1\.1 MB/ })).toBeVisible();
  });

  test('is paused and resumed', async () => {
    const { host } = await open('recording');
    await page.getByRole('button', { name: 'Pause recording' }).click();
    await expect.element(page.getByText('Paused')).toBeVisible();
    await page.getByRole('button', { name: 'Resume recording' }).click();
    expect(host.called('setPaused')).toEqual([{ paused: true }, { paused: false }]);
  });

  test('of the screen is said plainly, and can be stopped', async () => {
    const { host } = await open('recording', (double) => {
      double.state = { ...double.state, recording: aRecording({ screen: 'screen' }) };
    });
    await expect.element(page.getByText(/A video of the screen that you chose is being recorded/)).toBeVisible();
    await page.getByRole('button', { name: 'Stop the video' }).click();
    await expect.element(page.getByText(/A video of/)).not.toBeInTheDocument();
    expect(host.called('stopScreen')).toHaveLength(1);
  });

  test('that has failed says why', async () => {
    await open('recording', (host) => {
      host.state = {
        ...host.state,
        recording: aRecording({ state: 'failed', error: { code: 'full', message: 'The disk is full.' } }),
      };
    });
    await expect.element(page.getByText('The disk is full.')).toBeVisible();
  });
});

describe('Wipe', () => {
  test('says what goes and what stays, wipes, and tells the result', async () => {
    const { host } = await open('wipe', (double) => {
      double.state = { ...double.state, deliveries: [aDelivery()] };
    });
    await expect.element(page.getByText(/^This erases the last 10 min/)).toBeVisible();
    await expect.element(page.getByText(/and 1 report that is still on the way/)).toBeVisible();
    await untilVisible();
    await page.getByRole('button', { name: 'Wipe now' }).click();
    await expect.element(page.getByText('The recording is erased, in 2 windows.')).toBeVisible();
    expect(host.called('wipe')).toHaveLength(1);
  });

  test('does not act on a press that the page made', async () => {
    const { host } = await open('wipe');
    await untilVisible();
    (page.getByRole('button', { name: 'Wipe now' }).element() as HTMLElement).click();
    await untilVisible();
    expect(host.called('wipe')).toEqual([]);
  });

  test('that not every window confirmed is not called done', async () => {
    await open('wipe', (host) => {
      host.handlers.wipe = () => ({ windows: 2, failed: 1 });
    });
    await untilVisible();
    await page.getByRole('button', { name: 'Wipe now' }).click();
    await expect.element(page.getByRole('heading', { name: 'Not everything is wiped' })).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Wipe again' })).toBeVisible();
  });

  test('afterwards a new draft is made, for the old one is gone', async () => {
    const { host } = await open('send');
    await expect.element(page.getByLabelText('What happened?')).toBeVisible();
    await page.getByRole('link', { name: 'Wipe' }).click();
    await untilVisible();
    await page.getByRole('button', { name: 'Wipe now' }).click();
    await expect.element(page.getByRole('heading', { name: 'Wiped' })).toBeVisible();
    await page.getByRole('link', { name: 'Send' }).click();
    await expect.element(page.getByLabelText('What happened?')).toBeVisible();
    expect(host.called('createDraft')).toHaveLength(2);
  });
});

describe('closing', () => {
  test('by Escape leaves at once when nothing was written', async () => {
    const { host, leave } = await open('send');
    await expect.element(page.getByLabelText('What happened?')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => {
      expect(leave).toHaveBeenCalledOnce();
    });
    expect(host.called('discardDraft')).toHaveLength(1);
    expect(host.called('closePanel')).toHaveLength(1);
  });

  test('asks before it throws away what was written; Escape there only ends the question', async () => {
    const { leave } = await open('send');
    const description = page.getByLabelText('What happened?');
    await description.fill('It broke.');
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog', { name: 'Close without sending?' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    await expect.element(description).toHaveValue('It broke.');
    await expect.element(description).toHaveFocus();
    expect(leave).not.toHaveBeenCalled();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Discard and close' }).click();
    await vi.waitFor(() => {
      expect(leave).toHaveBeenCalledOnce();
    });
  });
});

describe('the host', () => {
  test('that is not there yet is waited for', async () => {
    const { host } = await open('recording', (double) => {
      double.isReachable = false;
    });
    await expect.element(page.getByText(/^The app does not answer\. This panel tries again/)).toBeVisible();
    host.connect(true);
    await expect.element(page.getByRole('heading', { name: 'Recording' })).toBeVisible();
  });

  test('that goes away is missed in words, Send says so, and nothing written is lost', async () => {
    const { host } = await open('send');
    await page.getByLabelText('What happened?').fill('It broke.');
    host.connect(false);
    await expect.element(page.getByText(/this panel connects again by itself/)).toBeVisible();
    await page.getByRole('button', { name: /^Send/ }).click({ force: true });
    await expect
      .element(page.getByText('The app does not answer at the moment. Try again when it does.'))
      .toBeVisible();
    host.connect(true);
    await expect.element(page.getByText(/this panel connects again by itself/)).not.toBeInTheDocument();
    await expect.element(page.getByLabelText('What happened?')).toHaveValue('It broke.');
    expect(host.called('sendDraft')).toEqual([]);
  });

  /** The panel's document is of the process before. */
  function startAgain(host: HostDouble): void {
    host.handlers.state = () => {
      throw new FluxionError('capability-refused', 'Load again.');
    };
    host.connect(false);
    host.isReachable = true;
  }

  test('that was started again makes the panel load again, by itself where nothing is lost by it', async () => {
    const { host, reload } = await open('recording');
    startAgain(host);
    await expect.poll(() => reload.mock.calls.length).toBe(1);
  });

  test.each([
    ['what would be sent', ''],
    ['what was written', 'It broke.'],
  ])('that was started again makes the panel load again, by a press where %s is on it', async (_what, words) => {
    const { host, reload } = await open('send');
    await page.getByLabelText('What happened?').fill(words);
    startAgain(host);
    const button = page.getByRole('button', { name: 'Load again' });
    await expect.element(button).toBeVisible();
    expect(reload).not.toHaveBeenCalled();
    await button.click();
    expect(reload).toHaveBeenCalledOnce();
  });

  test('that refuses the panel from its beginning does not make it load again and again', async () => {
    const { reload } = await open('recording', startAgain);
    await expect.element(page.getByRole('button', { name: 'Load again' })).toBeVisible();
    expect(reload).not.toHaveBeenCalled();
  });
});

describe('people who do not use a mouse, or do not see', () => {
  interface Case {
    readonly view?: View;
    readonly prepare?: (host: HostDouble) => void;
    readonly shown: string;
  }
  const CASES: Readonly<Record<string, Case>> = {
    'the form': {
      shown: 'What is included',
      prepare: (host) => {
        host.state = { ...host.state, deliveries: [aDelivery({ status: 'waiting', retryMs: 0 })] };
        host.draft = aDraft({ notes: ['A window did not answer.'] });
      },
    },
    collecting: {
      shown: '1 of 2 windows collected.',
      prepare: (host) => {
        host.draft = aDraft({ status: 'collecting', answered: 1 });
      },
    },
    'an empty ring': {
      shown: 'Nothing is recorded yet',
      prepare: (host) => {
        host.draft = aDraft({ available: { startMs: 0, endMs: 0, lanes: [], recorded: [] } });
      },
    },
    'a failed draft': {
      shown: 'The recording could not be collected',
      prepare: (host) => {
        host.draft = aDraft({ status: 'failed', error: { code: 'x', message: 'No.' } });
      },
    },
    recording: { view: 'recording', shown: 'What is kept' },
    wipe: { view: 'wipe', shown: 'What goes' },
  };

  test.each(Object.entries(CASES))('find nothing in their way: %s', async (_, { view = 'send', prepare, shown }) => {
    await open(view, prepare);
    await expect.element(page.getByText(shown)).toBeVisible();
    await expect.poll(seriousProblems).toEqual([]);
  });

  test('find nothing in their way: the receipt', async () => {
    const { host } = await open('send');
    await expect.element(page.getByRole('button', { name: /^Send \d/ })).toBeVisible();
    await untilVisible();
    await page.getByRole('button', { name: /^Send \d/ }).click();
    host.tell('deliveries', { deliveries: [aDelivery({ status: 'sending', sentBytes: 1 })] });
    await expect.element(page.getByText(/^Being sent: \d/)).toBeVisible();
    expect(await seriousProblems()).toEqual([]);
  });
});

describe('on a narrow screen', () => {
  test.each(['send', 'recording', 'wipe'] as const)('%s needs no sideways scrolling', async (view) => {
    await open(view, undefined, 320);
    await expect.element(page.getByRole('heading', { level: 2 })).toBeVisible();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
    const main = document.querySelector('main');
    expect(main?.scrollWidth).toBe(main?.clientWidth);
  });
});

describe('the capability', () => {
  function aDocument(text: string): Document {
    const made = document.implementation.createHTMLDocument();
    const script = made.createElement('script');
    script.type = 'application/json';
    script.id = 'fluxrec-capability';
    script.textContent = text;
    made.head.append(script);
    return made;
  }

  test('is taken out of the document that brings it', () => {
    const made = aDocument('{"capability":"secret","app":{"name":"Fluxion"}}');
    expect(takeCapability(made)).toBe('secret');
    expect(made.getElementById('fluxrec-capability')).toBeNull();
    expect(takeCapability(made)).toBeUndefined();
  });

  test.each(['', 'null', '{"capability":""}', '{"capability":7}', '<nonsense>'])('is none in %j', (text) => {
    expect(takeCapability(aDocument(text))).toBeUndefined();
  });
});
