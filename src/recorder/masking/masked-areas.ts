import { isField, isMaskedArea, maskedKindOf } from './fields.js';
import { selectors } from './selectors.js';
import type { ShadowRoots } from './shadow-roots.js';

/** How often open shadow roots are looked for that came with the markup; all others are known when they are made. */
const SWEEP_MS = 1000;
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

/** Where everything is that the dom lane masks or blocks, in CSS px of the top document's layout viewport. */
export class MaskedAreas {
  readonly #roots: ShadowRoots;
  readonly #numbers = new WeakMap<Element, number>();
  readonly #range = document.createRange();
  #nextNumber = WHOLE + 1;
  #sweptMs = -Infinity;

  constructor(roots: ShadowRoots) {
    this.#roots = roots;
  }

  /** Five numbers an area: its element's number, left, top, right, bottom. */
  measure(nowMs: number): Float64Array {
    if (nowMs - this.#sweptMs >= SWEEP_MS) {
      this.#sweptMs = nowMs;
      this.#roots.addOpenIn(document);
    }
    const out: number[] = [];
    this.#measureRoot(document, { x: 0, y: 0 }, out);
    for (const root of this.#roots.connected()) {
      if (root.ownerDocument === document) this.#measureRoot(root, { x: 0, y: 0 }, out);
    }
    return Float64Array.from(out.length > 5 * MAX_AREAS ? [WHOLE, 0, 0, innerWidth, innerHeight] : out);
  }

  #measureRoot(root: Document | ShadowRoot, offset: Offset, out: number[]): void {
    const { maskedText, block } = selectors;
    for (const element of root.querySelectorAll(`input,textarea,iframe,frame,object,embed,${maskedText},${block}`)) {
      if (out.length > 5 * MAX_AREAS) return;
      if (element.localName === 'iframe' || element.localName === 'frame') {
        this.#measureFrame(element as HTMLIFrameElement, offset, out);
      } else if (isField(element)) {
        if (maskedKindOf(element) !== undefined || element.matches(block)) this.#push(element, [], offset, out);
      } else if (element.localName === 'object' || element.localName === 'embed') {
        this.#push(element, [], offset, out);
      } else if (element.matches(block) || isMaskedArea(element)) {
        this.#push(element, innerBoxes(element, this.#range), offset, out);
      }
    }
  }

  /** A document of another origin cannot be looked into, and one that is scaled has no whole pixels: all of it is painted over. */
  #measureFrame(frame: HTMLIFrameElement, offset: Offset, out: number[]): void {
    const inner = documentIn(frame);
    const box = frame.getBoundingClientRect();
    const isScaled = Math.abs(box.width - frame.offsetWidth) > 1 || Math.abs(box.height - frame.offsetHeight) > 1;
    if (inner === null || isScaled || frame.matches(selectors.block)) {
      this.#push(frame, [], offset, out);
      return;
    }
    const x = offset.x + box.left + frame.clientLeft;
    const y = offset.y + box.top + frame.clientTop;
    this.#measureRoot(inner, { x, y }, out);
  }

  #push(element: Element, inner: readonly DOMRect[], { x, y }: Offset, out: number[]): void {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const box of [element.getBoundingClientRect(), ...inner]) {
      if (box.width === 0 && box.height === 0) continue;
      left = Math.min(left, box.left);
      top = Math.min(top, box.top);
      right = Math.max(right, box.right);
      bottom = Math.max(bottom, box.bottom);
    }
    if (right > left || bottom > top) out.push(this.#numberOf(element), left + x, top + y, right + x, bottom + y);
  }

  #numberOf(element: Element): number {
    let number = this.#numbers.get(element);
    if (number === undefined) this.#numbers.set(element, (number = this.#nextNumber++));
    return number;
  }
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
  const within = element.getElementsByTagName('*');
  const inner = within.length <= MAX_INNER_ELEMENTS ? [...within] : [];
  for (const child of [...(element.shadowRoot?.children ?? []), ...inner]) boxes.push(child.getBoundingClientRect());
  return boxes;
}
