import { describe, expect, it } from 'vitest';
import { fieldKind, maskedFieldText } from '../../../../src/shared/privacy/policy.js';
import { redactUrl } from '../../../../src/shared/privacy/redact-url.js';

const plain = { type: 'text', autocomplete: '', name: '', id: '' };

describe('fieldKind', () => {
  it.each([
    { type: 'password' },
    { autocomplete: 'section-a cc-number' },
    { autocomplete: 'one-time-code' },
    { name: 'user_password' },
    { name: 'card-number' },
    { name: 'payment[cvc]' },
    { id: 'pin' },
  ])('takes %o for a secret', (traits) => {
    expect(fieldKind({ ...plain, ...traits })).toBe('secret');
  });

  it.each([
    { name: 'spin' },
    { name: 'city' },
    { id: 'opinion' },
    { autocomplete: 'email' },
    { type: 'hidden', name: 'csrf-secret' },
  ])('takes %o for a field', (traits) => {
    expect(fieldKind({ ...plain, ...traits })).toBe('field');
  });
});

it('shows no length of a secret and keeps the lines of a text', () => {
  expect(maskedFieldText('abc', 'secret')).toBe(maskedFieldText('abcdefghijkl', 'secret'));
  expect(maskedFieldText('ab\ncd', 'field')).toBe('**\n**');
  expect(maskedFieldText('', 'secret')).toBe('');
});

describe('redactUrl', () => {
  it.each([
    ['https://user:pass@host/a', 'https://host/a'],
    ['//user@host/a', '//host/a'],
    ['https://host/a@b', 'https://host/a@b'],
    ['https://host/?access_token=abc&page=2', 'https://host/?access_token=***&page=2'],
    ['/cb#id_token=abc&state=1', '/cb#id_token=***&state=1'],
    ['/#/cb?code=abc&x=1', '/#/cb?code=***&x=1'],
    ['/?q=1#top', '/?q=1#top'],
    ['/?X-Amz-Signature=ff&api_key=1&apikey=2&sort_key=x', '/?X-Amz-Signature=***&api_key=***&apikey=***&sort_key=x'],
    ['wss://h/s?token=1', 'wss://h/s?token=***'],
    ['/?user[password]=1&a%5Bpin%5D=2&a[b]=3', '/?user[password]=***&a%5Bpin%5D=***&a[b]=3'],
  ])('%s becomes %s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
  });

  it('bounds what is long', () => {
    expect(redactUrl(`data:image/png;base64,${'A'.repeat(9999)}`).length).toBeLessThan(100);
    expect(redactUrl(`/${'a'.repeat(9999)}`).length).toBeLessThan(5000);
  });
});
