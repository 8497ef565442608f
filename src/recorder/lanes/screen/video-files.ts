import { SCREEN_SEGMENT_MS } from '../../../shared/constants.js';
import { SCREEN_SEGMENT_MAX_BYTES } from '../../../shared/session/segment-limits.js';
import type { ScreenChunk } from '../../ring/ring-event.js';
import type { Picture } from './picture.js';
import { ScreenEncoder } from './screen-encoder.js';
import { WebmFile, type WebmCodec } from './webm.js';

interface OpenFile {
  readonly number: number;
  readonly startMs: number;
  readonly webm: WebmFile;
  readonly width: number;
  readonly height: number;
  lastMs: number;
}

/** A reach of the video that is new by this much is told. */
const REACH_MS = 900;
/** No two frames of a file have one time: a WebM file counts milliseconds. */
const MIN_STEP_MS = 1;

/**
 * Pictures to video files, of 30 s each at most. All methods are to be called one after the other. They reject with what
 * the encoders reject with, when none is left.
 */
export class VideoFiles {
  readonly #onChunk: (chunk: ScreenChunk, monoMs: number) => void;
  readonly #broken = new Set<WebmCodec>();
  #encoder: ScreenEncoder | undefined;
  #file: OpenFile | undefined;
  #next: number;

  constructor(firstFile: number, onChunk: (chunk: ScreenChunk, monoMs: number) => void) {
    this.#next = firstFile;
    this.#onChunk = onChunk;
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  /** When the open file must end. */
  get endMs(): number | undefined {
    return this.#file === undefined ? undefined : this.#file.startMs + SCREEN_SEGMENT_MS;
  }

  /** Writes what there was to see from this moment on. */
  async add(picture: Picture, ms: number): Promise<void> {
    const open = this.#file;
    const isOther = open !== undefined && (open.width !== picture.width || open.height !== picture.height);
    if (open !== undefined && (isOther || ms >= open.startMs + SCREEN_SEGMENT_MS || isFull(open))) {
      await this.finish(ms);
    }
    for (;;) {
      try {
        await this.#write(picture, ms);
        return;
      } catch (error) {
        // Its codec is not what it said to be: what there is stays, and the next codec begins a file.
        if (this.#encoder === undefined) throw error;
        this.#broken.add(this.#encoder.codec);
        await this.finish(ms);
        this.#closeEncoder();
      }
    }
  }

  /** The last picture still holds. */
  reach(ms: number): void {
    const file = this.#file;
    if (file === undefined || ms - file.lastMs < REACH_MS) return;
    file.lastMs = ms;
    this.#tell(file, 'next', 0, new Uint8Array(0));
  }

  /** Ends the open file, if there is one; its last picture held until then. */
  async finish(ms: number): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined || file.webm.frames === 0) return;
    file.lastMs = Math.max(file.lastMs, Math.min(ms, file.startMs + SCREEN_SEGMENT_MS));
    this.#tell(file, 'whole', file.webm.frames, await file.webm.whole(file.lastMs - file.startMs));
  }

  /** Forgets the open file. */
  abandon(): void {
    this.#file = undefined;
    this.#closeEncoder();
  }

  async #write(picture: Picture, ms: number): Promise<void> {
    const encoder = await this.#encoderFor(picture);
    const isFirst = this.#file === undefined;
    const file = (this.#file ??= this.#begin(picture, ms, encoder.codec));
    const atMs = isFirst ? 0 : Math.max(ms, file.lastMs + MIN_STEP_MS) - file.startMs;
    const encoded = await encoder.encode(picture, atMs, isFirst);
    const bytes = await file.webm.add({ ...encoded, atMs });
    file.lastMs = file.startMs + atMs;
    this.#tell(file, isFirst ? 'first' : 'next', 1, bytes);
  }

  async #encoderFor({ width, height }: Picture): Promise<ScreenEncoder> {
    // A file has one size, and an encoder too; a file that is open has the size of this picture.
    if (this.#file === undefined) {
      this.#closeEncoder();
      this.#encoder = await ScreenEncoder.open(width, height, this.#broken);
    }
    return (this.#encoder ??= await ScreenEncoder.open(width, height, this.#broken));
  }

  #begin({ width, height }: Picture, startMs: number, codec: WebmCodec): OpenFile {
    return { number: this.#next++, startMs, webm: new WebmFile(codec), width, height, lastMs: startMs };
  }

  #tell(file: OpenFile, place: ScreenChunk['place'], frames: number, bytes: Uint8Array<ArrayBuffer>): void {
    const { number, startMs, lastMs } = file;
    this.#onChunk({ type: 'screen', file: number, place, startMonoMs: startMs, frames, bytes }, lastMs);
  }

  #closeEncoder(): void {
    this.#encoder?.close();
    this.#encoder = undefined;
  }
}

function isFull({ webm }: OpenFile): boolean {
  return webm.bytes >= SCREEN_SEGMENT_MAX_BYTES;
}
