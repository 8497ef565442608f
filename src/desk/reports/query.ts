import { parseReceiptCode } from '../../shared/report/receipt-code.js';
import type { ReportHead } from '../../shared/report/report.js';

/** Compared without case, accents' spelling or width: `Ü` as one character or two, full-width letters. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** A code or a piece of one, as it may be typed after hearing it. */
function codeForm(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[\s\u2010-\u2015._-]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
}

/** What can be found in a report, made once and kept. */
export class Haystack {
  readonly #text: string;
  readonly #code: string;

  constructor(head: ReportHead) {
    this.#text = fold([head.description, head.app.name, head.app.version, head.session, head.id].join('\n'));
    this.#code = codeForm(head.receiptCode);
  }

  matches(query: Query): boolean {
    if (query.code !== undefined && this.#code.includes(query.code)) return true;
    return query.words.length > 0 && query.words.every((word) => this.#text.includes(word));
  }
}

export interface Query {
  /** Every one of them must be in the report. */
  readonly words: readonly string[];
  /** The query as a piece of a receipt code, of at least three characters. */
  readonly code: string | undefined;
  /** The query is a whole receipt code with a right check character: it names one report, which may still be arriving. */
  readonly isWholeCode: boolean;
}

/** Undefined: everything matches. */
export function parseQuery(typed: string): Query | undefined {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return undefined;
  const code = codeForm(typed);
  return {
    words,
    code: /^[0-9A-HJKMNP-TV-Z]{3,11}$/.test(code) ? code : undefined,
    isWholeCode: parseReceiptCode(typed) !== undefined,
  };
}
