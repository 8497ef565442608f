/** How often the other program is asked for a sign of life. */
const BEAT_MS = 5000;
/** Two beats lost and the third one late: a page that is blocked, or a network that is gone. */
const SILENT_MS = 12_000;

/** Asks, and tells when no answer comes: ICE knows whether packets arrive, but not whether a program reads them. */
export class Heartbeat {
  readonly #send: (id: number) => void;
  readonly #onSilent: (isSilent: boolean) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #id = 0;
  #answeredMs = performance.now();
  #isSilent = false;

  constructor(send: (id: number) => void, onSilent: (isSilent: boolean) => void) {
    this.#send = send;
    this.#onSilent = onSilent;
    this.#timer = setInterval(() => {
      this.#beat();
    }, BEAT_MS);
  }

  answered(id: number): void {
    // One that was never asked is no sign of life.
    if (id === 0 || id > this.#id) return;
    this.#answeredMs = performance.now();
    this.#tell();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    this.#tell();
    this.#id += 1;
    this.#send(this.#id);
  }

  #tell(): void {
    const isSilent = performance.now() - this.#answeredMs > SILENT_MS;
    if (isSilent !== this.#isSilent) this.#onSilent((this.#isSilent = isSilent));
  }
}
