import { describe, expect, it } from 'vitest';
import { TypedRun } from '../../../src/recorder/masking/typed-run.js';

function write(...values: readonly string[]): string {
  const run = new TypedRun();
  let text = '';
  for (const [index, value] of values.entries()) if (index > 0) ({ text } = run.change(values[index - 1] ?? '', value));
  return text;
}

describe('TypedRun', () => {
  it('follows keys one after the other, before, after and inside what was there', () => {
    expect(write('old', 'xold', 'xyold', 'xyzold')).toBe('xyz');
    expect(write('old', 'oldx', 'oldxy')).toBe('xy');
    expect(write('old', 'oxld', 'oxyld')).toBe('xy');
  });

  it('follows corrections on the way', () => {
    expect(write('old', 'oldab', 'olda', 'oldac', 'oldacd')).toBe('acd');
    expect(write('old', 'oldabc', 'oldaXbc')).toBe('aXbc');
    expect(write('old', 'oldabc', 'old')).toBe('');
  });

  it('takes what is written elsewhere for another go', () => {
    expect(write('one two', 'oneA two', 'oneA twoB')).toBe('B');
  });

  it('takes a paste for one go', () => {
    expect(write('old', 'old pasted text')).toBe(' pasted text');
    expect(write('all of it', 'something else')).not.toBe('');
  });

  it('knows by the caret which of two like letters is new', () => {
    const run = new TypedRun();
    run.change('aab', 'aaab', 1);
    expect(run.change('aaab', 'axaab', 2).text).toBe('ax');
    expect(run.change('axaab', 'axaab!', 99).text).toBe('!');
  });

  it('tells what it was before', () => {
    const run = new TypedRun();
    run.change('a', 'ab');
    expect(run.change('ab', 'abc')).toEqual({ text: 'bc', earlier: 'b' });
  });
});
