import { BLOCK_SELECTOR, EDITABLE_SELECTOR, MASK_SELECTOR, UNMASK_SELECTOR } from '../../shared/privacy/policy.js';

/** Selectors of the app's own, beside the marks on its elements. */
export interface MaskOptions {
  /** Elements whose text is masked, with all they contain. */
  readonly mask?: string;
  /** Fields and areas that are shown as they are. Passwords, cards and one-time codes stay masked. */
  readonly unmask?: string;
  /** Elements of which only the box is kept. */
  readonly block?: string;
}

/** One set for the document: rrweb, too, is there once. */
export const selectors = {
  mask: MASK_SELECTOR,
  unmask: UNMASK_SELECTOR,
  block: BLOCK_SELECTOR,
  /** Whose text is masked where it stands, and what ends such an area. */
  maskedText: `${MASK_SELECTOR},${EDITABLE_SELECTOR}`,
};

function isValid(selector: string): boolean {
  try {
    document.createDocumentFragment().querySelector(selector);
    return true;
  } catch {
    return false;
  }
}

/** The app's part of them, with the comma before it. */
const added = { mask: '', unmask: '', block: '' };

/** Whether the app gave any of its own. */
export function hasSelectorsOfApp(): boolean {
  return Object.values(added).some((selector) => selector !== '');
}

/** Takes the app's selectors. Answers those that are none: what an app meant to mask it must hear about. */
export function useSelectors(options: MaskOptions): string[] {
  const given = (['mask', 'unmask', 'block'] as const).flatMap((name) => {
    const selector = options[name];
    return selector === undefined ? [] : [{ name, selector }];
  });
  for (const { name, selector } of given) if (isValid(selector)) added[name] += `,${selector}`;
  selectors.mask = MASK_SELECTOR + added.mask;
  selectors.unmask = UNMASK_SELECTOR + added.unmask;
  selectors.block = BLOCK_SELECTOR + added.block;
  selectors.maskedText = `${selectors.mask},${EDITABLE_SELECTOR}`;
  return given.filter(({ selector }) => !isValid(selector)).map(({ selector }) => selector);
}

const MARK_ATTRIBUTES = ['data-fluxrec-mask', 'data-fluxrec-unmask', 'data-fluxrec-block'];
const MARK_CLASS = 'fluxrec-';

/** Whether a change of attributes may mark an element, or take its mark away. What the app's own selectors look at nobody knows. */
export function isMarking(attributes: Readonly<Record<string, unknown>>): 'attribute' | 'class' | undefined {
  for (const name of MARK_ATTRIBUTES) if (name in attributes) return 'attribute';
  const { class: names } = attributes;
  return typeof names === 'string' && names.includes(MARK_CLASS) ? 'class' : undefined;
}

/**
 * What rrweb is given. It asks for every text that changes, up to the root: as few and as simple selectors as can be. It
 * knows the classes by itself, and what these take in too much its callback lets pass.
 */
export const rrwebSelectors = {
  get block(): string {
    return `[data-fluxrec-block],fluxrec-overlay${added.block}`;
  },
  get maskedText(): string {
    // A text area that was emptied still has its first text as children.
    return `[data-fluxrec-mask],[contenteditable],[role="textbox" i],[role="searchbox" i],textarea${added.mask}`;
  },
};
