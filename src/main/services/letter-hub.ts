import type { LetterPost, VerifiedLetter } from '../../shared/protocol/letters.js';

type Listener = (letter: VerifiedLetter) => Promise<void> | void;

/** One mailbox for several services: each letter goes to all of them, one after the other. */
export class LetterHub implements LetterPost {
  readonly #post: LetterPost;
  readonly #listeners = new Set<Listener>();
  #stop: () => void = () => undefined;

  constructor(post: LetterPost) {
    this.#post = post;
  }

  get self(): LetterPost['self'] {
    return this.#post.self;
  }

  readonly send: LetterPost['send'] = (...args) => this.#post.send(...args);
  readonly signReceipt: LetterPost['signReceipt'] = (statement) => this.#post.signReceipt(statement);

  onLetter(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everybody listens: letters that have waited come now. */
  open(): void {
    this.#stop = this.#post.onLetter(async (letter) => {
      for (const listener of [...this.#listeners]) await listener(letter);
    });
  }

  close(): void {
    this.#stop();
  }
}
