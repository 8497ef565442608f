import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { builtDesk } from './built-desk.js';
import { temporaryFolder, type DeskUnderTest } from './desk-in-folder.js';
import { makeHead, makePart, slowPart } from './part.js';

const built = builtDesk();

/** The median of how long a technician's calls take (ms), over three seconds. */
async function callMs(desk: DeskUnderTest): Promise<number> {
  const took: number[] = [];
  for (const endMs = performance.now() + 3000; performance.now() < endMs;) {
    const startMs = performance.now();
    expect((await desk.get('/api/reports')).status).toBe(200);
    took.push(performance.now() - startMs);
    await setTimeout(20);
  }
  return took.sort((a, b) => a - b)[Math.floor(took.length / 2)] ?? Infinity;
}

it('a part that takes long to read delays nobody, and no stop of the desk', { timeout: 120_000 }, async () => {
  const folder = await temporaryFolder();
  const first = await built.start('--data', join(folder, 'data'));
  const { desk } = first;
  await desk.sendReport();
  const usualMs = await callMs(desk);

  const head = makeHead();
  const bytes = await slowPart(128);
  const { ticket } = await desk.ticket(head, bytes);
  await desk.put(ticket, 0, bytes);
  let isAnswered = false;
  const completing = desk.complete(ticket).then((answer) => {
    isAnswered = true;
    return answer;
  });
  // One step of reading it takes 0.3 s: that is what each call would wait for on the same thread.
  expect(await callMs(desk)).toBeLessThan(usualMs * 3 + 100);
  // Other customers go on, too, up to the point where their part waits to be read.
  const other = makeHead();
  const small = await makePart();
  const asked = await desk.ticket(other, small);
  expect((await desk.put(asked.ticket, 0, small)).body).toEqual({ receivedBytes: small.length });
  expect(isAnswered).toBe(false);

  const startMs = performance.now();
  expect(await first.stop()).toBe(0);
  expect(performance.now() - startMs).toBeLessThan(10_000);
  expect(await completing.catch(() => ({ status: 503 }))).toMatchObject({ status: 503 });

  // All bytes are there: after the next start the small one is read at once.
  const second = await built.start('--data', join(folder, 'data'));
  expect(await second.desk.ticket(head, bytes)).toMatchObject({ status: 'open', receivedBytes: bytes.length });
  expect((await second.desk.complete(asked.ticket)).body).toEqual({ status: 'accepted' });
});
