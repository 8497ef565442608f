import { describe, expect, it } from 'vitest';
import { Segmenter } from '../../../../src/recorder/ring/segmenter.js';
import { DOM_SEGMENT_MAX_BYTES } from '../../../../src/shared/session/segment-limits.js';

const line = (bytes = 10): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

function shape(segmenter: Segmenter): string[] {
  return segmenter.unsealed.map(({ position, events }) => `${position.chain}.${position.sequence}:${events}`);
}

describe('the segmenter', () => {
  it('cuts lines at 64 KB; a larger line is alone', () => {
    const segmenter = new Segmenter('log');
    for (const bytes of [40_000, 25_000, 1000, 100_000, 10]) segmenter.add(line(bytes), 0, false);
    expect(shape(segmenter)).toEqual(['0.0:2', '1.0:1', '2.0:1', '3.0:1']);
  });

  it('cuts lines after a minute', () => {
    const segmenter = new Segmenter('log');
    segmenter.add(line(), 1000, false);
    segmenter.add(line(), 60_999, false);
    segmenter.add(line(), 61_000, false);
    expect(shape(segmenter)).toEqual(['0.0:2', '1.0:1']);
  });

  it('cuts dom after five seconds within its chain', () => {
    const segmenter = new Segmenter('dom');
    segmenter.add(line(), 0, true);
    segmenter.add(line(), 1, false);
    segmenter.add(line(), 5000, false);
    segmenter.add(line(), 6000, true);
    expect(shape(segmenter)).toEqual(['0.0:2', '0.1:1', '1.0:1']);
    expect(segmenter.unsealed.map(({ checkout }) => checkout)).toEqual([true, false, true]);
  });

  it('never parts a full snapshot from its Meta event, but bounds what follows', () => {
    const segmenter = new Segmenter('dom');
    segmenter.add(line(), 0, true);
    segmenter.add(line(DOM_SEGMENT_MAX_BYTES + 1), 7000, false);
    segmenter.add(line(), 7001, false);
    expect(shape(segmenter)).toEqual(['0.0:2', '0.1:1']);
  });

  it('closes by the clock alone', () => {
    const segmenter = new Segmenter('dom');
    segmenter.add(line(), 100, true);
    segmenter.tick(5099);
    expect(segmenter.closed).toEqual([]);
    segmenter.tick(5100);
    expect(segmenter.closed).toHaveLength(1);
  });

  it('goes on with its numbers after clearing and in a new worker', () => {
    const segmenter = new Segmenter('dom', { chain: 4, sequence: 2 });
    segmenter.add(line(), 0, false);
    expect(shape(segmenter)).toEqual(['4.3:1']);
    segmenter.clear();
    segmenter.add(line(), 0, true);
    expect(shape(segmenter)).toEqual(['5.0:1']);
    const lines = new Segmenter('log', { chain: 4, sequence: 0 });
    lines.add(line(), 0, false);
    expect(shape(lines)).toEqual(['5.0:1']);
  });
});
