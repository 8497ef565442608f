import { describe, expect, it } from 'vitest';
import type { ScreenChunk } from '../../../../src/recorder/ring/ring-event.js';
import { ScreenFiles } from '../../../../src/recorder/ring/screen-files.js';
import { Segmenter } from '../../../../src/recorder/ring/segmenter.js';

function chunk(file: number, place: ScreenChunk['place'], text: string, frames = 1): ScreenChunk {
  return { type: 'screen', file, place, startMonoMs: 1000 * file, frames, bytes: new TextEncoder().encode(text) };
}

const textOf = (segmenter: Segmenter): string[] =>
  segmenter.unsealed.map((segment) => new TextDecoder().decode(segment.plain()));

function make(): { segmenter: Segmenter; files: ScreenFiles } {
  const segmenter = new Segmenter('screen');
  return { segmenter, files: new ScreenFiles(segmenter) };
}

describe('a video file', () => {
  it('is one segment and one chain, from its own time 0 to its last frame', () => {
    const { segmenter, files } = make();
    files.add(chunk(1, 'first', 'a'), 1000);
    files.add(chunk(1, 'next', 'b'), 1400);
    files.add(chunk(1, 'next', '', 0), 2300);
    files.add(chunk(2, 'first', 'c'), 2500);
    expect(textOf(segmenter)).toEqual(['ab', 'c']);
    const [first, second] = segmenter.unsealed;
    expect(first).toMatchObject({ startMonoMs: 1000, endMonoMs: 2300, events: 2, position: { chain: 0, sequence: 0 } });
    expect(second?.position).toEqual({ chain: 1, sequence: 0 });
  });

  it('that is done takes the place of its pieces, which the store has already', () => {
    const { segmenter, files } = make();
    files.add(chunk(1, 'first', 'a'), 1000);
    files.add(chunk(1, 'next', 'b'), 1400);
    segmenter.unsealed[0]?.unstored()?.stored();
    expect(files.add(chunk(1, 'whole', 'finished', 2), 1600)).toBe(true);
    expect(textOf(segmenter)).toEqual(['finished']);
    expect(segmenter.closed[0]).toMatchObject({ events: 2, endMonoMs: 1600 });
    expect(segmenter.closed[0]?.unstored()).toBeUndefined();
  });

  it('whose beginning is not here is let go to its end', () => {
    const { segmenter, files } = make();
    files.add(chunk(1, 'first', 'a'), 1000);
    // Wiped.
    segmenter.clear();
    expect(files.add(chunk(1, 'next', 'b'), 1400)).toBe(false);
    expect(files.add(chunk(1, 'whole', 'ab', 2), 1600)).toBe(false);
    expect(segmenter.unsealed).toEqual([]);
    expect(files.add(chunk(2, 'first', 'c'), 2000)).toBe(true);
  });

  it('that was sealed by a hand-over is not gone on with', () => {
    const { segmenter, files } = make();
    files.add(chunk(1, 'first', 'a'), 1000);
    segmenter.close();
    expect(files.add(chunk(1, 'next', 'b'), 1400)).toBe(false);
    expect(textOf(segmenter)).toEqual(['a']);
  });
});
