import { expect, it } from 'vitest';
import { liveSourceNames } from '../../../../src/viewer/model/live-sources.js';

it('names windows and the host process as people do, and says which window is seen', () => {
  const names = liveSourceNames(['w1-1', 'host-1', 'w2-3', 'w1-2', 'host-2', 'worker'], 'w1-2');
  expect([...names]).toEqual([
    ['w1-1', 'Window 1, the one you see'],
    ['host-1', 'Host process'],
    ['w2-3', 'Window 2'],
    ['w1-2', 'Window 1 (2), the one you see'],
    ['host-2', 'Host process (2)'],
    ['worker', 'worker'],
  ]);
});

it('knows no window where nothing is seen', () => {
  expect([...liveSourceNames(['w1-1', 'other'], undefined).values()]).toEqual(['Window 1', 'other']);
  expect([...liveSourceNames(['other'], 'other').values()]).toEqual(['other']);
});
