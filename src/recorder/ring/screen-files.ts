import { isSegmentFull } from '../../shared/session/segment-limits.js';
import type { ScreenChunk } from './ring-event.js';
import type { Segmenter } from './segmenter.js';

/** Puts the pieces of video files into segments, a file into each. */
export class ScreenFiles {
  readonly #segmenter: Segmenter;
  #file: number | undefined;

  constructor(segmenter: Segmenter) {
    this.#segmenter = segmenter;
  }

  /**
   * Takes a piece that reaches to `monoMs`. False: it is of a file whose beginning is not here any more (sealed by a
   * hand-over before it was done, wiped, lost on its way) and is let go, for nothing could play it.
   */
  add(chunk: ScreenChunk, monoMs: number): boolean {
    if (chunk.place === 'first') this.#begin(chunk);
    const open = this.#segmenter.open;
    if (open === undefined || chunk.file !== this.#file) return false;
    if (chunk.place === 'whole') {
      open.reach(monoMs);
      open.replace(chunk.bytes);
      this.#segmenter.close();
      return true;
    }
    if (isSegmentFull('screen', open, chunk.bytes.byteLength)) {
      this.#segmenter.close();
      return false;
    }
    // Nothing moved: the last frame is still what there was.
    if (chunk.bytes.byteLength === 0) open.reach(monoMs);
    else open.add(chunk.bytes, monoMs, chunk.frames);
    return true;
  }

  #begin({ file, startMonoMs }: ScreenChunk): void {
    this.#file = file;
    this.#segmenter.begin(true).reach(startMonoMs);
  }
}
