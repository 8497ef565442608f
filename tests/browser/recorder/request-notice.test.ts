import { userEvent } from 'vitest/browser';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRecorder } from '../../../src/recorder/entry.js';
import { HostDouble } from './host-double.js';

const host = new HostDouble();
const overlays = (): Element[] => [...document.querySelectorAll('fluxrec-overlay')];
const notice = (): HTMLElement | undefined =>
  overlays().flatMap((overlay) => overlay.shadowRoot?.querySelector<HTMLElement>('section') ?? [])[0];
const press = async (name: string): Promise<void> => {
  const buttons = [...(notice()?.querySelectorAll('button') ?? [])];
  await userEvent.click(buttons.find(({ textContent }) => textContent === name) ?? document.body);
};
const badge = (): HTMLElement =>
  document.querySelector('fluxion-diagnostics-button')?.shadowRoot?.querySelector('[part=badge]') as HTMLElement;
const pending = (count: number): void => {
  host.emit('proposals', { pending: count });
};

beforeAll(async () => {
  document.body.innerHTML = '<fluxion-diagnostics-button></fluxion-diagnostics-button><input aria-label="Other">';
  startRecorder({ host });
  await host.until('status', ({ state }) => state === 'recording');
});
beforeEach(() => {
  host.embedUrl = `${location.origin.replace('localhost', '127.0.0.1')}/package.json`;
  pending(0);
});
afterAll(() => {
  startRecorder().stop();
  document.body.innerHTML = '';
});

describe('a request of support', () => {
  it('is told in the page, without taking the focus, and on the button', () => {
    const field = document.querySelector('input');
    field?.focus();
    pending(1);
    expect(notice()?.textContent).toContain('Support asks for your approval of something.');
    expect(notice()?.getAttribute('role')).toBe('status');
    expect(document.activeElement).toBe(field);
    expect(badge().hidden).toBe(false);
    expect(badge().textContent).toBe('1');
    expect(startRecorder().pendingRequests).toBe(1);
    pending(2);
    expect(notice()?.textContent).toContain('2 things');
    pending(0);
    expect(notice()).toBeUndefined();
    expect(badge().hidden).toBe(true);
  });

  it('leads to where it is decided, and is not told beside the panel', async () => {
    pending(1);
    await press('Look at it');
    await vi.waitFor(() => {
      expect(host.calls.findLast(({ name }) => name === 'openPanel')?.input).toEqual({ view: 'approvals' });
      expect(startRecorder().isPanelOpen).toBe(true);
    });
    expect(notice()).toBeUndefined();
    overlays()[0]?.shadowRoot?.querySelector<HTMLElement>('button.close')?.click();
    expect(startRecorder().isPanelOpen).toBe(false);
    // Who was in the panel knows of it.
    expect(notice()).toBeUndefined();
  });

  it('is not told again once it was put off; another one is', async () => {
    pending(1);
    await press('Later');
    expect(notice()).toBeUndefined();
    pending(1);
    expect(notice()).toBeUndefined();
    pending(2);
    expect(notice()?.textContent).toContain('2 things');
  });

  it('is nothing that is recorded', () => {
    pending(1);
    // The element that the dom lane and the action lane leave out.
    expect(overlays().map(({ tagName }) => tagName)).toEqual(['FLUXREC-OVERLAY']);
  });
});
