import { beforeAll, describe, expect, it } from 'vitest';
import { commandThreads } from '../../../../src/viewer/model/commands.js';
import { reportPins, spread, type Pin } from '../../../../src/viewer/model/pins.js';
import { CommandStory, NOW_MS, READ_LOGS } from '../command-story.js';

let story: CommandStory;
beforeAll(async () => {
  story = await CommandStory.begin();
});

const index = { startMs: 0, endMs: 60_000, wallStartMs: NOW_MS - 60_000 };
const comment = (momentMs: number | undefined, text: string) => ({
  type: 'comment' as const,
  id: crypto.randomUUID(),
  atMs: NOW_MS,
  by: 'technician' as const,
  author: 'Ines Hart',
  text,
  ...(momentMs === undefined ? {} : { momentMs }),
});

describe('the pins of a report', () => {
  it('are what was said about a moment, in the order of the moments', () => {
    const threads = commandThreads([story.proposal({ momentMs: 3000 }), story.proposal()]);
    const comments = [comment(5000, 'later'), comment(undefined, 'about all of it'), comment(1000, 'first')];
    const pins = reportPins({ comments, threads, offered: [READ_LOGS], index, nowMs: NOW_MS });
    expect(
      pins.map(({ ms, what }) => [ms, what.kind === 'comment' ? what.text : what.kind === 'command' && what.title]),
    ).toEqual([
      [1000, 'first'],
      [3000, READ_LOGS.title],
      [5000, 'later'],
    ]);
  });

  it('are the pictures that were kept, where the report has their time', () => {
    const picture = (takenMs: number) => ({
      type: 'picture' as const,
      id: crypto.randomUUID(),
      atMs: NOW_MS,
      by: 'technician' as const,
      author: 'Ines Hart',
      picture: { takenMs, width: 10, height: 10, bytes: 100, sha256: 'a'.repeat(64) },
    });
    const pictures = [picture(NOW_MS - 20_000), picture(NOW_MS + 1), picture(NOW_MS - 60_001)];
    const pins = reportPins({ comments: [], pictures, threads: [], offered: [], index, nowMs: NOW_MS });
    expect(pins.map(({ ms, what }) => [ms, what])).toEqual([
      [40_000, { kind: 'picture', id: pictures[0]?.id, author: 'Ines Hart' }],
    ]);
  });

  it('say how a command stands, by its name where the report does not tell its title', async () => {
    const entries = await story.done({ momentMs: 2000 });
    const pins = reportPins({ comments: [], threads: commandThreads(entries), offered: [], index, nowMs: NOW_MS });
    expect(pins.map(({ what }) => what)).toEqual([
      { kind: 'command', proposal: entries[0].proposal, title: 'logs', event: 'proposed', state: 'done' },
    ]);
  });

  it('are also where it was decided and where it ended, if the report has that time', async () => {
    const threads = commandThreads(await story.done({ momentMs: 2000 }));
    const longer = { ...index, endMs: 120_000 };
    const pins = reportPins({ comments: [], threads, offered: [], index: longer, nowMs: NOW_MS });
    expect(pins.map(({ ms, what }) => [ms, what.kind === 'command' && what.event])).toEqual([
      [2000, 'proposed'],
      [61_000, 'decided'],
      [63_000, 'ended'],
    ]);
  });
});

describe('their places', () => {
  const pinsAt = (...at: number[]): Pin[] =>
    at.map((ms) => ({ key: String(ms), ms, what: { kind: 'comment', id: '', author: '', text: '' } }));
  const places = (pins: Pin[], widthPx = 600): number[] =>
    spread(pins, (ms) => ms / 1000, widthPx).map(({ leftPx }) => Math.round(leftPx));

  it('are those of their moments, of those in view', () => {
    expect(places(pinsAt(-1, 0, 500, 1000, 1001))).toEqual([0, 300, 600]);
  });

  it('are beside each other where they would hide each other, and never past the end', () => {
    expect(places(pinsAt(100, 100, 101, 500))).toEqual([60, 69, 78, 300]);
    expect(places(pinsAt(500, 999, 1000, 1000))).toEqual([300, 582, 591, 600]);
  });

  it('are within the strip also where there is no room for all', () => {
    const many = places(pinsAt(...Array.from({ length: 200 }, () => 990)));
    expect(many.at(-1)).toBeLessThanOrEqual(600);
    expect(many[0]).toBeGreaterThanOrEqual(0);
    expect(places(pinsAt(1, 2), 0)).toEqual([0, 0]);
    expect(places([])).toEqual([]);
  });
});
