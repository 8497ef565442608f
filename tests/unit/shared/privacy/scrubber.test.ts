import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskedValues } from '../../../../src/shared/privacy/masked-values.js';
import type { MaskedKind } from '../../../../src/shared/privacy/policy.js';
import { createScrubber } from '../../../../src/shared/privacy/scrubber.js';
import type { DomEvent, LogEvent, NetworkEvent } from '../../../../src/shared/session/lane.js';
import { runs } from '../../../lab/fuzz.js';

function scrubberFor(...values: readonly (readonly [string, MaskedKind])[]) {
  const masked = new MaskedValues();
  for (const [value, kind] of values) masked.add(value, kind);
  return createScrubber(masked);
}

describe('text', () => {
  it('masks a field’s value as a whole word and leaves words that contain it', () => {
    const { text } = scrubberFor(['anna', 'field']);
    expect(text('Hello Anna, banana, anna_id, hannah, "anna"')).toBe('Hello ***, banana, ***_id, hannah, "***"');
  });

  it('masks a secret inside words too', () => {
    const { text } = scrubberFor(['pA5', 'secret']);
    expect(text('xpa5x PA5')).toBe('x***x ***');
  });

  it('masks an unmistakable value inside words too', () => {
    const { text } = scrubberFor(['hunter2secret', 'field'], ['internationalisation', 'field'], ['settings', 'field']);
    expect(text('xhunter2secretx')).toBe('x***x');
    expect(text('xinternationalisations')).toBe('x***s');
    expect(text('settingsPanel settings')).toBe('settingsPanel ***');
  });

  it('finds a value however it was escaped', () => {
    const value = `O'Brien & "Söhne" <a@b.de>`;
    const { text } = scrubberFor([value, 'field']);
    const spelled = [
      value,
      encodeURIComponent(value),
      encodeURI(value),
      new URLSearchParams({ q: value }).toString().slice(2),
      JSON.stringify(value),
      JSON.stringify(JSON.stringify({ v: value })),
      value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
      value.normalize('NFD'),
      value.toUpperCase(),
    ];
    for (const spelling of spelled) {
      expect(text(`before ${spelling} after`).toLowerCase(), spelling).not.toMatch(/brien|hne/);
    }
    expect(text(`https://app.test/?q=${encodeURIComponent(value)}&page=2`)).toBe('https://app.test/?q=***&page=2');
  });

  it('finds a word behind an escape', () => {
    const { text } = scrubberFor(['anna', 'field']);
    expect(text('q=x%20anna&r=1')).toBe('q=x%20***&r=1');
    expect(text(String.raw`{"a":"line\nanna"}`)).toBe(String.raw`{"a":"line\n***"}`);
  });

  it('finds a card number however it is grouped', () => {
    const { text } = scrubberFor(['4111 1111 1111 1111', 'secret']);
    expect(text('4111111111111111 4111-1111-1111-1111 4111 1111 1111 1111')).toBe('*** *** ***');
  });

  it('masks each line of a long text alone', () => {
    const { text } = scrubberFor(['first line\nsecond line of it\r\nno', 'field']);
    expect(text('<p>second line of it</p>')).toBe('<p>***</p>');
  });

  it('masks every sentence of a very long line', () => {
    const sentences = Array.from({ length: 40 }, (_, index) => `Sentence number ${index} tells something.`);
    const { text } = scrubberFor([sentences.join(' '), 'field']);
    expect(text(`log: ${sentences[17] ?? ''}`)).toBe('log: ***');
    expect(text(sentences.join(' '))).not.toContain('tells');
  });

  it('leaves what is too short or says nothing', () => {
    const { text } = scrubberFor(['abc', 'field'], ['ab', 'secret'], ['true', 'field'], ['  ', 'field']);
    expect(text('abc ab true')).toBe('abc ab true');
  });

  it('does not break encoded pictures', () => {
    const { text } = scrubberFor(['AAA', 'secret']);
    const picture = `data:image/png;base64,${'A'.repeat(100)}`;
    expect(text(`url(${picture}) AAA`)).toBe(`url(${picture}) ***`);
  });

  it('never leaves a secret in, wherever and however it stands (property)', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 3, maxLength: 30 }).filter((value) => value.trim().length >= 3),
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        (value, before, after) => {
          fc.pre(!'***'.includes(value.trim()));
          const secret = value.trim();
          const scrubber = scrubberFor([value, 'secret']);
          for (const spelling of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
            const whole = `${before}${spelling}${after}`;
            expect(scrubber.mayHold(JSON.stringify(whole))).toBe(true);
            const left = scrubber.text(whole);
            expect(scrubber.text(left)).toBe(left);
            expect(left).not.toContain(secret);
          }
        },
      ),
      { numRuns: runs(300) },
    );
  });
});

describe('event', () => {
  it('keeps what an event is structured by', () => {
    const scrubber = scrubberFor(['error', 'field'], ['console', 'field'], ['fetch', 'field'], ['request', 'field']);
    const log: LogEvent = {
      type: 'log',
      t: 1,
      level: 'error',
      logger: 'console',
      message: 'an error',
      args: [{ error: 1 }],
    };
    expect(scrubber.event(log)).toEqual({
      type: 'log',
      t: 1,
      level: 'error',
      logger: 'console',
      message: 'an ***',
      args: [{ '***': 1 }],
    });
    const network: NetworkEvent = {
      type: 'network',
      t: 1,
      id: 'fetch',
      kind: 'fetch',
      phase: 'request',
      url: '/a?b=error',
    };
    expect(scrubber.event(network)).toEqual({ ...network, url: '/a?b=***' });
  });

  it('scrubs numbers and keys among the arguments of a log line', () => {
    const scrubber = scrubberFor(['987654', 'secret']);
    const log: LogEvent = {
      type: 'log',
      t: 987654,
      level: 'log',
      logger: 'app',
      message: '',
      args: [987654, { k987654: [1] }],
    };
    expect(scrubber.event(log)).toMatchObject({ t: 987654, args: ['***', { 'k***': [1] }] });
  });

  it('scrubs text and attributes of the dom lane and keeps its style', () => {
    const scrubber = scrubberFor(['panel', 'field'], ['Wonderland9', 'field']);
    const event: DomEvent = {
      type: 2,
      timestamp: 5,
      data: {
        node: {
          type: 0,
          id: 1,
          childNodes: [
            {
              type: 2,
              id: 2,
              tagName: 'style',
              attributes: { _cssText: '.panel { content: "Wonderland9" }' },
              childNodes: [{ type: 3, id: 3, textContent: '.panel {}' }],
            },
            {
              type: 2,
              id: 4,
              tagName: 'p',
              attributes: { class: 'panel', title: 'the panel', 'data-x': 'Wonderland9', rr_scrollTop: 7 },
              childNodes: [{ type: 3, id: 5, textContent: 'panel of Wonderland9' }],
            },
          ],
        },
      },
    };
    const text = JSON.stringify(scrubber.event(event));
    expect(text).not.toContain('Wonderland9');
    expect(text).toContain('.panel {');
    expect(text).toContain('"class":"panel","title":"the ***","data-x":"***","rr_scrollTop":7');
    expect(text).toContain('"textContent":"*** of ***"');
  });

  it('scrubs every kind of incremental event that holds text', () => {
    const scrubber = scrubberFor(['Wonderland9', 'field']);
    const hold = 'x Wonderland9';
    const data: Record<string, unknown>[] = [
      {
        source: 0,
        texts: [{ id: 1, value: hold }],
        attributes: [
          { id: 1, attributes: { title: hold, style: { '--x': hold, color: [hold, 'important'] }, gone: null } },
        ],
        adds: [{ parentId: 1, nextId: null, node: { type: 3, id: 9, textContent: hold } }],
        removes: [],
      },
      { source: 5, id: 1, text: hold, isChecked: false },
      { source: 8, id: 1, adds: [{ rule: hold, index: 0 }], replaceSync: hold },
      { source: 13, id: 1, set: { property: 'content', value: hold } },
      { source: 15, id: 1, styleIds: [1], styles: [{ styleId: 1, rules: [{ rule: hold }] }] },
      { source: 99, anything: { deep: [hold] } },
    ];
    for (const item of data) {
      expect(JSON.stringify(scrubber.event({ type: 3, timestamp: 1, data: item })), JSON.stringify(item)).not.toContain(
        'Wonderland9',
      );
    }
    expect(scrubber.event({ type: 4, timestamp: 1, data: { href: 'http://a/?Wonderland9' } }).data['href']).toBe(
      'http://a/?***',
    );
    expect(
      JSON.stringify(scrubber.event({ type: 5, timestamp: 1, data: { tag: 't', payload: [hold] } })),
    ).not.toContain('Wonderland9');
  });

  it('survives a tree deeper than the call stack', () => {
    let node: Record<string, unknown> = { type: 3, id: 0, textContent: 'Wonderland9' };
    const bottom = node;
    for (let level = 0; level < 100_000; level++) node = { type: 2, id: level, childNodes: [node] };
    scrubberFor(['Wonderland9', 'field']).event({ type: 2, timestamp: 1, data: { node } });
    expect(bottom['textContent']).toBe('***');
  });

  it('takes credentials out of URLs in every lane, where there is no value to look for as well', () => {
    const scrubber = scrubberFor();
    const url = 'https://me:Wonderland9@app.test/?page=2&access_token=Wonderland9';
    const events = [
      { type: 'log', t: 1, level: 'info', logger: 'console', message: `GET ${url}`, args: [{ url }] },
      { type: 'error', t: 1, kind: 'uncaught', name: 'E', message: `at ${url}`, stack: `E\n at f (${url}:1:2)` },
      { type: 4, timestamp: 1, data: { href: url } },
      { type: 3, timestamp: 1, data: { source: 0, attributes: [{ id: 1, attributes: { href: url } }] } },
    ] as (LogEvent | DomEvent)[];
    for (const event of events) {
      expect(scrubber.mayHold(JSON.stringify(event))).toBe(true);
      const scrubbed = JSON.stringify(scrubber.event(event));
      expect(scrubbed).not.toContain('Wonderland9');
      expect(scrubbed).toContain('app.test/?page=2&access_token=***');
      expect(scrubber.mayHold(scrubbed)).toBe(false);
    }
  });

  it('follows values that are added later', () => {
    const values = new MaskedValues();
    const scrubber = createScrubber(values);
    expect(scrubber.mayHold('Wonderland9')).toBe(false);
    values.add('Wonderland9', 'field');
    expect(scrubber.mayHold('Wonderland9')).toBe(true);
    expect(scrubber.text('Wonderland9')).toBe('***');
  });
});

describe('MaskedValues', () => {
  it('says what is new, once', () => {
    const values = new MaskedValues();
    expect(values.add('Wonderland', 'field')).toEqual([{ value: 'Wonderland', kind: 'field' }]);
    expect(values.add('Wonderland', 'field')).toEqual([]);
    expect(values.add('Wonderland', 'secret')).toEqual([{ value: 'Wonderland', kind: 'secret' }]);
    expect(values.add('Wonderland', 'field')).toEqual([]);
  });

  it('makes the same set of what another copy said was new', () => {
    const page = new MaskedValues();
    const worker = new MaskedValues();
    let typed = '';
    for (const letter of 'The quick brown fox') {
      const before = typed;
      typed += letter;
      for (const item of page.add(typed, 'field', before)) worker.add(item.value, item.kind, item.follows);
    }
    expect(worker.snapshot()).toEqual(page.snapshot());
    expect(page.snapshot()).toContainEqual({ value: 'The quick brown', kind: 'field' });
  });

  it('is bounded, and typing a long text pushes no other value out', () => {
    const values = new MaskedValues();
    values.add('Wonderland9', 'field');
    for (let index = 0; index < 5000; index++) values.add(`password${index}`, 'secret');
    const long = 'word '.repeat(400);
    for (let length = 1; length < long.length; length += 1)
      values.add(long.slice(0, length), 'field', long.slice(0, length - 1));
    expect(values.snapshot().length).toBeLessThan(3000);
    expect(values.snapshot()).toContainEqual({ value: 'Wonderland9', kind: 'field' });
    expect(values.snapshot()).toContainEqual({ value: 'password4999', kind: 'secret' });
  });
});
