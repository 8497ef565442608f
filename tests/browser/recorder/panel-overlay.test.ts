import { page, userEvent } from 'vitest/browser';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRecorder } from '../../../src/recorder/entry.js';
import { FluxionError } from '../../../src/shared/errors.js';
import { HostDouble } from './host-double.js';
import { wait } from './lane-double.js';

const host = new HostDouble();
const button = (): HTMLElement => document.querySelector('fluxion-diagnostics-button') as HTMLElement;
const inner = (): HTMLButtonElement => button().shadowRoot?.querySelector('button') as HTMLButtonElement;
const overlay = (): HTMLElement | null => document.querySelector('fluxrec-overlay');
const frame = (): HTMLIFrameElement | null => overlay()?.shadowRoot?.querySelector('iframe') ?? null;

/** The same server under its other name: another origin, as the panel's is. */
const otherOrigin = location.origin.replace('localhost', '127.0.0.1');

beforeAll(async () => {
  document.body.innerHTML = '<fluxion-diagnostics-button></fluxion-diagnostics-button><input aria-label="Other">';
  startRecorder({ host });
  await host.until('status', ({ state }) => state === 'recording');
});

beforeEach(() => {
  host.failure = undefined;
  host.embedUrl = `${otherOrigin}/package.json`;
});

afterAll(() => {
  startRecorder().stop();
  document.body.innerHTML = '';
});

describe('the button', () => {
  it('has its name, and says how the recording stands', () => {
    expect(page.getByRole('button', { name: 'Send Diagnostics' }).element()).toBe(inner());
    expect(button().getAttribute('state')).toBe('recording');
    expect(inner().title).toContain('Recording');
    startRecorder().setPaused(true);
    expect(button().getAttribute('state')).toBe('paused');
    startRecorder().setPaused(false);
    expect(button().getAttribute('state')).toBe('recording');
  });

  it('can be disabled', () => {
    button().setAttribute('disabled', '');
    expect(inner().disabled).toBe(true);
    button().removeAttribute('disabled');
    expect(inner().disabled).toBe(false);
  });

  it('lives in any order of things: put in before, after, moved', () => {
    const late = document.createElement('fluxion-diagnostics-button');
    document.body.append(late);
    expect(late.getAttribute('state')).toBe('recording');
    late.remove();
    document.body.append(late);
    expect(late.getAttribute('state')).toBe('recording');
    late.remove();
  });
});

describe('the panel', () => {
  it('opens in a frame of its own origin, takes the focus and gives it back', async () => {
    inner().focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => frame()?.src).toBe(host.embedUrl);
    expect(frame()?.title).toBe('Send Diagnostics');
    expect(startRecorder().isPanelOpen).toBe(true);
    expect(inner().getAttribute('aria-expanded')).toBe('true');
    expect(host.callsOf('openPanel').at(-1)?.input).toEqual({ view: 'send' });
    expect(overlay()?.shadowRoot?.activeElement).toBe(frame());

    // Nobody but the frame itself closes it.
    window.postMessage({ type: 'fluxrec-panel-closed' }, '*');
    window.dispatchEvent(
      new MessageEvent('message', { data: { type: 'fluxrec-panel-closed' }, origin: otherOrigin, source: window }),
    );
    window.dispatchEvent(
      new MessageEvent('message', {
        data: { type: 'fluxrec-panel-closed' },
        origin: location.origin,
        source: frame()?.contentWindow ?? null,
      }),
    );
    await wait(50);
    expect(startRecorder().isPanelOpen).toBe(true);

    window.dispatchEvent(
      new MessageEvent('message', {
        data: { type: 'fluxrec-panel-closed' },
        origin: otherOrigin,
        source: frame()?.contentWindow ?? null,
      }),
    );
    expect(overlay()).toBeNull();
    expect(startRecorder().isPanelOpen).toBe(false);
    expect(button().shadowRoot?.activeElement).toBe(inner());
  });

  it('opens by its hotkey, once', async () => {
    await userEvent.keyboard('{Control>}{Shift>}D{/Shift}{/Control}');
    await expect.poll(() => frame() !== null).toBe(true);
    expect(document.querySelectorAll('fluxrec-overlay')).toHaveLength(1);
    await startRecorder().openPanel('wipe');
    expect(document.querySelectorAll('fluxrec-overlay')).toHaveLength(1);
    expect(frame()?.title).toBe('Recording');
    overlay()
      ?.shadowRoot?.querySelector('dialog')
      ?.dispatchEvent(new Event('cancel', { cancelable: true }));
    expect(overlay()).toBeNull();
  });

  it('is not shown on the page’s own origin, where the page could read it', async () => {
    host.embedUrl = `${location.origin}/package.json`;
    await startRecorder().openPanel();
    expect(frame()).toBeNull();
    expect(overlay()?.shadowRoot?.textContent).toContain('must have an origin of its own');
    overlay()?.shadowRoot?.querySelector('button')?.click();
    expect(overlay()).toBeNull();
  });

  it('says why it cannot be opened', async () => {
    host.failure = new FluxionError('host-unreachable', 'The app’s own process does not answer.');
    await startRecorder().openPanel();
    expect(overlay()?.shadowRoot?.textContent).toContain('does not answer');
    await userEvent.keyboard('{Escape}');
    await expect.poll(overlay).toBeNull();
  });

  it('shows nothing where the host opens a window of its own', async () => {
    host.embedUrl = undefined;
    await startRecorder().openPanel('recording');
    expect(overlay()).toBeNull();
  });

  it('is never part of the recording', async () => {
    await startRecorder().openPanel();
    await wait(700);
    const { text } = await host.recorded();
    overlay()
      ?.shadowRoot?.querySelector('dialog')
      ?.dispatchEvent(new Event('cancel', { cancelable: true }));
    // Not `not.toContain`, which would print the whole recording.
    expect(text.includes(`${new URL(otherOrigin).host}/package.json`)).toBe(false);
    expect(text.includes('dialog::backdrop')).toBe(false);
    expect(text.includes('Close')).toBe(false);
  });
});
