import { afterEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { FluxionError } from '../../../src/shared/errors.js';
import { VISIBLE_MS } from '../../../src/recorder/panel/visibility-guard.js';
import { aDelivery, aDraft, CODE, DRAFT_ID, LANES, REPORT_ID } from './host-double.js';
import { open, remove, type Mounted } from './mounted.js';

afterEach(remove);

const untilVisible = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, VISIBLE_MS + 300));
const sendButton = page.getByRole('button', { name: /^Send \d/ });

async function pressSend(): Promise<void> {
  await expect.element(sendButton).toBeVisible();
  await untilVisible();
  await sendButton.click();
}

async function openForm(prepare?: Parameters<typeof open>[1]): Promise<Mounted> {
  const mounted = await open('send', prepare);
  await expect.element(sendButton).toBeVisible();
  return mounted;
}

describe('before anything leaves', () => {
  test('collecting tells how many windows have answered', async () => {
    const { host } = await open('send', (double) => {
      double.draft = aDraft({ status: 'collecting', answered: 0 });
    });
    await expect.element(page.getByText('0 of 2 windows collected.')).toBeVisible();
    host.tell('draft', aDraft({ status: 'collecting', answered: 1 }));
    await expect.element(page.getByText('1 of 2 windows collected.')).toBeVisible();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(host.called('discardDraft')).toEqual([{ draft: DRAFT_ID }]);
  });

  test('the form names what goes, how much, and where to', async () => {
    await openForm();
    await expect.element(page.getByText(/to the support desk of Fluxion at https:\/\/desk\.example/)).toBeVisible();
    await expect.element(page.getByText('2,357 entries, 547 KB')).toBeVisible();
    await expect.element(sendButton).toHaveTextContent('Send 564 KB');
  });

  test('leaving out a lane changes what is asked for, what is said, and the total', async () => {
    const { host } = await openForm();
    await page.getByRole('checkbox', { name: 'What the window showed' }).click();
    await expect.element(page.getByText('Not what the windows showed: you left that out.')).toBeVisible();
    await expect.element(sendButton).toHaveTextContent(/^Send 17 KB$/);
    expect(host.called('selectDraft').at(-1)).toMatchObject({
      lanes: ['action', 'error', 'log', 'network', 'recorder'],
    });
  });

  test('with nothing chosen Send says why it does nothing', async () => {
    const { host } = await openForm();
    for (const { lane } of LANES) {
      const names: Readonly<Record<string, string>> = {
        dom: 'What the window showed',
        screen: 'Video of the screen',
        thumbnail: 'Small pictures of that video',
        log: 'The app’s log',
        network: 'Network requests',
        error: 'Errors',
        action: 'What you did, in words',
        recorder: 'About the recording',
        live: 'Live sessions',
      };
      await page.getByRole('checkbox', { name: names[lane] ?? lane }).click();
    }
    await page.getByRole('button', { name: 'Send', exact: true }).click({ force: true });
    await expect.element(page.getByText('Choose at least one kind of recording to send.')).toBeVisible();
    expect(host.called('sendDraft')).toEqual([]);
  });

  test('exact times are taken from the fields, and impossible ones are refused in words', async () => {
    const { host, panel } = await openForm();
    await page.getByText('Exact times').click();
    const from = page.getByLabelText('From', { exact: true });
    const at = new Date(panel.toWallMs(700_000));
    const value = [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
    await from.fill(value);
    await userEvent.tab();
    await vi.waitFor(() => {
      const asked = host.called('selectDraft').at(-1) as { startMs: number };
      expect(Math.abs(asked.startMs - 700_000)).toBeLessThan(1000);
    });
    await from.fill(value.replace(/^\d\d/, (hour) => String((Number(hour) + 12) % 24).padStart(2, '0')));
    await userEvent.tab();
    await expect.element(page.getByText(/^Choose a time between/)).toBeVisible();
  });

  test('the ends of the bar move by keyboard and say what they mean', async () => {
    const { host } = await openForm();
    const start = page.getByRole('slider', { name: 'Start of the part to send' });
    start.element().focus();
    await userEvent.keyboard('{ArrowLeft}{ArrowLeft}');
    await expect.element(start).toHaveAttribute('aria-valuetext', expect.stringMatching(/, 5 min 2 s before the end$/));
    await vi.waitFor(() => {
      expect(host.called('selectDraft').at(-1)).toMatchObject({ startMs: 898_000 });
    });
  });

  test('without a desk there is no Send, only Save to file', async () => {
    await open('send', (double) => {
      double.state = { ...double.state };
      delete double.state.destination;
    });
    await expect.element(page.getByRole('button', { name: 'Save to file…' })).toBeVisible();
    await expect.element(page.getByText(/No support desk is set up/)).toBeVisible();
    expect(sendButton.query()).toBeNull();
  });

  test('what is missing is listed', async () => {
    await open('send', (double) => {
      double.draft = aDraft({ notes: ['The window “Orders” did not answer.'] });
    });
    await expect.element(page.getByText('The window “Orders” did not answer.')).toBeVisible();
  });

  test('a note of the host is text, never markup', async () => {
    await open('send', (double) => {
      double.draft = aDraft({ notes: ['<img src=x onerror="document.title=1">'] });
    });
    await expect.element(page.getByText('<img src=x onerror="document.title=1">')).toBeVisible();
  });
});

describe('sending', () => {
  test('gives a receipt code that can be read, heard and copied, and follows the delivery', async () => {
    const { host } = await openForm();
    await page.getByLabelText('What happened?').fill('It broke.');
    await pressSend();
    expect(host.called('sendDraft')).toEqual([{ draft: DRAFT_ID, description: 'It broke.', consent: true }]);
    await expect.element(page.getByRole('heading', { name: 'Your receipt code' })).toHaveFocus();
    expect(document.querySelector('code')?.textContent).toBe(CODE);
    expect(document.querySelector('.receipt .spoken')?.textContent).toContain(
      'Kilo, seven, Quebec, Foxtrot, two; nine',
    );
    host.tell('deliveries', { deliveries: [aDelivery({ status: 'sending', sentBytes: 420_000 })] });
    await expect.element(page.getByText(/^Being sent: 42 %/)).toBeVisible();
    await expect.element(page.getByRole('progressbar', { name: 'Sent' })).toHaveAttribute('value', '42');
    expect(page.getByText(/support can open it already/).query()).toBeNull();
    host.tell('deliveries', { deliveries: [aDelivery({ status: 'sending', sentBytes: 430_000, isOpenable: true })] });
    await expect.element(page.getByText(/support can open it already/)).toBeVisible();
    host.tell('deliveries', { deliveries: [aDelivery({ status: 'delivered', sentBytes: 1_000_000 })] });
    await expect.element(page.getByText('Delivered. Support can open it now.')).toBeVisible();
  });

  test('can be done with the keyboard alone', async () => {
    const { host } = await openForm();
    const description = page.getByLabelText('What happened?');
    for (let n = 0; n < 40 && document.activeElement !== description.element(); n += 1) await userEvent.tab();
    await userEvent.keyboard('It broke.');
    await untilVisible();
    for (let n = 0; n < 40 && document.activeElement !== sendButton.element(); n += 1) await userEvent.tab();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('heading', { name: 'Your receipt code' })).toBeVisible();
    expect(host.called('sendDraft')).toMatchObject([{ description: 'It broke.' }]);
  });

  test('Enter in the description or a time field sends nothing', async () => {
    const { host } = await openForm();
    await untilVisible();
    await page.getByText('Exact times').click();
    page.getByLabelText('From', { exact: true }).element().focus();
    await userEvent.keyboard('{Enter}');
    await untilVisible();
    expect(host.called('sendDraft')).toEqual([]);
  });

  test('the code is copied, and where no page may copy it is selected for the person to do it', async () => {
    await openForm();
    await pressSend();
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const older = vi.spyOn(document, 'execCommand').mockReturnValue(false);
    await page.getByRole('button', { name: 'Copy code' }).click();
    await expect.element(page.getByText('Copied.')).toBeVisible();
    expect(write).toHaveBeenCalledWith(CODE);
    write.mockRejectedValue(new DOMException('', 'NotAllowedError'));
    await page.getByRole('button', { name: 'Copy code' }).click();
    await expect.element(page.getByText(/^The code is selected/)).toBeVisible();
    expect(getSelection()?.toString()).toBe(CODE);
    write.mockRestore();
    older.mockRestore();
  });

  test('offline it says that it is safe, when it tries again, and tries at once when asked', async () => {
    const { host } = await openForm();
    await pressSend();
    host.tell('deliveries', { deliveries: [aDelivery({ status: 'waiting', retryMs: Date.now() + 30_500 })] });
    await expect.element(page.getByText(/next try in (30|29) s/)).toBeVisible();
    await page.getByRole('button', { name: 'Try now' }).click();
    expect(host.called('retryDelivery')).toEqual([{ report: REPORT_ID }]);
  });

  test('refused, it gives the desk’s reason', async () => {
    const { host } = await openForm();
    await pressSend();
    const error = { code: 'too-large', message: 'The report is larger than this desk takes.' };
    host.tell('deliveries', { deliveries: [aDelivery({ status: 'refused', error })] });
    await expect.element(page.getByText(error.message)).toBeVisible();
  });

  test('a failure keeps the form and tells the reason', async () => {
    const { host } = await openForm();
    host.handlers.sendDraft = () => {
      throw new FluxionError('disk-full', 'There is no room on this computer’s disk.');
    };
    await page.getByLabelText('What happened?').fill('It broke.');
    await pressSend();
    await expect.element(page.getByText('There is no room on this computer’s disk.')).toBeVisible();
    await expect.element(page.getByLabelText('What happened?')).toHaveValue('It broke.');
  });

  test('what has not been delivered can be taken back, after a question', async () => {
    const { host } = await openForm();
    await pressSend();
    await page.getByRole('button', { name: 'Do not send it' }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(host.called('removeDelivery')).toEqual([]);
    await page.getByRole('button', { name: 'Do not send it' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    expect(host.called('removeDelivery')).toEqual([{ report: REPORT_ID }]);
    await expect.element(page.getByText('This report is no longer on the list.').first()).toBeInTheDocument();
  });
});

describe('a page that wants the press for itself', () => {
  test('cannot have it before the button was visible for half a second', async () => {
    const { host } = await openForm();
    // Into view anew: only from now on the time counts.
    window.dispatchEvent(new Event('resize'));
    await sendButton.click();
    await expect.element(page.getByText(/^That was too quick/)).toBeVisible();
    expect(host.called('sendDraft')).toEqual([]);
    await untilVisible();
    await sendButton.click();
    await expect.element(page.getByRole('heading', { name: 'Your receipt code' })).toBeVisible();
  });

  test('cannot have it while something covers the button, even if clicks go through', async () => {
    const { host } = await openForm();
    const cover = document.createElement('div');
    cover.style.cssText = 'position:fixed;inset:0;background:#fff;pointer-events:none;z-index:9';
    document.body.append(cover);
    await untilVisible();
    await sendButton.click();
    cover.remove();
    await expect.element(page.getByText(/^Not all of this can be seen/)).toBeVisible();
    expect(host.called('sendDraft')).toEqual([]);
  });

  test('cannot have it while only the button shows, without what it says that it does', async () => {
    const { host } = await openForm();
    const sentence = document.querySelector('footer p')?.getBoundingClientRect() ?? new DOMRect();
    const cover = document.createElement('div');
    cover.style.cssText = `position:fixed;inset:0 0 auto;height:${sentence.bottom}px;background:#fff;z-index:9`;
    document.body.append(cover);
    await untilVisible();
    await sendButton.click();
    cover.remove();
    await expect.element(page.getByText(/^Not all of this can be seen/)).toBeVisible();
    expect(host.called('sendDraft')).toEqual([]);
  });

  test('cannot have it while the panel is see-through', async () => {
    const { host } = await openForm();
    document.body.style.opacity = '0.01';
    await untilVisible();
    await sendButton.click();
    document.body.style.opacity = '';
    await expect.element(page.getByText(/^Not all of this can be seen/)).toBeVisible();
    expect(host.called('sendDraft')).toEqual([]);
  });

  test('cannot make it', async () => {
    const { host } = await openForm();
    await untilVisible();
    (sendButton.element() as HTMLElement).click();
    sendButton.element().dispatchEvent(new MouseEvent('click', { bubbles: true }));
    await expect.element(page.getByText('This button acts only when a person presses it.')).toBeVisible();
    expect(host.called('sendDraft')).toEqual([]);
  });
});

describe('Save to file', () => {
  test('gives the file that would be sent, byte for byte', async () => {
    const { host } = await openForm((double) => {
      double.file = new Uint8Array(5_000_000).map((_, i) => i % 253);
    });
    let saved: Promise<ArrayBuffer> | undefined;
    let name = '';
    // A download cannot be caught in the page: the link is, before it is followed.
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      name = this.download;
      saved = fetch(this.href).then((answer) => answer.arrayBuffer());
    });
    Reflect.deleteProperty(window, 'showSaveFilePicker');
    await page.getByLabelText('What happened?').fill('It broke.');
    await page.getByRole('button', { name: 'Save to file…' }).click();
    await expect.element(page.getByText(/^Saved \(4\.8 MB\)/)).toBeVisible();
    click.mockRestore();
    expect(host.called('assembleDraft')).toEqual([{ draft: DRAFT_ID, description: 'It broke.' }]);
    expect(name).toMatch(/^fluxion-\d{4}(-\d\d){5}\.fluxrec$/);
    const bytes = new Uint8Array((await saved) ?? new ArrayBuffer(0));
    // Not toEqual: it would take half a minute for five million numbers.
    expect(bytes.byteLength).toBe(host.file.byteLength);
    expect(bytes.findIndex((byte, i) => byte !== host.file[i])).toBe(-1);
  });
});

describe('earlier reports', () => {
  test('are listed with what can be done about each', async () => {
    const { host } = await openForm((double) => {
      double.state = {
        ...double.state,
        deliveries: [aDelivery({ status: 'waiting', retryMs: Date.now() + 9000 })],
      };
    });
    await page.getByRole('button', { name: `Try now to send ${CODE}` }).click();
    expect(host.called('retryDelivery')).toEqual([{ report: REPORT_ID }]);
    await page.getByRole('button', { name: `Remove ${CODE} from the list` }).click();
    await expect.element(page.getByText('Do not send this report?')).toBeVisible();
    await page.getByRole('button', { name: 'Delete it' }).click();
    expect(host.called('removeDelivery')).toEqual([{ report: REPORT_ID }]);
  });

  test('that have arrived leave the list without a question', async () => {
    const { host } = await openForm((double) => {
      double.state = { ...double.state, deliveries: [aDelivery({ status: 'delivered' })] };
    });
    await page.getByText('Earlier reports').click();
    await page.getByRole('button', { name: `Remove ${CODE} from the list` }).click();
    expect(host.called('removeDelivery')).toEqual([{ report: REPORT_ID }]);
  });
});
