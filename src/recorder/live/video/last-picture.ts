/**
 * When the last picture is given again, while no other comes. Encoders make a picture sharp in several steps, and one that was lost on
 * its way, or came before the connection was ready for it, is only seen when there is another one; a page that rests gives none.
 */
const AGAIN_MS = [200, 200, 200, 200, 200, 500] as const;
const STEADY_MS = 1000;

/** Holds the picture that was sent last, with what is masked painted over, and gives it again. */
export class LastPicture {
  readonly #again: (picture: VideoFrame) => void;
  #picture: VideoFrame | undefined;
  #times = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `again` copies what it uses. */
  constructor(again: (picture: VideoFrame) => void) {
    this.#again = again;
  }

  /** Copies it. */
  keep(picture: VideoFrame): void {
    this.#picture?.close();
    this.#picture = picture.clone();
    this.#times = 0;
    this.#wait();
  }

  giveAgain(): void {
    if (this.#picture === undefined) return;
    this.#times += 1;
    this.#again(this.#picture);
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.giveAgain();
    }, AGAIN_MS[this.#times] ?? STEADY_MS);
  }
}
