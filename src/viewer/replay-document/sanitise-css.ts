import { markFocusIn } from './focus-css.js';

// A recording's CSS is a stranger's. The replay document's policy already blocks every fetch; this takes the addresses out
// before a style sheet is built, so that nothing depends on one wall alone and the console stays readable.

/** Without any of these a style sheet cannot name another resource. A backslash may spell any of them. */
const MAY_FETCH = /url|image|import|src|element|\\/i;
const SAFE_URL = /^\s*(#|data:(image|font)\/|data:application\/(x-)?font)/i;
/** What stands in place of an address: it fails to decode at once and fetches nothing. */
const NO_URL = 'url("data:,")';
/** Functions that take addresses as plain strings. */
const STRING_FETCHERS = new Set(['image', 'image-set', '-webkit-image-set', 'src', 'cross-fade', '-webkit-cross-fade']);

/**
 * Style sheet, declarations or one value without addresses other than `data:` pictures and fonts and `#fragments`, and
 * without `@import`. Comments stay: rrweb marks with them where a style element's text nodes end.
 */
export function sanitiseCss(css: string): string {
  if (!MAY_FETCH.test(css)) return css;
  return new CssSanitiser(css).run();
}

/** The same of a whole style sheet or rule, in which the focus is a mark: see focus-css.ts. */
export function sanitiseSheet(css: string): string {
  return sanitiseCss(markFocusIn(css));
}

class CssSanitiser {
  readonly #css: string;
  #at = 0;
  #out = '';
  /** For each open parenthesis: whether strings in it are addresses. */
  readonly #fetching: boolean[] = [];

  constructor(css: string) {
    // As CSS Syntax 3, 3.3 reads its input: so that one line end is one character here.
    this.#css = css.replace(/\r\n?|\f/g, '\n');
  }

  run(): string {
    while (this.#at < this.#css.length) this.#token();
    return this.#out;
  }

  #token(): void {
    const css = this.#css;
    const char = css.charAt(this.#at);
    if (char === '/' && css.charAt(this.#at + 1) === '*') {
      const end = css.indexOf('*/', this.#at + 2);
      this.#copyTo(end === -1 ? css.length : end + 2);
    } else if (char === '"' || char === "'") {
      const from = this.#at;
      const text = this.#skipString();
      const isAddress = this.#fetching.at(-1) === true && !SAFE_URL.test(text);
      this.#out += isAddress ? '"data:,"' : css.slice(from, this.#at);
    } else if (char === '@') {
      const from = this.#at;
      this.#at += 1;
      if (this.#skipName().toLowerCase() === 'import') this.#skipStatement();
      else this.#out += css.slice(from, this.#at);
    } else if (isNameStart(char)) {
      this.#nameOrFunction();
    } else {
      if (char === '(') this.#fetching.push(this.#fetching.at(-1) ?? false);
      else if (char === ')') this.#fetching.pop();
      this.#copyTo(this.#at + 1);
    }
  }

  #nameOrFunction(): void {
    const css = this.#css;
    const from = this.#at;
    const name = this.#skipName().toLowerCase();
    if (css.charAt(this.#at) !== '(') {
      this.#out += css.slice(from, this.#at);
      return;
    }
    this.#at += 1;
    if (name === 'url' || name === 'url-prefix') {
      const url = this.#skipUrl();
      this.#out += SAFE_URL.test(url) ? css.slice(from, this.#at) : NO_URL;
      return;
    }
    this.#fetching.push(STRING_FETCHERS.has(name) || (this.#fetching.at(-1) ?? false));
    this.#out += css.slice(from, this.#at);
  }

  /** Reads what is between `url(` and its end, decoded. */
  #skipUrl(): string {
    const css = this.#css;
    while (/\s/.test(css.charAt(this.#at))) this.#at += 1;
    const quote = css.charAt(this.#at);
    let url = '';
    if (quote === '"' || quote === "'") url = this.#skipString();
    while (this.#at < css.length && css.charAt(this.#at) !== ')') {
      url += css.charAt(this.#at) === '\\' ? this.#skipEscape() : css.charAt(this.#at++);
    }
    this.#at = Math.min(this.#at + 1, css.length);
    return url;
  }

  /** Reads a string with its quotes, decoded. A line end that is not escaped ends it, as in CSS. */
  #skipString(): string {
    const css = this.#css;
    const quote = css.charAt(this.#at);
    let text = '';
    this.#at += 1;
    while (this.#at < css.length) {
      const char = css.charAt(this.#at);
      if (char === '\n') return text;
      if (char === '\\') {
        text += this.#skipEscape();
        continue;
      }
      this.#at += 1;
      if (char === quote) return text;
      text += char;
    }
    return text;
  }

  #skipName(): string {
    const css = this.#css;
    let name = '';
    while (this.#at < css.length) {
      const char = css.charAt(this.#at);
      if (char === '\\') name += this.#skipEscape();
      else if (isNameStart(char) || (char >= '0' && char <= '9')) {
        name += char;
        this.#at += 1;
      } else break;
    }
    return name;
  }

  /** Reads `\` and what it stands for (CSS Syntax 3, 4.3.7). */
  #skipEscape(): string {
    const css = this.#css;
    const hex = /^[0-9a-f]{1,6}/i.exec(css.slice(this.#at + 1, this.#at + 7))?.[0];
    if (hex === undefined) {
      const escaped = css.charAt(this.#at + 1);
      this.#at = Math.min(this.#at + 2, css.length);
      return escaped === '\n' ? '' : escaped;
    }
    this.#at += 1 + hex.length;
    if (/\s/.test(css.charAt(this.#at))) this.#at += 1;
    const code = Number.parseInt(hex, 16);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  }

  /** To the end of an at-rule without a block. */
  #skipStatement(): void {
    const css = this.#css;
    while (this.#at < css.length) {
      const char = css.charAt(this.#at);
      if (char === '"' || char === "'") {
        this.#skipString();
        continue;
      }
      if (char === '}') return;
      this.#at += char === '\\' ? 2 : 1;
      if (char === ';') return;
    }
  }

  #copyTo(end: number): void {
    this.#out += this.#css.slice(this.#at, end);
    this.#at = end;
  }
}

function isNameStart(char: string): boolean {
  return /[a-z_\\-]/i.test(char) || char > '\u007f';
}
