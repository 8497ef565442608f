/** All bytes of a part: a file of the desk's, or an object of its store that came there without the desk. */
export type WholeBytes =
  | { readonly file: string }
  | {
      readonly object: string;
      /** An address where the object can be read for a while, and nothing else. */
      readonly url: (lifeMs: number) => Promise<string>;
    };

/** Where the bytes of an unfinished part come together: a file of the desk's, or the store itself. */
export interface UploadBytes {
  /** How many are there, from the start without a gap. */
  receivedBytes(): Promise<number>;
  /** When the last ones came (Unix ms), where that is known. */
  touchedMs(): Promise<number | undefined>;
  /** Once all have been received. */
  whole(): Promise<WholeBytes>;
  /** Throws away what has come. */
  remove(): Promise<void>;
}
