import { MIN_SECRET_LENGTH } from './masked-values.js';
import type { MaskedKind } from './policy.js';

/** One spelling of a masked value, as it is looked for: folded to one case. */
export interface Needle {
  readonly text: string;
  /** Found inside a word too. Otherwise it must stand alone. */
  readonly anywhere: boolean;
  /** A plain word or a small number: in style sheets and class names it is the page's own vocabulary, not a copy. */
  readonly isVocabulary: boolean;
}

/** A value that is no plain word and this long is no accident inside another word; any value is not at the second length. */
const UNMISTAKABLE_LENGTH = 8;
const UNMISTAKABLE_WORD_LENGTH = 14;

function foldUnit(unit: string): string {
  const lower = unit.toLowerCase();
  return lower.length === unit.length ? lower : unit;
}

/** Lower case, with the length kept, so that a place in the folded text is a place in the text. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  // A few capitals become two characters (İ): those texts go letter by letter.
  return lower.length === text.length ? lower : Array.from(text, foldUnit).join('');
}

const HTML_NAMES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => HTML_NAMES[sign] ?? sign);
}

function encodeUrl(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text; // A lone surrogate has no URL encoding.
  }
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Digits as people and apps group them: 4111111111111111, 4111 1111 1111 1111, 4111-1111-1111-1111. */
function digitGroupings(value: string): string[] {
  if (!/^[\d\s./-]+$/.test(value)) return [];
  const digits = value.replace(/\D/g, '');
  if (digits.length < 8) return [];
  const groups = digits.match(/.{1,4}/g) ?? [];
  return [digits, groups.join(' '), groups.join('-')];
}

function spellings(value: string, kind: MaskedKind): Set<string> {
  const all = new Set<string>();
  for (const plain of [value, ...(kind === 'secret' ? digitGroupings(value) : [])]) {
    for (const form of [plain, plain.normalize('NFC'), plain.normalize('NFD')]) {
      const url = encodeUrl(form);
      // As forms and URLSearchParams write it.
      const strictUrl = url.replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
      const html = escapeHtml(form);
      const json = escapeJson(form);
      // The second JSON form is JSON inside a JSON string, as a logged request body is.
      for (const spelling of [
        form,
        form.replace(/\s+/g, ' '),
        form.replaceAll(' ', '%20'),
        form.replaceAll(' ', '%20').replaceAll("'", '%27'),
        url,
        url.replaceAll('%20', '+'),
        url.replace(/%(?:2C|2F|3A|3B|3F|40|24|26|2B|3D|23)/g, (code) => decodeURIComponent(code)),
        strictUrl,
        strictUrl.replaceAll('%20', '+'),
        html,
        html.replaceAll('&#39;', '&#x27;'),
        html.replaceAll('&#39;', '&apos;'),
        html.replaceAll('&#39;', "'"),
        html.replaceAll('&#39;', "'").replaceAll('&quot;', '"'),
        json,
        escapeJson(json),
      ]) {
        all.add(fold(spelling));
      }
    }
  }
  return all;
}

/** Every spelling under which a masked value is looked for: as it is, and URL-encoded, HTML-escaped, JSON-escaped. */
export function needlesOf(value: string, kind: MaskedKind): Needle[] {
  const isWord = /^[\p{L}\p{M}-]+$/u.test(value);
  const anywhere =
    kind === 'secret' || value.length >= UNMISTAKABLE_WORD_LENGTH || (!isWord && value.length >= UNMISTAKABLE_LENGTH);
  const isVocabulary = (kind !== 'secret' && /^[a-z][a-z-]*$/.test(value)) || /^\d{1,5}$/.test(value);
  return [...spellings(value, kind)]
    .filter((text) => text.length >= MIN_SECRET_LENGTH)
    .map((text) => ({ text, anywhere, isVocabulary }));
}
