import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { DeskDouble } from './desk-double.js';
import { get, press, problems, remove, replayedText, start } from './mounted.js';
import { recordedWithTail, recordReport, type RecordedReport } from './recorded-report.js';

let recorded: RecordedReport;
let desk: DeskDouble;
let id: string;

beforeAll(async () => {
  recorded = await recordReport();
});

beforeEach(() => {
  desk = new DeskDouble();
  id = desk.add('Sync now fails', [recorded.bytes]);
});

afterEach(remove);

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role=option]')];
const current = (): string => document.querySelector('[aria-current=time]')?.textContent ?? '';

/** Opens the report and waits for its first frame and all lines. */
async function openReport(query = '', width = 1280): Promise<void> {
  await start(desk, `#/reports/${id}${query}`, width);
  await vi.waitFor(() => {
    expect(replayedText()).not.toBe('');
    expect(rows()).toHaveLength(10);
    expect(get('[role=slider]').clientWidth).toBeGreaterThan(100);
  }, 10_000);
}

async function showsStep(step: number): Promise<void> {
  await vi.waitFor(() => {
    expect(replayedText()).toBe(`Step ${step}`);
  }, 5_000);
}

describe('a report that the address names', () => {
  const bar = (): Element | null => document.querySelector('header.bar');

  test('shows its first frame before the app is there, and the app takes it over as it stands', async () => {
    const started = start(desk, `#/reports/${id}`);
    const seen: string[] = [];
    await vi.waitFor(() => {
      if (bar() === null && replayedText() !== '') seen.push(replayedText());
      expect(bar()).not.toBeNull();
    }, 10_000);
    await started;
    expect(seen.at(-1)).toMatch(/^Step /);
    expect(replayedText()).toBe(seen.at(-1));
    expect(document.querySelector('main iframe')).not.toBeNull();
    await vi.waitFor(() => {
      expect(get('#replay-place').hidden).toBe(true);
      expect(get('h1').textContent).toBe(desk.reports[0]?.summary.receiptCode);
    });
  });

  test('comes after the app when the desk takes its time', async () => {
    desk.delayMs = 400;
    await start(desk, `#/reports/${id}`);
    expect(bar()).not.toBeNull();
    expect(replayedText()).toBe('');
    await vi.waitFor(() => {
      expect(replayedText()).toMatch(/^Step /);
      expect(get('h1').textContent).toBe(desk.reports[0]?.summary.receiptCode);
    }, 10_000);
    // It was asked for once.
    expect(desk.asked.filter((one) => one === `GET /api/reports/${id}`)).toHaveLength(1);
  });

  test('is let go when somebody goes elsewhere meanwhile', async () => {
    desk.delayMs = 300;
    const started = start(desk, `#/reports/${id}`);
    await vi.waitFor(() => {
      expect(get('#replay-place').hidden).toBe(false);
    });
    location.hash = '#/';
    await started;
    await vi.waitFor(() => {
      expect(get('h1').textContent).toBe('Inbox');
    }, 5000);
    expect(get('#replay-place').hidden).toBe(true);
    expect(document.querySelector('iframe')).toBeNull();
  });
});

describe('replay and panels in step', () => {
  test('a click on a log line takes the replay there, and its details open', async () => {
    await openReport();
    const failed = rows().find((row) => row.textContent.includes('Sync failed'));
    await userEvent.click(failed ?? document.body);
    await showsStep(6);
    expect(current()).toContain('Sync failed');
    const details = get('aside').textContent;
    expect(details).toContain('at sync (app.js:1:2)');
    expect(details).toContain('status');
    press('Escape');
    await vi.waitFor(() => {
      expect(document.querySelector('aside')).toBeNull();
    });
  });

  test('playing lights up line after line until the end', async () => {
    await openReport();
    const seen = new Set<string>();
    press(' ');
    await vi.waitFor(
      () => {
        seen.add(current());
        expect(current()).toContain('Step 9 is done');
      },
      { timeout: 10_000, interval: 10 },
    );
    expect(seen.size).toBeGreaterThan(4);
    await showsStep(9);
  });

  test('the keyboard goes from error to error, in steps, and along the lines', async () => {
    await openReport();
    press('j');
    await showsStep(6);
    expect(get('[role=slider]').getAttribute('aria-valuetext')).toMatch(/ of /);
    press('k');
    press('ArrowLeft');
    await showsStep(0);
    const list = get('[role=listbox]');
    list.focus();
    press('End');
    await showsStep(9);
    press('ArrowUp');
    await showsStep(8);
    expect(list.getAttribute('aria-activedescendant')).toBe(get('[aria-selected=true][role=option]').id);
  });

  test('the timeline is a slider for keyboard and pointer', async () => {
    await openReport();
    const slider = get('[role=slider]');
    slider.focus();
    press('End');
    await showsStep(9);
    press('Home');
    await showsStep(0);
    const box = slider.getBoundingClientRect();
    await userEvent.click(slider, { position: { x: box.width * 0.999, y: 60 } });
    await showsStep(9);
  });

  test('a click on the replay plays and pauses, and the keyboard is still heard', async () => {
    await openReport();
    const box = get('[aria-label=Replay]').getBoundingClientRect();
    expect(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.className).toContain('cover');
    await userEvent.click(get('.cover'));
    await vi.waitFor(() => {
      expect(document.querySelector('[aria-label=Pause]')).not.toBeNull();
    });
    await userEvent.click(get('.cover'));
    await vi.waitFor(() => {
      expect(document.querySelector('[aria-label=Pause]')).toBeNull();
    });
    press('ArrowLeft');
    await showsStep(0);
  });

  test('a link to a moment opens there, and copying one gives it back', async () => {
    const ms = recorded.stepMs[4] ?? 0;
    const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    await openReport(`?t=${ms}`);
    await showsStep(4);
    press('l');
    expect(copied).toHaveBeenCalledWith(expect.stringMatching(new RegExp(`#/reports/${id}\\?t=${ms}$`)));
    copied.mockRestore();
  });

  test('a request is found in the network panel, with its timings', async () => {
    await openReport();
    press('2');
    await vi.waitFor(() => {
      expect(get('[role=tab][aria-selected=true]').textContent).toContain('Network');
      expect(rows()).toHaveLength(10);
    });
    get('[role=tabpanel] button[aria-pressed]').click();
    await vi.waitFor(() => {
      expect(rows()).toHaveLength(1);
    });
    await userEvent.click(rows()[0] ?? document.body);
    await showsStep(6);
    expect(get('aside').textContent).toMatch(/Waiting\s*3 ms/);
  });

  test('a search narrows the list, says how many there are, and can be cleared', async () => {
    await openReport();
    press('/');
    expect(document.activeElement).toBe(get('input[type=search]'));
    await userEvent.keyboard('nothing like it');
    await vi.waitFor(() => {
      expect(get('[role=tabpanel]').textContent).toContain('Nothing matches');
    });
    await userEvent.keyboard('{Escape}failed');
    await vi.waitFor(() => {
      expect(rows().map((row) => row.textContent)).toEqual([expect.stringContaining('Sync failed')]);
    });
    expect(get('.tools .count').textContent).toContain('1 of 10');
    expect(get('mark').textContent).toBe('failed');
  });
});

describe('conversation', () => {
  test('a comment is pinned to the moment, stands on the timeline and leads back to it', async () => {
    await openReport();
    press('j');
    await showsStep(6);
    press('c');
    await vi.waitFor(() => {
      expect(document.activeElement?.id).toBe('comment-text');
    });
    await userEvent.keyboard('The server says 500');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await vi.waitFor(() => {
      expect(get('[aria-label="Conversation"]').textContent).toContain('The server says 500');
    });
    const { stepMs } = recorded;
    expect(desk.conversation(id)).toMatchObject([{ type: 'comment', momentMs: stepMs[6] }]);
    get('[role=slider]').focus();
    press('Home');
    await showsStep(0);
    get('button[aria-label^="Comment by Ines Hart at"]').click();
    await showsStep(6);
  });

  test('what was being written survives an expired sign-in, and the replay stays', async () => {
    await openReport();
    press('5');
    await vi.waitFor(() => {
      get('#comment-text').focus();
    });
    await userEvent.keyboard('Half a thought');
    desk.isSignedIn = false;
    get('form button[type=submit]').click();
    await vi.waitFor(() => {
      expect(document.querySelector('dialog')?.textContent).toContain('Sign in again');
    });
    expect(replayedText()).toBe('Step 0');
    await userEvent.keyboard('{Escape}{Escape}');
    expect((get('dialog') as HTMLDialogElement).open).toBe(true);
    await userEvent.fill(get('#sign-in-token'), 'wrong');
    get('dialog button[type=submit]').click();
    await vi.waitFor(() => {
      expect(get('dialog [role=alert]').textContent).toContain('not the desk’s token');
    });
    await userEvent.fill(get('#sign-in-token'), 'the-desk-token');
    get('dialog button[type=submit]').click();
    await vi.waitFor(() => {
      expect(document.querySelector('dialog')).toBeNull();
    });
    expect((get('#comment-text') as HTMLTextAreaElement).value).toBe('Half a thought');
  });

  test('a status is set from the head of the page', async () => {
    await openReport();
    await userEvent.selectOptions(get('select[aria-label=Status]'), 'Waiting');
    await vi.waitFor(() => {
      expect(desk.conversation(id)).toMatchObject([{ type: 'status', status: 'waiting' }]);
    });
  });
});

describe('what cannot be read', () => {
  test('a report that the desk does not know', async () => {
    await start(desk, '#/reports/00000000-0000-4000-8000-000000000000');
    await vi.waitFor(() => {
      expect(get('[role=alert]').textContent).toContain('There is no such report');
    });
  });

  test('a report whose only part was put aside says why, and keeps description and comments', async () => {
    const aside = desk.add('It was cut off', [], { quarantined: 1 });
    desk.conversation(aside).push({
      ...desk.nextEntry(),
      type: 'quarantine',
      by: 'desk',
      part: { number: 0, bytes: 12, sha256: '0'.repeat(64) },
      code: 'truncated',
      reason: 'The end is missing.',
    });
    await start(desk, `#/reports/${aside}`);
    await vi.waitFor(() => {
      expect(get('[role=alert]').textContent).toMatch(/The end is missing\..*truncated/s);
      expect(get('[role=tabpanel]').textContent).toContain('It was cut off');
    });
    expect(await problems()).toEqual([]);
  });

  test('what could not be fetched is fetched again when the desk is back', async () => {
    // What opening asks for comes: the head and the tail of the bundle. All that is asked for later fails.
    const fetchOfDesk = desk.fetch;
    let isCut = true;
    const cut: typeof fetch = async (input, init) => {
      const range = new Headers(init?.headers).get('range') ?? '';
      if (isCut && /^bytes=[1-9]/.test(range)) throw new TypeError('Failed to fetch');
      return fetchOfDesk(input, init);
    };
    Object.assign(desk, { fetch: cut });
    const long = desk.add('A long one', [await recordedWithTail(recorded)]);
    const services = await start(desk, `#/reports/${long}`);
    await vi.waitFor(() => {
      expect(get('.notice').textContent).toContain('Some of the report could not be fetched');
    }, 20_000);
    isCut = false;
    expect(services.signIn.isSignedIn).toBe(true);
    [...document.querySelectorAll('button')].find((one) => one.textContent.includes('Fetch it again'))?.click();
    await vi.waitFor(() => {
      expect(get('.tools .count').textContent).toContain('2,010 log lines');
    }, 10_000);
  }, 40_000);

  test('an entry that was changed is named, and all else is shown', async () => {
    const damaged = recorded.bytes.slice();
    const name = new TextEncoder().encode('network/');
    const at = damaged.findIndex((_, index) => name.every((byte, offset) => damaged[index + offset] === byte));
    damaged.fill(0xff, at + 60, at + 80);
    const damagedId = desk.add('Damaged', [damaged]);
    await start(desk, `#/reports/${damagedId}`);
    await vi.waitFor(() => {
      expect(rows()).toHaveLength(10);
    }, 5_000);
    await showsStep(0);
    press('7');
    await vi.waitFor(() => {
      expect(get('[aria-label=Details]').textContent).toMatch(/What is wrong with it.*network\//s);
    });
  });
});

test('people who use a screen reader or a keyboard can use every panel', async () => {
  await openReport();
  expect(await problems()).toEqual([]);
  for (const key of ['2', '3', '4', '5', '6', '?']) {
    press(key);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await problems(), `panel ${key}`).toEqual([]);
  }
}, 30_000);

test.each([360, 768])('nothing sticks out at %d px', async (width) => {
  await openReport('', width);
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
  expect(get('.app').scrollWidth).toBeLessThanOrEqual(width);
  expect(get('[role=listbox]').clientHeight).toBeGreaterThan(100);
});
