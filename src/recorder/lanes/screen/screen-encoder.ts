import { ScreenError } from './errors.js';
import type { Picture } from './picture.js';
import type { WebmCodec } from './webm.js';

interface Choice {
  readonly name: WebmCodec;
  /** The codec string, by how many pixels its level allows. */
  readonly codec: (pixels: number) => string;
}

/** AV1 at level 4.0 and VP9 at 4.0 end a little above 1080p. */
const LEVEL_4_PIXELS = 2_228_224;
const CHOICES: readonly Choice[] = [
  { name: 'av1', codec: (pixels) => (pixels <= LEVEL_4_PIXELS ? 'av01.0.08M.08' : 'av01.0.12M.08') },
  { name: 'vp9', codec: (pixels) => (pixels <= LEVEL_4_PIXELS ? 'vp09.00.40.08' : 'vp09.00.50.08') },
  { name: 'vp8', codec: () => 'vp8' },
];

/** Bounds what a film in the window costs; text that scrolls stays below it. */
const BITS_PER_SECOND = 600_000;
const FRAMES_PER_SECOND = 5;

export interface EncodedFrame {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly isKey: boolean;
  readonly config: VideoDecoderConfig;
}

/** Encodes pictures of one size, one after the other. */
export class ScreenEncoder {
  readonly codec: WebmCodec;
  readonly #encoder: VideoEncoder;
  #waiting: ((frame: EncodedFrame | Error) => void) | undefined;
  #config: VideoDecoderConfig | undefined;
  #failure: Error | undefined;

  private constructor(name: WebmCodec, config: VideoEncoderConfig) {
    this.codec = name;
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => {
        this.#config = metadata?.decoderConfig ?? this.#config;
        if (this.#config === undefined) return;
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        this.#answer({ data, isKey: chunk.type === 'key', config: this.#config });
      },
      error: (error) => {
        this.#failure = error;
        this.#answer(error);
      },
    });
    this.#encoder.configure(config);
  }

  /** The first codec that this browser really encodes pictures of this size in, after `tried`. Rejects with a ScreenError. */
  static async open(width: number, height: number, tried: ReadonlySet<WebmCodec>): Promise<ScreenEncoder> {
    for (const { name, codec } of CHOICES) {
      if (tried.has(name)) continue;
      const config: VideoEncoderConfig = {
        codec: codec(width * height),
        width,
        height,
        bitrate: BITS_PER_SECOND,
        bitrateMode: 'variable',
        framerate: FRAMES_PER_SECOND,
        latencyMode: 'realtime',
        contentHint: 'text',
      };
      const { supported } = await VideoEncoder.isConfigSupported(config).catch(() => ({ supported: false }));
      if (supported === true) return new ScreenEncoder(name, config);
    }
    throw new ScreenError('screen-no-encoder');
  }

  /** Rejects when the encoder broke: it is of no use any more. */
  async encode(picture: Picture, atMs: number, keyFrame: boolean): Promise<EncodedFrame> {
    if (this.#failure !== undefined) throw this.#failure;
    const encoded = new Promise<EncodedFrame | Error>((resolve) => (this.#waiting = resolve));
    const frame = frameOf(picture, atMs);
    try {
      this.#encoder.encode(frame, { keyFrame });
    } finally {
      frame.close();
    }
    // An encoder may keep a frame until the next one comes, which on a still page is never.
    const flushed = this.#encoder.flush().then(
      () => new Error('The encoder gave nothing for a frame.'),
      (error: unknown) => (error instanceof Error ? error : new Error('The encoder failed.', { cause: error })),
    );
    const result = await Promise.race([encoded, flushed]);
    if (result instanceof Error) throw result;
    return result;
  }

  close(): void {
    if (this.#encoder.state !== 'closed') this.#encoder.close();
  }

  #answer(result: EncodedFrame | Error): void {
    this.#waiting?.(result);
    this.#waiting = undefined;
  }
}

/** The caller closes it. */
export function frameOf(picture: Picture, atMs: number): VideoFrame {
  const { format, width, height, layout, colorSpace, data } = picture;
  return new VideoFrame(data, {
    format,
    codedWidth: width,
    codedHeight: height,
    layout: [...layout],
    colorSpace,
    timestamp: Math.round(atMs * 1000),
  });
}
