import { userEvent } from 'vitest/browser';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startRecorder } from '../../../src/recorder/entry.js';
import { HostDouble } from './host-double.js';

// The requirement: no recorded byte of any lane holds what a masked field holds or held. One page with every way in and
// every way out; the whole recording is searched.

const host = new HostDouble();
const markers = new Set<string>();

/** A value that can be found again, wherever it went. */
function marker(name: string): string {
  const value = `Zq${name}7x`;
  markers.add(value);
  return value;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(() => {
  // The words of this page are for the recorder, not for whoever reads the test's output.
  for (const level of ['log', 'info', 'warn', 'error'] as const) vi.spyOn(console, level).mockReturnValue(undefined);
  document.body.innerHTML = `
    <form id="form" action="#">
      <label>Name <input id="name" value="${marker('PrefilledName')}"></label>
      <label>Password <input id="password" type="password"></label>
      <input id="hidden" type="hidden" value="${marker('HiddenInMarkup')}">
      <input id="emptied" value="${marker('EmptiedAttribute')}">
      <textarea id="notes">${marker('TextareaMarkup')}</textarea>
      <textarea id="emptied-area">${marker('EmptiedTextarea')}</textarea>
      <input id="odd" type="nonsense" value="${marker('OddType')}">
      <input id="shown" data-fluxrec-unmask value="ShownOnPurpose">
      <input id="shown-password" type="password" data-fluxrec-unmask value="${marker('UnmaskedPassword')}">
      <select id="size"><option>Small</option><option>Large</option></select>
      <input type="submit" value="Save everything">
    </form>
    <div id="editor" contenteditable>${marker('EditableMarkup')}</div>
    <div id="area" data-fluxrec-mask title="${marker('AreaTitle')}">Owner: ${marker('AreaText')}
      <p aria-label="${marker('AreaLabel')}">x</p><b data-fluxrec-unmask>PublicWithin</b></div>
    <section id="blocked" data-fluxrec-block>BlockedText<input value="${marker('BlockedField')}"></section>
    <p id="out">nothing yet</p>`;
  (document.getElementById('emptied') as HTMLInputElement).value = '';
  (document.getElementById('emptied-area') as HTMLTextAreaElement).value = '';
  const shadowHost = document.createElement('div');
  shadowHost.attachShadow({ mode: 'open' }).innerHTML = `<input id="inner" value="${marker('ShadowField')}">`;
  document.body.append(shadowHost);
  const frame = document.createElement('iframe');
  frame.srcdoc = `<input value="${marker('FrameField')}"><p>frame text</p>`;
  document.body.append(frame);
  startRecorder({ host });
});

afterAll(() => {
  startRecorder().stop();
  document.body.innerHTML = '';
});

it('keeps what masked fields hold out of every lane', async () => {
  await host.until('status', ({ state }) => state === 'recording');
  const element = (id: string): HTMLInputElement => document.getElementById(id) as HTMLInputElement;
  const out = element('out');

  // Typed, and echoed at once by the app.
  element('name').addEventListener('input', () => {
    const { value } = element('name');
    console.log('typing', value, { value });
    out.textContent = `Hello ${value}!`;
    out.title = value;
    document.title = value;
  });
  await userEvent.fill(element('name'), marker('TypedName'));
  await userEvent.type(element('password'), marker('TypedPassword'));
  await userEvent.type(element('notes'), `${marker('FirstLine')}{Enter}${marker('SecondLine')}`);
  await userEvent.type(element('editor'), marker('TypedEditor'));

  // Set by script: property, attribute, new element, hidden.
  element('hidden').value = marker('ScriptedHidden');
  console.warn(`token ${marker('ScriptedHidden')}`);
  element('name').setAttribute('value', marker('ScriptedAttribute'));
  const added = document.createElement('div');
  added.innerHTML = `<input type="hidden" value="${marker('AddedHidden')}"><input value="${marker('AddedField')}">`;
  document.body.append(added);
  element('area').append(`late ${marker('LateAreaText')}`);
  element('area').title = marker('LateAreaTitle');
  const cleartext = element('password');
  cleartext.type = 'text';
  cleartext.value = marker('ShownPassword');

  // Out by every door.
  await wait(50);
  for (const value of markers) {
    console.error(new Error(`failed for ${value}`), { [value]: value, deep: [{ value }] });
    console.info(`json ${JSON.stringify(JSON.stringify({ value }))} url ${encodeURIComponent(value)}`);
    out.setAttribute('data-echo', value);
    out.append(` ${value}`);
    out.className = `x ${value}`;
    history.replaceState(null, '', `?q=${encodeURIComponent(value)}#/${value}`);
    void fetch(`/nowhere?value=${value}`, { method: 'POST', body: value }).catch(() => undefined);
    window.dispatchEvent(new ErrorEvent('error', { message: `Uncaught ${value}`, error: new TypeError(value) }));
    const style = document.createElement('style');
    style.textContent = `#out::after { content: "${value}" }`;
    document.head.append(style);
  }
  const xhr = new XMLHttpRequest();
  xhr.open('GET', `/nowhere?value=${marker('TypedName')}`);
  xhr.send();
  await userEvent.click(out);
  await userEvent.selectOptions(element('size'), 'Large');
  startRecorder().log('info', `from the app's logger ${marker('TypedName')}`, { password: marker('TypedPassword') });
  await wait(1200);

  // Once more as full snapshot.
  startRecorder().setPaused(true);
  startRecorder().setPaused(false);
  await wait(700);

  const { text, lines } = await host.recorded();
  for (const value of markers) {
    const at = text.indexOf(value);
    expect(at < 0 ? '' : text.slice(Math.max(0, at - 200), at + 100), value).toBe('');
    expect(text.toLowerCase(), value).not.toContain(value.toLowerCase());
  }
  // And the recording is one: the lanes are there, and what is not masked can be read.
  const lanes = new Set(lines.map(({ lane }) => lane));
  expect([...lanes].sort()).toEqual(['action', 'dom', 'error', 'log', 'network', 'recorder']);
  for (const word of ['ShownOnPurpose', 'PublicWithin', 'Save everything', 'Large', 'frame text', 'typing ***']) {
    expect(text, word).toContain(word);
  }
  expect(text).not.toContain('BlockedText');
  // What leaves the page beside the recording is the title, and the calls as they are; only `mask` tells the host the values
  // themselves, so that it masks its own lanes.
  const beside = host.calls.filter(({ name }) => name !== 'append' && name !== 'mask');
  expect(JSON.stringify(beside)).not.toMatch(/Zq[A-Za-z]+7x/);
  expect(JSON.stringify(host.callsOf('mask'))).toMatch(/Zq[A-Za-z]+7x/);
});
