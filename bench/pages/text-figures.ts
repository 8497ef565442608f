/** What bench/pages/screen.ts measures. */
export interface TextFigures {
  readonly frames: number;
  readonly oursBytes: number;
  readonly oursFrames: number;
  /** Of luma, dB. */
  readonly oursPsnr: number;
  readonly jpegBytes: number;
  /** Frames that are the same as the one before cost nothing. */
  readonly jpegSkippingBytes: number;
  readonly jpegPsnr: number;
}
