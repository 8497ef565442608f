import { expect, it } from 'vitest';
import { trustedFrame } from '../../../../src/main/electron/senders.js';
import { contentsDouble, eventOf, frameDouble } from './contents-double.js';

const ORIGINS = ['app://main'];

it('trusts the main frame of a window, of an origin of the app’s', () => {
  const frame = frameDouble();
  expect(trustedFrame(eventOf(contentsDouble(frame), frame), ORIGINS)).toBe(frame);
});

it.each([
  ['that has navigated or is gone', null],
  ['of another origin', frameDouble({ origin: 'https://elsewhere.example' })],
  ['of an opaque origin', frameDouble({ origin: 'null' })],
  ['of an origin that only begins alike', frameDouble({ origin: 'app://main.elsewhere' })],
  ['inside another frame', frameDouble({ parent: frameDouble() })],
  ['that is not the one the window shows', frameDouble({ node: 2 })],
  ['that was replaced', frameDouble({ detached: true })],
  ['that is destroyed', frameDouble({ destroyed: true })],
])('refuses a frame %s', (_which, frame) => {
  expect(trustedFrame(eventOf(contentsDouble(), frame), ORIGINS)).toBeUndefined();
});
