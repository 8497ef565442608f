import { describe, expect, it } from 'vitest';
import { fieldKind, maskedFieldText } from '../../../../src/shared/privacy/policy.js';
import { mayHaveCredentials, redactUrl, redactUrlsIn } from '../../../../src/shared/privacy/redact-url.js';

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

describe('URLs in a text', () => {
  it.each([
    ['GET https://u:p@ss@host/a?token=abc failed', 'GET https://host/a?token=*** failed'],
    ['{"to":"/reset?x=1&reset_token=abc","n":1}', '{"to":"/reset?x=1&reset_token=***","n":1}'],
    ['<a href="/cb#access_token=abc&amp;id_token=def">', '<a href="/cb#access_token=***&amp;id_token=***">'],
    ['at f (https://host/a.js?sig=abc:1:2)', 'at f (https://host/a.js?sig=***'],
    ['a [link](https://host/?user%5Bpassword%5D=abc) b', 'a [link](https://host/?user%5Bpassword%5D=***'],
  ])('%s', (text, redacted) => {
    expect(redactUrlsIn(text).slice(0, redacted.length)).toBe(redacted);
    expect(mayHaveCredentials(text)).toBe(true);
    expect(mayHaveCredentials(JSON.stringify({ text }))).toBe(true);
    expect(redactUrlsIn(redactUrlsIn(text))).toBe(redactUrlsIn(text));
    expect(mayHaveCredentials(redactUrlsIn(text))).toBe(false);
  });

  it.each(['mail a@b.de, see https://host/a@b?page=2#top', 'x = token; y?z=1', '.a{color:#fff}', '?token=', 'a&b=c'])(
    'leaves %s',
    (text) => {
      expect(redactUrlsIn(text)).toBe(text);
      expect(mayHaveCredentials(text)).toBe(false);
    },
  );

  it('comes to an end where there is much that could be one', () => {
    const text = `${'?'.repeat(50_000)}${'#token'.repeat(20_000)}${'://a'.repeat(20_000)}${'&a.b'.repeat(20_000)}`;
    // In linear time: what is not would take minutes, which no test is given.
    expect(mayHaveCredentials(text)).toBe(false);
    expect(redactUrlsIn(text)).toBe(text);
  });
});
