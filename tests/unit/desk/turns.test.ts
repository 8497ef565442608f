import { expect, it } from 'vitest';
import { KeyedTurns, Turns } from '../../../src/desk/turns.js';

const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 1));

it('at most so many at once, in the order that they came, also after a failure', async () => {
  const turns = new Turns(2);
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) =>
      turns.run(async () => {
        started.push(n);
        most = Math.max(most, ++running);
        await soon();
        running -= 1;
        if (n % 3 === 0) throw new Error('fails');
        return n;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(started).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(4);
  expect(turns.waiting).toBe(0);
  expect(await turns.run(() => Promise.resolve('again'))).toBe('again');
});

it('those of one key wait for each other, those of others do not', async () => {
  const turns = new KeyedTurns();
  const order: string[] = [];
  await Promise.all([
    turns.run('a', async () => {
      await soon();
      order.push('a1');
    }),
    turns.run('a', () => Promise.resolve(order.push('a2'))),
    turns.run('b', () => Promise.resolve(order.push('b1'))),
  ]);
  expect(order).toEqual(['b1', 'a1', 'a2']);
});
