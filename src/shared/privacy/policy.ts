// What is masked, by which marks. The recorder's dom lane, its field watch and docs/privacy.md all derive from this file.

/** Marks that an app puts on its elements; each has a class of the same meaning for frameworks that drop attributes. */
export const MASK_SELECTOR = '[data-fluxrec-mask],.fluxrec-mask';
export const UNMASK_SELECTOR = '[data-fluxrec-unmask],.fluxrec-unmask';
/** Its box is kept, its content and its events are not. Our own overlay is one. */
export const BLOCK_SELECTOR = '[data-fluxrec-block],.fluxrec-block,fluxrec-overlay';
/** Elements that people type into without being form fields: their text is masked as a field's value is. */
export const EDITABLE_SELECTOR =
  '[contenteditable]:not([contenteditable="false" i]),[role="textbox" i],[role="searchbox" i]';
/** What stands for a masked value inside another text. It does not tell the length. */
export const MASK = '***';

/** Attributes that are shown or read out: inside a masked area they are masked as its text is. */
export const SHOWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'aria-placeholder',
  'aria-roledescription',
  'aria-valuetext',
  'label',
  'placeholder',
  'summary',
  'title',
]);

/** Attributes that hold what the text says once more, as every `data-` attribute may: style sheets show them, and who reads a recording does. */
const HOLDING_ATTRIBUTES: ReadonlySet<string> = new Set(['aria-valuenow', 'datetime', 'download', 'href', 'value']);
/** One word or digit in a `data-` attribute is the state of something: the layout hangs on it. */
const STATE = /^(?:[a-z][a-z-]*|\d)$/;

/** Whether an attribute may hold text that a masked area masks, without showing it by itself. */
export function mayHoldText(name: string, value: string): boolean {
  if (name.startsWith('data-')) return !STATE.test(value) && !name.startsWith('data-fluxrec-');
  return HOLDING_ATTRIBUTES.has(name);
}

/** Input types whose value is a word on a control, not something that a person wrote. */
export const UNMASKED_INPUT_TYPES: ReadonlySet<string> = new Set([
  'button',
  'checkbox',
  'image',
  'radio',
  'reset',
  'submit',
]);
/** Those of them whose value is what stands on them. */
export const LABELLED_INPUT_TYPES: ReadonlySet<string> = new Set(['button', 'reset', 'submit']);
/** Input types that are masked in their own field only: their values are settings that occur in every style sheet. */
export const OWN_FIELD_INPUT_TYPES: ReadonlySet<string> = new Set(['color', 'range']);

/**
 * `secret`: passwords, cards, one-time codes: masked wherever the characters occur.
 * `field`: anything else that a masked field holds or held: masked as whole words.
 * `text`: text of an area that the app marked as masked: likewise.
 */
export const MASKED_KINDS = ['secret', 'field', 'text'] as const;
export type MaskedKind = (typeof MASKED_KINDS)[number];

// The tokens of HTML's autofill that name something which must never be seen.
const SECRET_AUTOCOMPLETE =
  /(^|\s)(current-password|new-password|one-time-code|cc-number|cc-csc|cc-exp|cc-exp-month|cc-exp-year)(\s|$)/i;
const SECRET_NAME =
  /passw|pwd|passphrase|secret|api[-_ ]?key|(^|[-_ .[])(pin|otp|cvc|cvv|csc|iban|ssn)([-_ .\]\d]|$)|card[-_ ]?(num|no)|cc[-_ ]?(num|no)|one[-_ ]?time/i;

export interface FieldTraits {
  readonly type: string;
  readonly autocomplete: string;
  /** Its name and id, as the app wrote them. */
  readonly name: string;
  readonly id: string;
}

export function fieldKind(field: FieldTraits): MaskedKind {
  const isSecret =
    field.type === 'password' ||
    SECRET_AUTOCOMPLETE.test(field.autocomplete) ||
    (field.type !== 'hidden' && (SECRET_NAME.test(field.name) || SECRET_NAME.test(field.id)));
  return isSecret ? 'secret' : 'field';
}

/** What is shown in place of a field's value: line breaks stay for the layout, a secret's length does not. */
export function maskedFieldText(value: string, kind: MaskedKind): string {
  if (value === '') return '';
  if (kind === 'secret') return '********';
  return value.slice(0, MAX_SHOWN_MASK).replace(/[^\r\n]/g, '*');
}

/** A mask longer than this shows nothing more and costs bytes. */
const MAX_SHOWN_MASK = 2000;

/** Masked text keeps its white space, so that lines break where they did. */
export function maskedAreaText(value: string): string {
  return value.replace(/\S/g, '*');
}
