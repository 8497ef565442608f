import {
  AppendOnlyStreamTarget,
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  Output,
  WebMOutputFormat,
  type Target,
} from 'mediabunny';

// The only file that knows the muxer.

export type WebmCodec = 'av1' | 'vp9' | 'vp8';

export interface WebmPacket {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly isKey: boolean;
  /** Since the file's time 0. */
  readonly atMs: number;
  readonly config: VideoDecoderConfig;
}

/** One video track on its way into a file. */
class Muxer<T extends Target> {
  readonly target: T;
  readonly #output: Output<WebMOutputFormat, T>;
  readonly #source: EncodedVideoPacketSource;
  readonly #started: Promise<void>;

  constructor(codec: WebmCodec, target: T, appendOnly: boolean) {
    this.target = target;
    this.#output = new Output({ format: new WebMOutputFormat({ appendOnly }), target });
    this.#source = new EncodedVideoPacketSource(codec);
    this.#output.addVideoTrack(this.#source);
    this.#started = this.#output.start();
  }

  async add({ data, isKey, atMs, config }: WebmPacket, durationMs: number): Promise<void> {
    await this.#started;
    const packet = new EncodedPacket(data, isKey ? 'key' : 'delta', atMs / 1000, durationMs / 1000);
    await this.#source.add(packet, { decoderConfig: config });
  }

  async finish(): Promise<void> {
    await this.#started;
    await this.#output.finalize();
  }
}

/**
 * A WebM file in two forms: as it grows, every piece ends with a whole frame and what there is can be played; and, when it is
 * done, once more with its length and an index.
 */
export class WebmFile {
  readonly #codec: WebmCodec;
  readonly #growing: Muxer<AppendOnlyStreamTarget>;
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  readonly #packets: WebmPacket[] = [];
  #bytes = 0;

  constructor(codec: WebmCodec) {
    this.#codec = codec;
    const sink = new WritableStream<Uint8Array>({
      write: (piece) => {
        // The muxer may use its buffer again.
        this.#pieces.push(piece.slice());
      },
    });
    this.#growing = new Muxer(codec, new AppendOnlyStreamTarget(sink), true);
  }

  get frames(): number {
    return this.#packets.length;
  }
  /** Of all frames. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Answers what is to be appended to the file. */
  async add(packet: WebmPacket): Promise<Uint8Array<ArrayBuffer>> {
    this.#packets.push(packet);
    this.#bytes += packet.data.byteLength;
    await this.#growing.add(packet, 0);
    const pieces = this.#pieces;
    this.#pieces = [];
    return join(pieces);
  }

  /** The finished file; its last frame lasts until `endMs`. Nothing can be added any more. */
  async whole(endMs: number): Promise<Uint8Array<ArrayBuffer>> {
    const muxer = new Muxer(this.#codec, new BufferTarget(), false);
    for (const [index, packet] of this.#packets.entries()) {
      const untilMs = this.#packets[index + 1]?.atMs ?? endMs;
      await muxer.add(packet, Math.max(1, untilMs - packet.atMs));
    }
    await muxer.finish();
    return new Uint8Array(muxer.target.buffer ?? new ArrayBuffer(0));
  }
}

function join(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}
