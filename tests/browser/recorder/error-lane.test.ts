import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorLane } from '../../../src/recorder/lanes/error.js';
import { LaneDouble } from './lane-double.js';

let lane: LaneDouble;

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  lane = new LaneDouble().start(errorLane);
});

afterEach(() => {
  lane.stop();
  vi.restoreAllMocks();
  document.body.innerHTML = '';
});

// The test runner takes every uncaught error for its own: it is stopped behind our lane.
function dispatch(event: Event): void {
  const stop = (later: Event): void => {
    later.stopImmediatePropagation();
  };
  window.addEventListener(event.type, stop, { capture: true, once: true });
  window.dispatchEvent(event);
}

describe('the error lane', () => {
  it('keeps an uncaught error with its place, and at once', () => {
    const error = new TypeError('x is not a function');
    dispatch(
      new ErrorEvent('error', {
        message: 'Uncaught TypeError',
        error,
        filename: 'https://app.test/a.js',
        lineno: 3,
        colno: 9,
      }),
    );
    expect(lane.of('error')).toEqual([
      {
        type: 'error',
        t: expect.any(Number) as unknown,
        kind: 'uncaught',
        name: 'TypeError',
        message: 'x is not a function',
        stack: expect.stringContaining('x is not a function') as unknown,
        location: { url: 'https://app.test/a.js', line: 3, column: 9 },
      },
    ]);
    expect(lane.urgent).toHaveLength(1);
  });

  it('keeps errors of other scripts, which have no error object', () => {
    dispatch(new ErrorEvent('error', { message: 'Script error.' }));
    expect(lane.of('error')[0]).toMatchObject({ kind: 'uncaught', name: 'Error', message: 'Script error.' });
  });

  it.each([
    [new RangeError('too far'), 'RangeError', 'too far'],
    ['just words', 'string', 'just words'],
    [undefined, 'undefined', 'undefined'],
    [{ code: 7 }, 'object', '{"code":7}'],
  ])('keeps a rejection with %s', (reason, name, message) => {
    const promise = new Promise(() => undefined);
    dispatch(new PromiseRejectionEvent('unhandledrejection', { promise, reason }));
    expect(lane.of('error')[0]).toMatchObject({ kind: 'unhandled-rejection', name, message });
    expect(lane.faults).toEqual([]);
  });

  it('runs no code of what was thrown', () => {
    const reason = {
      get message(): string {
        throw new Error('hostile');
      },
    };
    const promise = new Promise(() => undefined);
    dispatch(new PromiseRejectionEvent('unhandledrejection', { promise, reason }));
    expect(lane.of('error')[0]?.message).toBe('{"message":"[getter]"}');
    expect(lane.faults).toEqual([]);
  });

  it('does not say what did not load in a blocked area', async () => {
    document.body.innerHTML = '<div data-fluxrec-block><img src="/nowhere/passport-of-jane.png"></div>';
    await lane.until(() => lane.of('error').length > 0, 'a resource error');
    expect(lane.of('error')[0]).toMatchObject({ kind: 'resource', message: 'Could not load img' });
  });

  it('keeps resources that did not load', async () => {
    const image = document.createElement('img');
    image.src = '/not-there.png?token=abc';
    document.body.append(image);
    await lane.until(() => lane.of('error').length > 0, 'a resource error');
    expect(lane.of('error')[0]).toMatchObject({
      kind: 'resource',
      name: 'img',
      message: 'Could not load img /not-there.png?token=***',
    });
  });

  it('keeps breaches of the content security policy', () => {
    const event = new SecurityPolicyViolationEvent('securitypolicyviolation', {
      blockedURI: 'https://evil.test/a.js',
      disposition: 'enforce',
      documentURI: location.href,
      effectiveDirective: 'script-src-elem',
      originalPolicy: '',
      statusCode: 200,
      violatedDirective: 'script-src-elem',
      sourceFile: 'https://app.test/main.js',
      lineNumber: 5,
    });
    document.dispatchEvent(event);
    expect(lane.of('error')[0]).toMatchObject({
      kind: 'csp',
      name: 'script-src-elem',
      message: 'Blocked https://evil.test/a.js by script-src-elem',
      location: { url: 'https://app.test/main.js', line: 5 },
    });
  });

  it('bounds a broken timer', () => {
    for (let index = 0; index < 300; index++) dispatch(new ErrorEvent('error', { message: `e${index}` }));
    expect(lane.of('error').length).toBeLessThanOrEqual(100);
  });
});
