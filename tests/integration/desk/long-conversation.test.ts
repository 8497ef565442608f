import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ReportAnswer } from '../../../src/shared/protocol/desk.js';
import { freshDesk, type Answer } from './desk-in-folder.js';

// A conversation may be longer than anybody wants to read at once.

const TEXT = 'x'.repeat(10_000);
const COMMENTS = 450;

it('comes in pages of about two megabytes, and goes on from where it was read to', { timeout: 60_000 }, async () => {
  const desk = await freshDesk();
  const { head } = await desk.sendReport();
  for (let index = 0; index < COMMENTS; index += 1) {
    await desk.say(head.id, { type: 'comment', text: `${String(index)} ${TEXT}`.slice(0, 10_000) });
  }
  const ask = (after?: string): Promise<Answer<ReportAnswer>> =>
    desk.get<ReportAnswer>(`/api/reports/${head.id}${after === undefined ? '' : `?after=${after}`}`);

  const read: ReportAnswer['conversation'] = [];
  const pages: number[] = [];
  for (;;) {
    const { status, body, headers } = await ask(read.at(-1)?.id);
    expect(status).toBe(200);
    const length = JSON.stringify(body.conversation).length;
    expect(length).toBeLessThan(2.2 * 1024 * 1024);
    pages.push(body.conversation.length);
    read.push(...body.conversation);
    // What is not the whole answer has no tag that could be taken for the whole's.
    expect(headers.has('etag')).toBe(body.more !== true);
    if (body.more !== true) break;
  }
  expect(pages).toHaveLength(3);
  expect(read).toHaveLength(1 + COMMENTS);
  expect(read.slice(1).map((entry) => (entry.type === 'comment' ? parseInt(entry.text, 10) : -1))).toEqual(
    Array.from({ length: COMMENTS }, (_, index) => index),
  );

  const last = read.at(-1)?.id;
  expect((await ask(last)).body.conversation).toEqual([]);
  await desk.say(head.id, { type: 'comment', text: 'new' });
  expect((await ask(last)).body.conversation).toMatchObject([{ text: 'new' }]);
  // Of another store's, or one that was lost: from the beginning.
  expect((await ask(randomUUID())).body.conversation[0]).toMatchObject({ type: 'part' });
  expect((await ask('../x')).status).toBe(400);
});
