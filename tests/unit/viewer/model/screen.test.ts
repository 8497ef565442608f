import { describe, expect, it } from 'vitest';
import { Film, filmSlots, pictureAt, type FilmPicture } from '../../../../src/viewer/model/film.js';
import { nextScreenFile, screenFileAt, screenFiles } from '../../../../src/viewer/model/screen.js';
import type { ReportIndex, ReportSource, SegmentRef } from '../../../../src/viewer/sources/session-source.js';

function source(key: string, window: string): ReportSource {
  const anchors = [{ monoMs: 0, sessionMs: 500, wallMs: 0, uncertaintyMs: 0 }];
  return { key, kind: 'window', window, originMs: 0, anchors, offsetMs: 0 };
}

let ordinal = 0;
function segment(lane: string, of: string, startMs: number, endMs: number, bytes = 100): SegmentRef {
  ordinal += 1;
  const path = `${lane}/${of}/${ordinal}`;
  const at = { ordinal, part: 0, path, lane, source: of, chain: ordinal, startMs, endMs };
  return { ...at, events: 1, bytes, storedBytes: bytes, checkout: false };
}

function index(lanes: Readonly<Record<string, SegmentRef[]>>): ReportIndex {
  const sources = [source('w1-1', 'w1'), source('w1-2', 'w1'), source('w2-1', 'w2')];
  return {
    startMs: 0,
    endMs: 1e6,
    wallStartMs: 0,
    parts: [],
    sources,
    lanes: new Map(Object.entries(lanes)),
    problems: [],
  };
}

describe('the video of a moment', () => {
  const files = screenFiles(
    index({
      screen: [
        segment('screen', 'w1-1', 1000, 31_000),
        segment('screen', 'w2-1', 20_000, 50_000),
        segment('screen', 'w1-1', 31_400, 40_000),
        segment('screen', 'w1-2', 90_000, 95_000),
      ],
    }),
  );

  it('is that of the window that is looked at, or of another one that has it', () => {
    expect(screenFileAt(files, 25_000, 'w1')?.startMs).toBe(1000);
    expect(screenFileAt(files, 25_000, 'w2')?.startMs).toBe(20_000);
    expect(screenFileAt(files, 45_000, 'w1')?.startMs).toBe(20_000);
    expect(screenFileAt(files, 5000, 'w3')?.startMs).toBe(1000);
  });

  it('goes over the moment of a cut, and not over a time that was not recorded', () => {
    expect(screenFileAt(files, 31_200, 'w1')?.startMs).toBe(1000);
    expect(screenFileAt(files, 60_000, 'w1')).toBeUndefined();
    expect(screenFileAt(files, 999, 'w1')).toBeUndefined();
    expect(screenFileAt(files, 95_000, 'w1')?.startMs).toBe(90_000);
    expect(nextScreenFile(files, 60_000)?.startMs).toBe(90_000);
    expect(nextScreenFile(files, 95_000)).toBeUndefined();
  });
});

describe('the film strip', () => {
  const pictures = Array.from({ length: 50 }, (_, key): FilmPicture => ({
    key,
    ms: key * 2000,
    source: 'w1-1',
    width: 320,
    height: 180,
    url: `data:${key}`,
  }));

  it('shows what was to be seen last at a moment, unless that is long ago', () => {
    expect(pictureAt(pictures, 3999)?.key).toBe(1);
    expect(pictureAt(pictures, 4000)?.key).toBe(2);
    expect(pictureAt(pictures, -500)?.key).toBe(0);
    expect(pictureAt(pictures, 98_000 + 60_001)).toBeUndefined();
    expect(pictureAt([], 5)).toBeUndefined();
  });

  it('has one picture for each place that has any', () => {
    const slots = filmSlots(pictures, { startMs: 0, endMs: 100_000 }, 10);
    expect(slots.map(({ picture }) => picture.key)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
    expect(slots.map(({ at }) => at)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    const closer = filmSlots(pictures, { startMs: 9000, endMs: 15_000 }, 10);
    expect(closer.map(({ picture }) => picture.key)).toEqual([5, 6, 7]);
  });

  it('is read around the moment that is looked at first; a damaged piece costs itself', async () => {
    const segments = [0, 100_000, 200_000].map((ms) => segment('thumbnail', 'w1-1', ms, ms + 1000));
    const asked: number[] = [];
    const film = new Film(
      {
        readEvents: ({ startMs }) => {
          asked.push(startMs);
          if (startMs === 100_000) return Promise.reject(new Error('damaged'));
          const event = { type: 'thumbnail' as const, t: startMs, width: 4, height: 3, webp: 'AAAA' };
          return Promise.resolve({ events: [event], badLines: 0 });
        },
      },
      index({ thumbnail: segments }),
    );
    let more = 0;
    await film.load(200_000, () => more++, new AbortController().signal);
    expect(asked).toEqual([200_000, 0, 100_000]);
    expect(film.pictures.map(({ ms, url }) => [ms, url])).toEqual([
      [500, 'data:image/webp;base64,AAAA'],
      [200_500, 'data:image/webp;base64,AAAA'],
    ]);
    expect(more).toBe(2);
  });

  it('of a very long report is thinned out', async () => {
    const segments = Array.from({ length: 40 }, (_, n) => segment('thumbnail', 'w1-1', n, n + 1, 2 * 1024 * 1024));
    let read = 0;
    const film = new Film(
      {
        readEvents: () => {
          read++;
          return Promise.resolve({ events: [], badLines: 0 });
        },
      },
      index({ thumbnail: segments }),
    );
    await film.load(0, () => undefined, new AbortController().signal);
    expect(read).toBe(10);
  });
});
