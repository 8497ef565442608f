import { now, type Guard } from '../page.js';

/** What a replay cannot show as it was, and the sentence that the report has of it. */
const SENTENCES = {
  picture: 'Pictures are not in the recording: a square of the same size stands for each.',
  canvas: 'What is drawn in a canvas is not in the recording of the page; a video of the window has it.',
  frame: 'What is in a frame of another origin is not in the recording: its place stays empty.',
  'closed-root': 'What is in a closed shadow root is not in the recording.',
  font: 'Fonts that the page loads are not in the recording: words may take other room, and lines end elsewhere.',
} as const;
type Kind = keyof typeof SENTENCES;

/** Of elements that are added, these are worth a look. */
const TAGS: ReadonlySet<string> = new Set(['img', 'canvas', 'iframe']);
/** Those of the recorder's own are in no recording on purpose. */
const OWN_HOST = /^flux(rec|ion-diagnostics)-/;
/** A page that adds pictures all the time is not searched all the time. */
const LOOK_INTERVAL_MS = 5000;
const FONT_FILE = /\.(woff2?|ttf|otf)($|[?#])/i;

export interface LeftOutOptions {
  readonly guard: Guard;
  /** Shadow roots that are in the document, closed ones too. */
  readonly shadowRoots: () => Iterable<ShadowRoot>;
  readonly report: (text: string) => void;
}

/** Says once a document what a replay of it will lack. */
export class LeftOut {
  readonly #options: LeftOutOptions;
  readonly #told = new Set<Kind>();
  #isOn = false;
  #isDue = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lookedMs = -Infinity;

  constructor(options: LeftOutOptions) {
    this.#options = options;
  }

  /** Also hears of fonts, which come when they like. */
  start(): () => void {
    this.#isOn = true;
    const onFonts = (): void => {
      this.lookSoon();
    };
    document.fonts.addEventListener('loadingdone', onFonts);
    return () => {
      this.#isOn = false;
      clearTimeout(this.#timer);
      document.fonts.removeEventListener('loadingdone', onFonts);
    };
  }

  noteElement(tagName: string): void {
    if (TAGS.has(tagName)) this.lookSoon();
  }

  /** When the page is idle: nobody waits for it. */
  lookSoon(): void {
    if (!this.#isOn || this.#isDue || this.#told.size === Object.keys(SENTENCES).length) return;
    this.#isDue = true;
    const look = this.#options.guard(() => {
      this.#isDue = false;
      if (this.#isOn) this.#look();
    });
    this.#timer = setTimeout(
      () => {
        if ('requestIdleCallback' in window) requestIdleCallback(look);
        else look();
      },
      Math.max(0, this.#lookedMs + LOOK_INTERVAL_MS - now()),
    );
  }

  #look(): void {
    this.#lookedMs = now();
    const roots: ParentNode[] = [document];
    for (const root of this.#options.shadowRoots()) {
      if (OWN_HOST.test(root.host.localName)) continue;
      if (root.mode === 'closed') this.#tell('closed-root');
      else roots.push(root);
    }
    for (const root of roots) {
      if (root.querySelector('canvas') !== null) this.#tell('canvas');
      if (root.querySelector('img[src]:not([src^="data:"])') !== null) this.#tell('picture');
      if ([...root.querySelectorAll('iframe')].some(({ contentDocument }) => contentDocument === null))
        this.#tell('frame');
    }
    if (!this.#told.has('font') && performance.getEntriesByType('resource').some(({ name }) => FONT_FILE.test(name)))
      this.#tell('font');
  }

  #tell(kind: Kind): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#options.report(SENTENCES[kind]);
  }
}
