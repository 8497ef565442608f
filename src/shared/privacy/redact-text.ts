import { MASK } from './policy.js';
import { redactUrl } from './redact-url.js';

// Free text that is about to leave the machine: credentials that can be told by their form, whoever wrote them. What
// people typed into masked fields is the scrubber's.

const URLS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>`]+/gi;
const BEARER = /\b(bearer|basic|negotiate|digest)(\s+)[\w.~+/=-]{8,}/gi;
/** Header, payload, signature: three parts in base64url, the first of which begins `{"`. */
const JWT = /\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g;
/** The prefixes under which well-known services hand out keys. */
const ISSUED_KEY =
  /\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abpors]-[\w-]{10,}|sk-[\w-]{20,}|AIza[\w-]{30,}|npm_\w{30,}|AGE-SECRET-KEY-1[A-Z0-9]{20,})/g;
/** `password: …`, `"apiKey":"…"`, `PGPASSWORD=…`; the name may have more before it, and its value may be quoted. */
const NAMED_SECRET =
  /((?:passw(?:or)?d|passphrase|pwd|secret|token|api[-_ ]?key|private[-_ ]?key|access[-_ ]?key|authorization|set-cookie|cookie|session[-_]?id|credentials?)\\?["']?\s{0,3}[:=]\s{0,3})(\\?"[^"]*"|'[^']*'|[^\s,;&"'}\])]+)/gi;
const COOKIE_LINE = /\b((?:set-)?cookie\s{0,3}:\s{0,3})\S.*$/gi;

/** One line without what it should not tell. A key block that spans lines is `KeyBlocks`'. */
export function redactLine(line: string): string {
  return line
    .replace(URLS, (url) => redactUrl(url))
    .replace(COOKIE_LINE, `$1${MASK}`)
    .replace(BEARER, `$1$2${MASK}`)
    .replace(JWT, MASK)
    .replace(ISSUED_KEY, MASK)
    .replace(NAMED_SECRET, `$1${MASK}`);
}

/** Private keys in PEM are many lines, of which only the first and the last can be told by their form. */
export class KeyBlocks {
  #isInside = false;

  /** The line, or a mark in place of a block's first one; undefined for its others. */
  line(line: string): string | undefined {
    if (this.#isInside) {
      if (/-----END [A-Z ]*PRIVATE KEY-----/.test(line)) this.#isInside = false;
      return undefined;
    }
    const begin = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.exec(line);
    if (begin === null) return line;
    this.#isInside = !/-----END [A-Z ]*PRIVATE KEY-----/.test(line.slice(begin.index));
    return `${line.slice(0, begin.index)}${MASK}`;
  }
}
