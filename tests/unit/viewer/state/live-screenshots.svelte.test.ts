import { beforeEach, describe, expect, it } from 'vitest';
import type { ScreenshotHead } from '../../../../src/shared/protocol/live-bulk.js';
import type { SubscriberMessage } from '../../../../src/shared/protocol/live-messages.js';
import type { TakenPicture } from '../../../../src/viewer/sources/desk-client.js';
import { LiveScreenshots, type Screenshot } from '../../../../src/viewer/state/live-screenshots.svelte.js';
import { pngFile } from '../../shared/report/png-file.js';

const SIZE = { width: 64, height: 48 };
let said: SubscriberMessage[];
let kept: TakenPicture[];
let answer: () => Promise<unknown>;
beforeEach(() => {
  said = [];
  kept = [];
  answer = () => Promise.resolve();
});

function open({ hasDesk = true } = {}): LiveScreenshots {
  const keep = (picture: TakenPicture): Promise<unknown> => {
    kept.push(picture);
    return answer();
  };
  const send = (message: SubscriberMessage) => said.push(message);
  return new LiveScreenshots({ send, toWallMs: (ms) => 1_000_000 + ms, ...(hasDesk ? { keep } : {}) });
}

/** Asks for one, and it comes. */
function take(shots: LiveScreenshots, change: Partial<ScreenshotHead> = {}): Screenshot | undefined {
  shots.take();
  const asked = said.at(-1);
  if (asked?.type !== 'screenshot-asked') throw new Error('Nobody was asked.');
  const head = { kind: 'screenshot', request: asked.request, ...SIZE, atMs: 500, ...change } as const;
  shots.receive(head, pngFile(SIZE));
  return shots.all.find(({ request }) => request === asked.request);
}

function taken(shots: LiveScreenshots, change?: Partial<ScreenshotHead>): Screenshot {
  const shot = take(shots, change);
  if (shot === undefined) throw new Error('No picture.');
  return shot;
}

describe('a picture', () => {
  it('is put into the report once, with the customer’s time, where they were told so', async () => {
    const shots = open();
    const shot = taken(shots, { isForReport: true });
    expect(shots.mayKeep(shot)).toBe(true);
    await Promise.all([shots.keep(shot), shots.keep(shot)]);
    await shots.keep(shot);
    expect(kept).toEqual([{ name: shot.request, takenMs: 1_000_500, file: shot.file }]);
    expect(shots.keeping(shot)).toEqual({ name: 'kept' });
  });

  it('is never put there where the customer was not told, or there is no desk', async () => {
    const shots = open();
    const shot = taken(shots);
    expect(shots.mayKeep(shot)).toBe(false);
    await shots.keep(shot);
    const alone = open({ hasDesk: false });
    const other = taken(alone, { isForReport: true });
    expect(alone.mayKeep(other)).toBe(false);
    await alone.keep(other);
    expect(kept).toEqual([]);
  });

  it('that the desk did not take can be sent again, as the same one', async () => {
    const shots = open();
    const shot = taken(shots, { isForReport: true });
    answer = () => Promise.reject(new Error('no'));
    await shots.keep(shot);
    expect(shots.keeping(shot)?.name).toBe('failed');
    answer = () => Promise.resolve();
    await shots.keep(shot);
    expect(shots.keeping(shot)?.name).toBe('kept');
    expect(new Set(kept.map(({ name }) => name)).size).toBe(1);
  });

  it('is not shown where its file says another size than was announced', () => {
    const shots = open();
    expect(take(shots, { width: 65 })).toBeUndefined();
    expect(shots.problem).toBeDefined();
  });
});
