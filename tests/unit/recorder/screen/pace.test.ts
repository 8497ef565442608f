import { expect, it } from 'vitest';
import { Pace } from '../../../../src/recorder/lanes/screen/pace.js';

it('a frame a second of what moves little, five of motion and around what somebody did', () => {
  const pace = new Pace();
  pace.taken(10_000);
  expect(pace.dueMs(10_100, 'small')).toBe(10_970);
  expect(pace.dueMs(10_100, 'motion')).toBe(10_170);
  pace.noteActive(10_100);
  expect(pace.dueMs(10_200, 'small')).toBe(10_170);
  expect(pace.dueMs(12_099, 'small')).toBe(10_170);
  expect(pace.dueMs(12_101, 'small')).toBe(10_970);
});
