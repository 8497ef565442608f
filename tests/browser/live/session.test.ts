import { describe, expect, test } from 'vitest';
import { comparingPair, Wire } from './pair.js';

describe('two sides', () => {
  test.each([true, false])('find each other and see the same words (trickling: %s)', async (isTrickling) => {
    const { publisher, subscriber } = await comparingPair(new Wire({ isTrickling }));
    const { words } = publisher.session.state;
    expect(words).toHaveLength(4);
    expect(subscriber.session.state.words).toEqual(words);
  });

  test('see other words each time', async () => {
    const first = await comparingPair();
    const second = await comparingPair();
    expect(first.publisher.session.state.words).not.toEqual(second.publisher.session.state.words);
  });
});
