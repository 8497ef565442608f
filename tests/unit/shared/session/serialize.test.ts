import { describe, expect, it } from 'vitest';
import { formatLog } from '../../../../src/shared/session/format-log.js';
import { SERIALIZE_LIMITS, serializeValue } from '../../../../src/shared/session/serialize.js';

class Order {
  readonly id = 7;
}

describe('serializeValue', () => {
  it('keeps JSON as it is', () => {
    const value = { a: [1, 'two', true, null], b: { c: 0 } };
    expect(serializeValue(value)).toEqual(value);
  });

  it('says in words what JSON cannot hold', () => {
    expect(
      serializeValue([undefined, NaN, -0, 12n, Symbol('s'), function go() {}, new Date(0), /x/g, new Uint8Array(3)]),
    ).toEqual([
      'undefined',
      'NaN',
      '-0',
      '12n',
      'Symbol(s)',
      'function go()',
      '1970-01-01T00:00:00.000Z',
      '/x/g',
      'Uint8Array(3)',
    ]);
    expect(serializeValue([new Date(NaN), Promise.resolve(), new WeakMap(), new ArrayBuffer(9)])).toEqual([
      'Invalid Date',
      'Promise',
      'WeakMap',
      'ArrayBuffer(9)',
    ]);
    expect(serializeValue(new Map([['k', new Set([1])]]))).toEqual({ 'Map(1)': [['k', { 'Set(1)': [1] }]] });
    expect(serializeValue(new Order())).toEqual({ '(class)': 'Order', id: 7 });
  });

  it('follows an error to its causes', () => {
    const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: 'E1' });
    expect(serializeValue(error)).toMatchObject({
      name: 'TypeError',
      message: 'outer',
      code: 'E1',
      stack: expect.stringContaining('outer') as unknown,
      cause: { name: 'Error', message: 'inner' },
    });
    expect(serializeValue(new AggregateError([new Error('one')], 'all'))).toMatchObject({
      errors: [{ message: 'one' }],
    });
  });

  it('marks a cycle and shows the same object twice where it is none', () => {
    const shared = { s: 1 };
    const cyclic: Record<string, unknown> = { a: shared, b: shared };
    cyclic['self'] = cyclic;
    expect(serializeValue(cyclic)).toEqual({ a: { s: 1 }, b: { s: 1 }, self: '[circular]' });
  });

  it('runs no getter and survives what throws', () => {
    let ran = 0;
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const value = {
      get secret() {
        ran++;
        return 1;
      },
      trap,
      revoked: revoked.proxy,
      toString() {
        throw new Error('never called');
      },
      toJSON() {
        ran++;
      },
      [Symbol.toPrimitive]() {
        ran++;
      },
    };
    expect(serializeValue(value)).toMatchObject({ secret: '[getter]', trap: '[unreadable]', revoked: '[unreadable]' });
    expect(ran).toBe(0);
  });

  it('keeps a key that is __proto__ as a key', () => {
    const plain = serializeValue(JSON.parse('{"__proto__": {"polluted": 1}}')) as object;
    expect(Object.keys(plain)).toEqual(['__proto__']);
    expect((plain as { polluted?: number }).polluted).toBeUndefined();
  });

  it('is bounded in depth, width, length and in all', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 10_000; level++) deep = { deep };
    expect(JSON.stringify(serializeValue(deep))).toContain('[Object]');
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${String(index)}`, index]));
    expect(Object.keys(serializeValue(wide) as object)).toHaveLength(SERIALIZE_LIMITS.keys + 1);
    expect((serializeValue(new Array(1_000_000).fill(0)) as unknown[]).at(-1)).toBe('… 999900 more');
    expect((serializeValue('x'.repeat(1_000_000)) as string).length).toBeLessThan(SERIALIZE_LIMITS.stringLength + 50);
    const huge = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 'y'.repeat(9000)));
    expect(JSON.stringify(serializeValue(huge)).length).toBeLessThan(2 * SERIALIZE_LIMITS.total);
  });

  it('asks its environment what an object is', () => {
    const node = { nodeType: 1 };
    expect(serializeValue({ node }, (value) => (value === node ? '<div>' : undefined))).toEqual({ node: '<div>' });
  });
});

describe('formatLog', () => {
  it('joins plain values and needs no arguments beside them', () => {
    expect(formatLog(['saved', 3, true, null, undefined])).toEqual({ message: 'saved 3 true null undefined' });
  });

  it('knows the specifiers of the console', () => {
    expect(formatLog(['%c%s has %d of %f%% %i %x', 'color:red', 'Bin', '4.7', '2.5', 9.9, 'rest']).message).toBe(
      'Bin has 4 of 2.5% 9 %x rest',
    );
    expect(formatLog(['%s and %s', 'one']).message).toBe('one and %s');
    expect(formatLog(['%d %d', Symbol('s'), 3n]).message).toBe('NaN 3n');
  });

  it('shows an object in short and keeps it whole beside the message', () => {
    const { message, args } = formatLog(['order', { id: 1, lines: [{ a: { b: { c: 1 } } }] }]);
    expect(message).toBe('order {"id":1,"lines":["[Object]"]}');
    expect(args).toEqual(['order', { id: 1, lines: [{ a: { b: { c: 1 } } }] }]);
  });

  it('names an error by its headline and keeps its stack', () => {
    const { message, args } = formatLog(['failed:', new RangeError('too far')]);
    expect(message).toBe('failed: RangeError: too far');
    expect(args?.[1]).toMatchObject({ name: 'RangeError', stack: expect.stringContaining('RangeError') as unknown });
  });

  it('bounds the message', () => {
    const { message, args } = formatLog(['z'.repeat(100_000)]);
    expect(message.length).toBeLessThan(5000);
    expect(args).toHaveLength(1);
  });
});
