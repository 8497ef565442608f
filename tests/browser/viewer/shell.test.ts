import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { DeskDouble, TOKEN } from './desk-double.js';
import { get, press, problems, remove, replayedText, start } from './mounted.js';
import { recordReport } from './recorded-report.js';

let bundle: Uint8Array<ArrayBuffer>;
let desk: DeskDouble;

beforeAll(async () => {
  bundle = (await recordReport()).bytes;
});

beforeEach(() => {
  desk = new DeskDouble();
});

afterEach(remove);

/** Where a name stands first in a bundle: in front of the bytes of its first entry. */
function firstOf(bytes: Uint8Array, name: string): number {
  const wanted = new TextEncoder().encode(name);
  return bytes.findIndex((_, at) => wanted.every((byte, offset) => bytes[at + offset] === byte));
}

const text = (selector = '#viewer'): string => document.querySelector(selector)?.textContent ?? '';
const remembered = (): string => JSON.stringify(Object.entries(localStorage));
const shown = (): string[] => [...document.querySelectorAll('.description')].map((one) => one.textContent);

describe('signing in', () => {
  test('by the token, which then is forgotten; the name is kept', async () => {
    desk.isSignedIn = false;
    desk.add('Sync now fails', [bundle]);
    await start(desk, '#/');
    await vi.waitFor(() => {
      expect(document.activeElement?.id).toBe('sign-in-token');
    });
    expect(await problems()).toEqual([]);
    await userEvent.keyboard(TOKEN);
    await userEvent.fill(get('#sign-in-name'), 'Ines Hart');
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => {
      expect(shown()).toEqual(['Sync now fails']);
    });
    expect(remembered()).not.toContain(TOKEN);
    expect(remembered()).toContain('Ines Hart');
  });

  test('by the link, whose code leaves the address at once', async () => {
    desk.isSignedIn = false;
    await start(desk, '#code=once');
    expect(location.hash).toBe('#/');
    await vi.waitFor(() => {
      expect(text()).toContain('No report yet');
    });
  });

  test('leaving asks for it again', async () => {
    await start(desk, '#/');
    await vi.waitFor(() => {
      get('button[aria-label="Sign out"]').click();
    });
    await vi.waitFor(() => {
      expect(text()).toContain('Sign in to this desk');
    });
    expect(desk.isSignedIn).toBe(false);
  });
});

describe('the inbox', () => {
  test('lists reports with what matters, and shows what comes in by itself', async () => {
    desk.add('The total is wrong', [bundle], { errors: 12, durationMs: 600_000 });
    await start(desk, '#/');
    await vi.waitFor(() => {
      expect(shown()).toEqual(['The total is wrong']);
    });
    const row = text('[data-report]');
    expect(row).toMatch(/12 errors.*10 min.*now/s);
    expect(row).toContain(desk.reports[0]?.summary.receiptCode);
    expect(await problems()).toEqual([]);
    desk.add('Sync now fails', [bundle]);
    window.dispatchEvent(new Event('online'));
    await vi.waitFor(() => {
      expect(shown()).toEqual(['Sync now fails', 'The total is wrong']);
    });
    expect(document.querySelectorAll('li.arrived')).toHaveLength(1);
  });

  test('is used by keyboard alone: search, down, open, back to the same search', async () => {
    desk.add('The total is wrong', [bundle]);
    const id = desk.add('Sync now fails', [bundle]);
    await start(desk, '#/');
    await vi.waitFor(() => {
      expect(shown()).toHaveLength(2);
    });
    press('/');
    await userEvent.keyboard('sync');
    await vi.waitFor(() => {
      expect(shown()).toEqual(['Sync now fails']);
    });
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement?.getAttribute('data-report')).toBe(id);
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => {
      expect(replayedText()).toBe('Step 0');
    }, 10_000);
    expect(location.hash).toBe(`#/reports/${id}`);
    await vi.waitFor(() => {
      get('a.back').click();
    });
    await vi.waitFor(() => {
      expect((get('input[type=search]') as HTMLInputElement).value).toBe('sync');
      expect(shown()).toEqual(['Sync now fails']);
    });
  });

  test('says that the desk is away, keeps what it has, and goes on by itself', async () => {
    desk.add('Sync now fails', [bundle]);
    await start(desk, '#/');
    await vi.waitFor(() => {
      expect(shown()).toHaveLength(1);
    });
    desk.isOffline = true;
    press('r');
    await vi.waitFor(() => {
      expect(text()).toContain('What is listed may be old');
    });
    expect(shown()).toHaveLength(1);
    desk.isOffline = false;
    window.dispatchEvent(new Event('online'));
    await vi.waitFor(() => {
      expect(text()).not.toContain('What is listed may be old');
    });
  });

  test('cannot be shown when the desk was never there', async () => {
    desk.isOffline = true;
    await start(desk, '#/');
    await vi.waitFor(() => {
      expect(text('[role=alert]')).toContain('The desk cannot be reached');
    });
    expect(await problems()).toEqual([]);
  });
});

describe('a file of this machine', () => {
  function drop(name: string, bytes: Uint8Array<ArrayBuffer>): void {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name));
    for (const type of ['dragenter', 'dragover', 'drop']) {
      window.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }

  test('is opened where there is no desk, and no server is asked for anything', async () => {
    desk.isAbsent = true;
    await start(desk, '#/');
    await vi.waitFor(() => {
      expect(text()).toContain('There is no desk at this address');
    });
    expect(await problems()).toEqual([]);
    desk.asked.length = 0;
    drop('from-a-mail.fluxrec', bundle);
    await vi.waitFor(() => {
      expect(replayedText()).toBe('Step 0');
      expect(document.querySelectorAll('[role=option]')).toHaveLength(10);
    }, 10_000);
    expect(text('h1')).toBe('from-a-mail.fluxrec');
    expect(location.hash).toBe('#/file');
    // There is nobody to talk to about a file, and no link that would open it elsewhere.
    expect(document.querySelector('#tab-comments')).toBeNull();
    expect(document.querySelector('select[aria-label=Status]')).toBeNull();
    expect(desk.asked).toEqual([]);
  });

  test('can be opened before signing in', async () => {
    desk.isSignedIn = false;
    await start(desk, '#/');
    await vi.waitFor(() => {
      get('#sign-in-token');
    });
    drop('a.fluxrec', bundle);
    await vi.waitFor(() => {
      expect(replayedText()).toBe('Step 0');
    }, 10_000);
  });

  test('that is none says so, with a code and what to do', async () => {
    await start(desk, '#/file');
    await vi.waitFor(() => {
      expect(text()).toContain('Open a report file');
    });
    expect(desk.asked).toEqual([]);
    drop('holiday.jpg', crypto.getRandomValues(new Uint8Array(5_000)));
    await vi.waitFor(() => {
      expect(text('[role=alert]')).toMatch(/cannot be read.*\.fluxrec.*not-a-zip/s);
    });
  });

  test('that was cut off shows what is left of it, and what is wrong', async () => {
    await start(desk, '#/file');
    await vi.waitFor(() => {
      expect(text()).toContain('Open a report file');
    });
    drop('half.fluxrec', bundle.slice(0, firstOf(bundle, 'network/')));
    await vi.waitFor(() => {
      expect(text()).toContain('This report is damaged');
      expect(replayedText()).toBe('Step 0');
    }, 10_000);
    [...document.querySelectorAll('button')].find((one) => one.textContent.includes('Show what is wrong'))?.click();
    await vi.waitFor(() => {
      expect(text('[aria-label=Details]')).toContain('truncated');
    });
  });
});

test('an address that names nothing leads to the inbox', async () => {
  await start(desk, '#/reports/what');
  await vi.waitFor(() => {
    expect(text()).toContain('There is nothing at this address');
  });
});

test.each(['light', 'dark'] as const)('the theme is chosen by hand: %s', async (name) => {
  const { theme } = await start(desk, '#/');
  theme.set(name);
  await vi.waitFor(() => {
    expect(text()).toContain('No report yet');
  });
  const ground = getComputedStyle(document.body).backgroundColor;
  expect(ground).toBe(name === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 28)');
  expect(await problems()).toEqual([]);
  theme.set('system');
});
