import { describe, expect, it } from 'vitest';
import { parseRoute, routeHash } from '../../../../src/viewer/state/route.js';

const ID = '3f0f5b60-6a0f-4c0e-9d7e-0d5b0c9f7a11';

describe('the address', () => {
  it.each([
    ['', { page: 'inbox' }],
    ['#', { page: 'inbox' }],
    ['#/', { page: 'inbox' }],
    [`#/reports/${ID}`, { page: 'report', id: ID }],
    [`#/reports/${ID.toUpperCase()}?t=1234`, { page: 'report', id: ID, moment: { ms: 1234 } }],
    [`#/reports/${ID}?t=-20&w=w2`, { page: 'report', id: ID, moment: { ms: -20, window: 'w2' } }],
    [`#/reports/${ID}?t=soon`, { page: 'report', id: ID }],
    ['#/file?t=5', { page: 'file', moment: { ms: 5 } }],
    ['#/reports/..%2F..', { page: 'nowhere' }],
    ['#/reports/', { page: 'nowhere' }],
    ['#/settings', { page: 'nowhere' }],
  ])('%s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  it('comes back as it went', () => {
    for (const hash of ['#/', `#/reports/${ID}`, `#/reports/${ID}?t=1234&w=w2`, '#/file', '#/file?t=5']) {
      expect(routeHash(parseRoute(hash))).toBe(hash);
    }
  });
});
