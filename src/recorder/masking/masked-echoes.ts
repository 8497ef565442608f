import type { Hit } from '../../shared/privacy/matcher.js';
import { now } from '../page.js';
import { isElement, type Field } from './fields.js';
import { WatchedRoots, type Root } from './watched-roots.js';

/** Attributes that a browser shows as text. Of the others the dom lane takes care: no video shows them. */
const SHOWN_ATTRIBUTES = ['value', 'placeholder', 'alt', 'label'];
const SHOWN_SELECTOR = SHOWN_ATTRIBUTES.map((name) => `[${name}]`).join(',');
/** Looking through all text again takes this share of the page's thread at most. */
const COST_SHARE = 0.05;
/** No revision has this number. */
const NEVER = -1;

/** What is looked for: the values that masked fields hold or held. */
export interface MaskedTexts {
  /** Rises with every change of what is looked for. */
  readonly revision: number;
  /** Where in `text` it stands. */
  findIn(text: string): readonly Hit[];
}

export interface Echo {
  /** Names the echo while what it shows changes; never an element that could be masked by itself. */
  readonly key: object;
  readonly boxes: readonly DOMRect[];
}

interface Shown {
  readonly key: object;
  /** In a text; of an element the whole box counts. */
  hits: readonly Hit[];
}

/** What is known of one document or shadow root. */
interface Known {
  readonly shown: Map<Text | Element, Shown>;
  /** What was looked for when all of it was looked through last. */
  revision: number;
  costMs: number;
  /** End of that look, monotonic ms. */
  lookedMs: number;
}

/**
 * Finds where a page shows again what was typed into its masked fields, as the dom lane masks it there: one text node at a
 * time. Everything is looked through once, and again when there is something new to look for; in between only what changes.
 */
export class MaskedEchoes {
  readonly #texts: MaskedTexts;
  readonly #roots = new WatchedRoots<Known>({
    observe: { characterData: true, attributeFilter: SHOWN_ATTRIBUTES },
    open: () => ({ shown: new Map(), revision: NEVER, costMs: 0, lookedMs: -Infinity }),
    follow: (known, records) => {
      this.#follow(known, records);
    },
  });
  readonly #range = document.createRange();
  readonly #fields = new WeakMap<Field, { value: string; revision: number; isShown: boolean }>();

  constructor(texts: MaskedTexts) {
    this.#texts = texts;
  }

  /** Undefined while it is not known: there is more text than can be looked through in time. */
  in(root: Root, nowMs: number): readonly Echo[] | undefined {
    const known = this.#roots.of(root);
    if (known.revision !== this.#texts.revision) {
      if (nowMs - known.lookedMs < known.costMs / COST_SHARE) return undefined;
      this.#lookThrough(root, known);
    }
    return this.#boxes(root, known);
  }

  /** Whether a field that is not masked holds what another one masks. */
  isIn(field: Field): boolean {
    const { value } = field;
    const { revision } = this.#texts;
    let known = this.#fields.get(field);
    if (known?.value !== value || known.revision !== revision) {
      known = { value, revision, isShown: this.#texts.findIn(value).length > 0 };
      this.#fields.set(field, known);
    }
    return known.isShown;
  }

  /** Lets go of documents and shadow roots that were not asked for since the last call. */
  sweep(): void {
    this.#roots.sweep();
  }

  stop(): void {
    this.#roots.stop();
  }

  #lookThrough(root: Root, known: Known): void {
    const begun = now();
    known.revision = this.#texts.revision;
    const before = new Set(known.shown.keys());
    this.#lookInto(root, known);
    // What is gone from here was not looked at: nobody is told of a node that leaves.
    for (const node of before) if (!root.contains(node)) known.shown.delete(node);
    known.lookedMs = now();
    known.costMs = known.lookedMs - begun;
  }

  #follow(known: Known, records: readonly MutationRecord[]): void {
    for (const { type, target, addedNodes } of records) {
      if (type === 'childList') for (const node of addedNodes) this.#lookInto(node, known);
      else if (type === 'characterData') this.#lookAtText(target as Text, known);
      else this.#lookAtElement(target as Element, known);
    }
  }

  #lookInto(node: Node, known: Known): void {
    if (node.nodeType === Node.TEXT_NODE) {
      this.#lookAtText(node as Text, known);
      return;
    }
    const walker = (node.ownerDocument ?? (node as Document)).createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text !== null; text = walker.nextNode()) this.#lookAtText(text as Text, known);
    if (isElement(node) && node.matches(SHOWN_SELECTOR)) this.#lookAtElement(node, known);
    if (!('querySelectorAll' in node)) return;
    for (const element of (node as ParentNode).querySelectorAll(SHOWN_SELECTOR)) this.#lookAtElement(element, known);
  }

  #lookAtText(text: Text, known: Known): void {
    note(known, text, this.#texts.findIn(text.data));
  }

  #lookAtElement(element: Element, known: Known): void {
    note(
      known,
      element,
      SHOWN_ATTRIBUTES.flatMap((name) => this.#texts.findIn(element.getAttribute(name) ?? '')),
    );
  }

  #boxes(root: Root, known: Known): Echo[] {
    const echoes: Echo[] = [];
    const document = root.ownerDocument ?? root;
    for (const [node, { key, hits }] of known.shown) {
      if (node.isConnected && node.ownerDocument === document) echoes.push({ key, boxes: this.#boxesOf(node, hits) });
      else known.shown.delete(node);
    }
    return echoes;
  }

  #boxesOf(node: Text | Element, hits: readonly Hit[]): DOMRect[] {
    // What is written in an option its list shows, closed or open.
    const element = 'data' in node ? node.parentElement : node;
    const list = element?.closest('select');
    if (list) return [list.getBoundingClientRect()];
    if (!('data' in node)) return [node.getBoundingClientRect()];
    return hits.map(({ from, to }) => {
      // Who changed the text since then is heard of before the next frame.
      this.#range.setStart(node, Math.min(from, node.length));
      this.#range.setEnd(node, Math.min(to, node.length));
      return this.#range.getBoundingClientRect();
    });
  }
}

function note(known: Known, node: Text | Element, hits: readonly Hit[]): void {
  const shown = known.shown.get(node);
  if (hits.length === 0) known.shown.delete(node);
  else if (shown === undefined) known.shown.set(node, { key: {}, hits });
  else shown.hits = hits;
}
