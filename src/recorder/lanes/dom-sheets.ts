import type { DomEvent } from '../../shared/session/lane.js';
import { isElement } from '../masking/fields.js';
import { replaceFunction, type Guard } from '../page.js';
import { hasLost, lostRules, mayLose, mendRules, mendText, type LostRule } from './css-sources.js';

/** What a page gives a sheet by script is kept up to so many characters; what comes later is not mended. */
const MAX_KEPT_LENGTH = 500_000;

/** Of a sheet what it was given as text, and what of it is lost in copies, once that was looked for. */
interface Given {
  readonly texts: string[];
  length: number;
  /** One after the other as they stand: not, where rules were inserted anywhere. */
  isInOrder: boolean;
  lost: LostRule[];
  /** So many of the texts were looked at. */
  seen: number;
}

export interface SheetSourcesOptions {
  readonly guard: Guard;
  readonly nodeOf: (id: number) => Node | null;
}

/** Mends style sheets in rrweb's events: rrweb copies what browsers tell of a rule, which is not all (css-sources.ts). */
export class SheetSources {
  readonly #options: SheetSourcesOptions;
  readonly #given = new WeakMap<CSSStyleSheet, Given>();
  /** Of style elements, by the text that they had then. */
  readonly #inElements = new WeakMap<Element, { readonly text: string; readonly lost: readonly LostRule[] }>();

  constructor(options: SheetSourcesOptions) {
    this.#options = options;
  }

  /** Hears what scripts give to sheets. Before rrweb begins, so that the page's first sheets are known. */
  start(): () => void {
    const { guard } = this.#options;
    const note = guard((sheet: unknown, text: unknown, isWhole: boolean) => {
      if (sheet instanceof CSSStyleSheet && typeof text === 'string') this.#note(sheet, text, isWhole);
    });
    const stops = (['replace', 'replaceSync', 'insertRule'] as const).map((name) =>
      replaceFunction(CSSStyleSheet.prototype, name, {
        call(target, self, args) {
          const result: unknown = Reflect.apply(target, self, args);
          note(self, args[0], name !== 'insertRule');
          return result;
        },
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Of an element in a snapshot, or that was added. */
  noteElement(id: number, tagName: string, attributes: Record<string, unknown>): void {
    const css = attributes['_cssText'];
    if (tagName !== 'style' || typeof css !== 'string' || !hasLost(css)) return;
    const element = this.#options.nodeOf(id);
    if (!isElement(element)) return;
    const own = this.#lostIn(element);
    const given = this.#givenTo((element as HTMLStyleElement).sheet);
    attributes['_cssText'] = mendText(css, [...own, ...given.lost], given.lost.length === 0);
  }

  /** Of an event of rrweb's that tells adopted style sheets. */
  noteAdopted(data: DomEvent['data']): void {
    const { id, styleIds, styles } = data as {
      id: number;
      styleIds: readonly number[];
      styles?: readonly { readonly styleId: number; readonly rules: readonly { rule: string }[] }[];
    };
    if (styles === undefined) return;
    const node = this.#options.nodeOf(id);
    const root = isElement(node) ? node.shadowRoot : (node as Document | null);
    for (const { styleId, rules } of styles) {
      if (!rules.some(({ rule }) => hasLost(rule))) continue;
      const { lost, isInOrder } = this.#givenTo(root?.adoptedStyleSheets[styleIds.indexOf(styleId)] ?? null);
      mendRules(rules, lost, isInOrder);
    }
  }

  #note(sheet: CSSStyleSheet, text: string, isWhole: boolean): void {
    if (isWhole) this.#given.delete(sheet);
    if (!mayLose(text)) return;
    const given = this.#given.get(sheet) ?? { texts: [], length: 0, isInOrder: true, lost: [], seen: 0 };
    this.#given.set(sheet, given);
    given.length += text.length;
    if (given.length > MAX_KEPT_LENGTH) return;
    given.texts.push(text);
    given.isInOrder &&= isWhole;
  }

  #givenTo(sheet: CSSStyleSheet | null): { readonly lost: readonly LostRule[]; readonly isInOrder: boolean } {
    const given = sheet === null ? undefined : this.#given.get(sheet);
    if (given === undefined) return { lost: [], isInOrder: true };
    for (const text of given.texts.slice(given.seen)) given.lost.push(...lostRules(text));
    given.seen = given.texts.length;
    return given;
  }

  #lostIn(element: Element): readonly LostRule[] {
    const text = element.textContent.slice(0, MAX_KEPT_LENGTH);
    const known = this.#inElements.get(element);
    if (known?.text === text) return known.lost;
    const lost = lostRules(text);
    this.#inElements.set(element, { text, lost });
    return lost;
  }
}
