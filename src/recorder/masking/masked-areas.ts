import { isDesigned, isElement, isField, isMaskedArea, maskedKindOf } from './fields.js';
import { FramesWithShadows } from './frames-with-shadows.js';
import { MaskableElements } from './maskable-elements.js';
import { MaskedEchoes, type MaskedTexts } from './masked-echoes.js';
import { selectors } from './selectors.js';
import type { ShadowRoots } from './shadow-roots.js';
import { isInViewTransition } from './view-transition.js';
import { WatchedRoots, type Root } from './watched-roots.js';

/** How often frames are searched for shadow roots: nobody tells when one is made there. */
const SWEEP_MS = 1000;
/** How often the document is, when it is there: nearly all are known when they are made, or when they come with markup. */
const FULL_SWEEP_MS = 10_000;
/** Of an area with more elements its text and its own box count. */
const MAX_INNER_ELEMENTS = 300;
/** A page with more masked elements is painted over as a whole: to measure them would cost it its frames. */
const MAX_AREAS = 1500;
/** The number of that whole. Elements are counted from 1. */
const WHOLE = 0;

/** The window that a document is shown in: where its own coordinates begin. */
interface Offset {
  readonly x: number;
  readonly y: number;
}

const ORIGIN: Offset = { x: 0, y: 0 };

/**
 * Where everything is that the dom lane masks or blocks, in CSS px of the top document's layout viewport: fields, areas, and
 * wherever else the page shows what the fields hold.
 */
export class MaskedAreas {
  readonly #roots: ShadowRoots;
  readonly #maskable = new MaskableElements();
  readonly #frames = new FramesWithShadows();
  /** Open shadow roots that come with markup. */
  readonly #markup: WatchedRoots<ShadowRoots>;
  readonly #echoes: MaskedEchoes;
  readonly #numbers = new WeakMap<object, number>();
  readonly #range = document.createRange();
  #nextNumber = WHOLE + 1;
  #sweptMs = -Infinity;
  #fullySweptMs = -Infinity;
  #nowMs = 0;
  /** When it was known where all of them are, there were some. */
  #hadAreas = false;
  #isSearching = false;

  constructor(roots: ShadowRoots, texts: MaskedTexts) {
    this.#roots = roots;
    this.#echoes = new MaskedEchoes(texts);
    this.#markup = new WatchedRoots({
      observe: {},
      open: (root) => {
        roots.addOpenIn(root);
        return roots;
      },
      follow: (known, records) => {
        for (const { addedNodes } of records) {
          for (const node of addedNodes) if (isElement(node)) known.addOpenFrom(node);
        }
      },
    });
  }

  stop(): void {
    this.#echoes.stop();
    this.#maskable.stop();
    this.#frames.stop();
    this.#markup.stop();
  }

  /** Five numbers an area: its own number, left, top, right, bottom. */
  measure(nowMs: number): Float64Array {
    this.#isSearching = nowMs - this.#sweptMs >= SWEEP_MS;
    if (this.#isSearching) {
      this.#sweptMs = nowMs;
      this.#searchDocument(nowMs);
    }
    this.#markup.of(document);
    const out: number[] = [];
    this.#nowMs = nowMs;
    this.#measureRoot(document, ORIGIN, out);
    for (const root of this.#roots.connected()) {
      if (root.ownerDocument !== document) continue;
      // What it finds is among the next ones.
      this.#markup.of(root);
      this.#measureRoot(root, ORIGIN, out);
      // What is marked is marked with all that it contains, wherever that is placed.
      if (isMaskedArea(root.host))
        this.#pushBoxes(root, boxesOf(root.children, root.querySelectorAll('*')), ORIGIN, out);
    }
    this.#echoes.sweep();
    this.#maskable.sweep();
    this.#frames.sweep();
    this.#markup.sweep();
    if (isDesigned(document)) return Float64Array.from(whole());
    // Where nothing is masked there is nothing to ask: to hear of a transition costs the page a look at its styles.
    const hasAreas = out.length > 0;
    if ((hasAreas || this.#hadAreas) && isInViewTransition(document)) return Float64Array.from(this.#unknown());
    this.#hadAreas = hasAreas;
    return Float64Array.from(out.length > 5 * MAX_AREAS ? whole() : out);
  }

  /** All of it under a number of its own each time: what has just come is not painted over, the frame is left out. */
  #unknown(): number[] {
    const [, ...box] = whole();
    return [this.#nextNumber++, ...box];
  }

  /** A parser gives an element its shadow root when the element is in the document already. */
  #searchDocument(nowMs: number): void {
    if (document.readyState !== 'loading' && nowMs - this.#fullySweptMs < FULL_SWEEP_MS) return;
    if (document.readyState !== 'loading') this.#fullySweptMs = nowMs;
    this.#roots.addOpenIn(document);
  }

  #measureRoot(root: Root, offset: Offset, out: number[]): void {
    const { block } = selectors;
    const echoes = this.#echoes.in(root, this.#nowMs);
    // Not known yet: all of it, once.
    if (echoes === undefined) out.splice(0, Infinity, ...whole());
    for (const { key, boxes } of echoes ?? []) this.#pushBoxes(key, boxes, offset, out);
    for (const element of this.#maskable.in(root)) {
      if (out.length > 5 * MAX_AREAS) return;
      if (element.localName === 'iframe' || element.localName === 'frame') {
        this.#measureFrame(element as HTMLIFrameElement, offset, out);
      } else if (isField(element)) {
        if (maskedKindOf(element) !== undefined || element.matches(block) || this.#echoes.isIn(element))
          this.#push(element, [], offset, out);
      } else if (element.localName === 'object' || element.localName === 'embed') {
        this.#push(element, [], offset, out);
      } else if (element.matches(block) || isMaskedArea(element)) {
        this.#push(element, innerBoxes(element, this.#range), offset, out);
      }
    }
  }

  /** A document of another origin cannot be looked into, one that is scaled has no whole pixels, of one with shadow roots or in
   * transition not all is known, and one that is edited as a whole or stands in a marked area is masked: all of it is painted over. */
  #measureFrame(frame: HTMLIFrameElement, offset: Offset, out: number[]): void {
    const inner = documentIn(frame);
    const box = frame.getBoundingClientRect();
    const isScaled = Math.abs(box.width - frame.offsetWidth) > 1 || Math.abs(box.height - frame.offsetHeight) > 1;
    const isOpaque = inner === null || isScaled || frame.matches(selectors.block) || isMaskedArea(frame);
    if (isOpaque || isDesigned(inner) || isInViewTransition(inner) || this.#frames.has(inner, this.#isSearching)) {
      this.#push(frame, [], offset, out);
      return;
    }
    const x = offset.x + box.left + frame.clientLeft;
    const y = offset.y + box.top + frame.clientTop;
    this.#measureRoot(inner, { x, y }, out);
  }

  #push(element: Element, inner: readonly DOMRect[], offset: Offset, out: number[]): void {
    this.#pushBoxes(element, [element.getBoundingClientRect(), ...inner], offset, out);
  }

  #pushBoxes(key: object, boxes: readonly DOMRect[], { x, y }: Offset, out: number[]): void {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const box of boxes) {
      if (box.width === 0 && box.height === 0) continue;
      left = Math.min(left, box.left);
      top = Math.min(top, box.top);
      right = Math.max(right, box.right);
      bottom = Math.max(bottom, box.bottom);
    }
    if (right > left || bottom > top) out.push(this.#numberOf(key), left + x, top + y, right + x, bottom + y);
  }

  #numberOf(key: object): number {
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = this.#nextNumber++));
    return number;
  }
}

function whole(): number[] {
  return [WHOLE, 0, 0, innerWidth, innerHeight];
}

function documentIn(frame: HTMLIFrameElement): Document | null {
  try {
    return frame.contentDocument;
  } catch {
    return null;
  }
}

/** What an area shows outside of its own box: text that overflows, children that are placed elsewhere, a dialog in its shadow. */
function innerBoxes(element: Element, range: Range): DOMRect[] {
  range.selectNodeContents(element);
  const boxes = [range.getBoundingClientRect()];
  const shown = [...(element.shadowRoot?.children ?? []), ...element.children];
  if (shown.length === 0) return boxes;
  boxes.push(...boxesOf(element.shadowRoot?.children ?? [], element.getElementsByTagName('*')));
  return boxes;
}

/** Of the outermost ones, and of all where they are not too many. */
function boxesOf(outermost: Iterable<Element>, all: ArrayLike<Element> & Iterable<Element>): DOMRect[] {
  const elements = all.length <= MAX_INNER_ELEMENTS ? [...outermost, ...all] : [...outermost];
  return elements.map((element) => element.getBoundingClientRect());
}
