import type { BannerQuestion } from './banner.js';
import type { SessionLink } from './session-link.js';

/** The screen lane of this page, as a live session uses it. */
export interface ScreenSource {
  /** A PNG of this window, masked; to be called right after a gesture. Undefined where there is none. */
  screenshot(): Promise<Blob | undefined>;
}

export interface LiveScreenDeps {
  readonly source: ScreenSource;
  readonly sessionMs: () => number;
  /** There is a report that a picture may be kept in. */
  readonly hasReport: () => boolean;
  /** Of the technician. */
  readonly name: () => string;
  /** The banner is out of the way while a picture is taken: what is masked of it would hide what is under it. */
  readonly onAside: (isAside: boolean) => void;
  /** What only a gesture in this window can begin: asked in the banner. */
  readonly onQuestion: (question: BannerQuestion | undefined) => void;
}

/** Frames are painted over where something masked was up to 150 ms before. The press is good for longer than that. */
const ASIDE_MS = 250;
const FAILED = 'No picture could be taken: it was not allowed, or it was not known what to paint over.';
const DECLINED = 'The customer does not want to be pictured now.';

/** Pictures of the window, each taken by the customer's own press: the browser wants a gesture, and so do we. */
export class LiveScreen {
  readonly #link: SessionLink;
  readonly #deps: LiveScreenDeps;
  #request: string | undefined;
  #canPicture = false;

  constructor(link: SessionLink, deps: LiveScreenDeps) {
    this.#link = link;
    this.#deps = deps;
  }

  set(canPicture: boolean): void {
    this.#canPicture = canPicture;
    if (!canPicture) this.#settle();
  }

  askForScreenshot(request: string): void {
    if (!this.#canPicture) return;
    if (this.#request !== undefined) this.#fail(this.#request, 'screenshot-declined', DECLINED);
    this.#request = request;
    // By what is said here and now, whatever becomes of the session until the press.
    const isForReport = this.#deps.hasReport();
    const words = `${this.#deps.name()} asks for a picture of this window. What is masked is painted over.`;
    this.#deps.onQuestion({
      text: isForReport ? `${words} It can be kept in your report.` : words,
      choices: [
        {
          label: 'Not now',
          press: () => {
            this.#decline(request);
          },
        },
        { label: 'Take the picture', press: () => void this.#take(request, isForReport) },
      ],
    });
  }

  stop(): void {
    this.#settle();
  }

  #settle(): void {
    if (this.#request === undefined) return;
    this.#request = undefined;
    this.#deps.onQuestion(undefined);
  }

  #decline(request: string): void {
    this.#fail(request, 'screenshot-declined', DECLINED);
    this.#settle();
  }

  async #take(request: string, isForReport: boolean): Promise<void> {
    if (this.#request !== request) return;
    this.#settle();
    const atMs = this.#deps.sessionMs();
    const png = await this.#picture();
    if (!this.#canPicture) return;
    if (png === undefined) {
      this.#fail(request, 'screenshot-failed', FAILED);
      return;
    }
    const picture = await createImageBitmap(png);
    const { width, height } = picture;
    picture.close();
    const head = { request, width, height, atMs, ...(isForReport ? { isForReport } : {}) };
    this.#link.sendScreenshot(head, new Uint8Array(await png.arrayBuffer()));
  }

  async #picture(): Promise<Blob | undefined> {
    const { onAside, source } = this.#deps;
    onAside(true);
    try {
      await new Promise((resolve) => setTimeout(resolve, ASIDE_MS));
      return await source.screenshot();
    } finally {
      onAside(false);
    }
  }

  #fail(request: string, code: string, message: string): void {
    this.#link.say({ type: 'screenshot-failed', request, code, message });
  }
}
