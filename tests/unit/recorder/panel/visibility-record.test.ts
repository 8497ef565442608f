import { describe, expect, test } from 'vitest';
import { VISIBLE_MS, VisibilityRecord } from '../../../../src/recorder/panel/visibility-guard.js';

const press = { isTrusted: true };
const seen = { intersectionRatio: 1, isVisible: true };

describe('whether a press may act', () => {
  test('only after the button has been visible for half a second', () => {
    const record = new VisibilityRecord();
    expect(record.verdict(press, 0)).toBe('hidden');
    record.note(seen, 1000);
    expect(record.verdict(press, 1000 + VISIBLE_MS - 1)).toBe('too-soon');
    expect(record.verdict(press, 1000 + VISIBLE_MS)).toBe('allowed');
  });

  test('a further sighting does not begin the stretch anew, a break does', () => {
    const record = new VisibilityRecord();
    record.note(seen, 0);
    record.note(seen, 400);
    expect(record.verdict(press, VISIBLE_MS)).toBe('allowed');
    record.note({ ...seen, isVisible: false }, 600);
    expect(record.verdict(press, 700)).toBe('hidden');
    record.note(seen, 800);
    expect(record.verdict(press, 900)).toBe('too-soon');
  });

  test('a part of the button in view is not enough', () => {
    const record = new VisibilityRecord();
    record.note({ intersectionRatio: 0.9, isVisible: true }, 0);
    expect(record.verdict(press, 10_000)).toBe('hidden');
  });

  test('what the browser cannot tell (no `isVisible`) rests on being in view', () => {
    const record = new VisibilityRecord();
    record.note({ intersectionRatio: 1 }, 0);
    expect(record.verdict(press, VISIBLE_MS)).toBe('allowed');
  });

  test('a press that no person made never acts', () => {
    const record = new VisibilityRecord();
    record.note(seen, 0);
    expect(record.verdict({ isTrusted: false }, 10_000)).toBe('not-trusted');
  });

  test('a restart counts only while visible', () => {
    const record = new VisibilityRecord();
    record.restart(0);
    expect(record.verdict(press, 10_000)).toBe('hidden');
    record.note(seen, 10_000);
    record.restart(10_400);
    expect(record.verdict(press, 10_600)).toBe('too-soon');
    expect(record.verdict(press, 10_400 + VISIBLE_MS)).toBe('allowed');
  });
});
