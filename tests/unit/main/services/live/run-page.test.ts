import { beforeEach, describe, expect, it } from 'vitest';
import { RunPage } from '../../../../../src/main/services/live/run-page.js';
import type { LiveReport } from '../../../../../src/shared/protocol/live-host.js';

const WORDS = ['one', 'two', 'three', 'four'];

function report(changes: Partial<LiveReport> = {}): LiveReport {
  return { phase: 'open', hasOtherConfirmed: true, isUnstable: false, words: WORDS, ...changes };
}

let page: RunPage;
beforeEach(() => {
  page = new RunPage();
  page.attach('w1-1');
});

/** It tells of a session, whose words the customer has compared. */
function opened(): void {
  page.note(report());
  page.link();
  page.confirm(WORDS);
}

describe('the page of a live session', () => {
  it('is open once it says so and its words were compared', () => {
    page.note(report());
    expect(page.isOpen).toBe(false);
    page.confirm(WORDS);
    expect(page.isOpen).toBe(true);
  });

  it('is not any more with other words: they are another connection’s', () => {
    opened();
    page.note(report({ words: ['five', ...WORDS.slice(1)] }));
    expect([page.isOpen, page.confirmed]).toEqual([false, undefined]);
  });

  it('stays so with other words of the same certificates, if they were compared before', () => {
    const resumed = report({ words: ['five', ...WORDS.slice(1)], isResumed: true });
    page.note(resumed);
    expect(page.isOpen).toBe(false);
    opened();
    page.note(resumed);
    expect(page.confirmed).toEqual(resumed.words);
  });

  it('is the same when its channel is there again, with all that was compared', () => {
    opened();
    page.lose(1000);
    expect([page.phase, page.reachable, page.isThere('w1-1')]).toEqual(['lost', undefined, false]);
    expect(page.kindOf('w1-1')).toBe('same');
    page.attach('w1-1');
    expect([page.phase, page.reachable, page.isOpen]).toEqual(['open', 'w1-1', true]);
  });

  it('is another one when it was loaded again: nothing of before counts', () => {
    opened();
    page.lose(1000);
    expect(page.kindOf('w1-2')).toBe('another');
    page.attach('w1-2');
    expect([page.phase, page.isOpen, page.isLinked, page.confirmed]).toEqual(['preparing', false, false, undefined]);
    // And the comparison was of that one.
    page.note(report({ isResumed: true }));
    expect(page.isOpen).toBe(false);
  });

  it('is given up when it does not come back soon, and another one then, also where it does', () => {
    opened();
    page.lose(1000);
    page.giveUp();
    expect([page.phase, page.isOpen]).toEqual(['lost', false]);
    expect(page.kindOf('w1-1')).toBe('another');
  });
});
