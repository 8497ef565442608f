import { userEvent } from 'vitest/browser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FieldWatch } from '../../../src/recorder/masking/field-watch.js';
import { makeGuard } from '../../../src/recorder/page.js';
import { earlierWindowId, holdLock, keepWindowId } from '../../../src/recorder/window-id.js';

let watch: FieldWatch;
let stop: () => void;
const faults: unknown[] = [];
const values = (): string[] => watch.all('ring').map(({ value }) => value);
const kindOf = (value: string): string | undefined => watch.all('ring').find((item) => item.value === value)?.kind;

function valueSetter(): CallableFunction {
  const property: object = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value') ?? {};
  const set: unknown = Reflect.get(property, 'set');
  return set as CallableFunction;
}

function begin(): void {
  watch = new FieldWatch();
  stop = watch.start(makeGuard((error) => faults.push(error)));
}

beforeEach(() => {
  sessionStorage.clear();
  begin();
});

afterEach(() => {
  stop();
  document.body.innerHTML = '';
  expect(faults).toEqual([]);
});

describe('the field watch', () => {
  it('knows a script’s value before the script can use it', () => {
    const field = document.createElement('input');
    field.value = 'scripted value';
    expect(values()).toContain('scripted value');
    const area = document.createElement('textarea');
    area.defaultValue = 'scripted default';
    expect(values()).toContain('scripted default');
  });

  it('takes a former password field for a secret still', () => {
    const field = document.createElement('input');
    field.type = 'password';
    field.type = 'text';
    field.value = 'shown for a moment';
    expect(kindOf('shown for a moment')).toBe('secret');
  });

  it('hears what is typed in a closed shadow root', async () => {
    const holder = document.createElement('div');
    document.body.append(holder);
    const root = holder.attachShadow({ mode: 'closed' });
    root.innerHTML = '<input>';
    root.querySelector('input')?.focus();
    await userEvent.keyboard('behindglass');
    expect(values()).toContain('behindglass');
  });

  it('leaves buttons, check boxes, colours and ranges', () => {
    document.body.innerHTML = `<input type="submit" value="Submit it"><input type="checkbox" value="checkbox1">
      <input type="color" value="#123456"><input type="range" max="99999" value="45678">`;
    watch.addAll(document);
    expect(values()).toEqual([]);
  });

  it('gives what it was set to as the browser would', () => {
    const field = document.createElement('input');
    field.value = 'x';
    expect(field.value).toBe('x');
    const set = valueSetter();
    expect(set.name).toBe('set value');
    expect(() => {
      Reflect.apply(set as () => void, {}, ['x'] as never);
    }).toThrow(TypeError);
    stop();
    expect(valueSetter()).not.toBe(set);
    field.value = 'after the end';
    expect(values()).not.toContain('after the end');
  });

  it('masks what a form of an earlier document put into the address', () => {
    document.body.innerHTML = `<form><input name="q" value="searched words"><input name="user_password" value="pw1">
      <input type="checkbox" name="all" value="everything" checked></form>`;
    new FormData(document.querySelector('form') as HTMLFormElement);
    expect(sessionStorage.getItem('fluxrec-form-names')).toBe('["q","user_password"]');
    expect(JSON.stringify(Object.entries(sessionStorage))).not.toMatch(/searched|pw1/);
    stop();
    document.body.innerHTML = '';
    const before = location.href;
    history.replaceState(null, '', '?q=other+words&user_password=zzz9&all=everything&page=12345');
    begin();
    history.replaceState(null, '', before);
    expect(values()).toEqual(expect.arrayContaining(['other words', 'zzz9']));
    expect(kindOf('zzz9')).toBe('secret');
    expect(values()).not.toContain('everything');
    expect(watch.mask('Results for other words')).toBe('Results for ***');
  });
});

describe('the window id', () => {
  it('stays for a reload, and is not taken by a copy while the first lives', async () => {
    expect(await earlierWindowId()).toBeUndefined();
    sessionStorage.setItem('fluxrec-window', 'w-17');
    expect(await earlierWindowId()).toBe('w-17');
    const release = await holdLock('fluxrec-window-w-17', 100);
    expect(await earlierWindowId()).toBeUndefined();
    release?.();
    expect(await earlierWindowId()).toBe('w-17');
    keepWindowId('w-18');
    expect(sessionStorage.getItem('fluxrec-window')).toBe('w-18');
  });

  it('believes no nonsense', async () => {
    sessionStorage.setItem('fluxrec-window', '<script>');
    expect(await earlierWindowId()).toBeUndefined();
  });
});
