import { sha256 } from '@noble/hashes/sha2.js';
import * as v from 'valibot';
import { toHex } from '../bundle/sha256.js';

// The audit log: JSON lines, each with the hash of the one before it. See docs/letters.md, "The audit log".
//   {"number":7,"atMs":1795424400000,"kind":"letter-received","body":{…},"previous":"<hash of line 6>","hash":"<hash>"}
// A line's hash is the SHA-256 of its bytes before `,"hash":"`, so that every byte of it counts.

/** The proposal of a command with a reason of 10,000 characters, each escaped, and the rest. */
export const MAX_AUDIT_LINE_BYTES = 256 * 1024;
/** What the first record of all names as the hash before it. */
export const NO_HASH = '0'.repeat(64);

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const recordSchema = v.strictObject({
  number: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  atMs: v.pipe(v.number(), v.finite()),
  kind: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/)),
  body: v.record(v.string(), v.unknown()),
  previous: hash,
  hash,
});
export type AuditRecord = v.InferOutput<typeof recordSchema>;

const SEPARATOR = ',"hash":"';
/** The separator, 64 digits, `"}`. */
const TAIL_LENGTH = SEPARATOR.length + 66;

/** The line of a record, with its end. */
export function auditLine(record: Omit<AuditRecord, 'hash'>): { line: string; record: AuditRecord } {
  const { number, atMs, kind, body, previous } = record;
  const head = JSON.stringify({ number, atMs, kind, body, previous }).slice(0, -1);
  const own = hashOf(head);
  const line = `${head}${SEPARATOR}${own}"}\n`;
  if (new TextEncoder().encode(line).length > MAX_AUDIT_LINE_BYTES)
    throw new RangeError('The audit record is too long.');
  return { line, record: { number, atMs, kind, body, previous, hash: own } };
}

/** A line (without its end) as a record, and whether its hash fits; undefined: it is no record. */
export function parseAuditLine(line: string): { record: AuditRecord; isIntact: boolean } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(recordSchema, value);
  if (!parsed.success) return undefined;
  const head = line.slice(0, -TAIL_LENGTH);
  const isIntact = line === `${head}${SEPARATOR}${parsed.output.hash}"}` && hashOf(head) === parsed.output.hash;
  return { record: parsed.output, isIntact };
}

function hashOf(head: string): string {
  return toHex(sha256(new TextEncoder().encode(head)));
}

/**
 * `not-a-record`: no line of an audit log. `changed`: its bytes do not fit its hash. `out-of-order`: its number does not follow.
 * `broken-chain`: the line before is not the one that it was written after. `cut`: the last line has no end.
 */
export type AuditProblemCode = 'not-a-record' | 'changed' | 'out-of-order' | 'broken-chain' | 'cut';

export interface AuditProblem {
  /** From 1, over all files in their order. */
  readonly line: number;
  readonly code: AuditProblemCode;
  readonly message: string;
}

export interface AuditVerdict {
  readonly records: number;
  /** Of the first record that is there; older ones may have been rotated away. */
  readonly firstNumber: number | undefined;
  readonly lastNumber: number | undefined;
  readonly problems: readonly AuditProblem[];
  /** Further problems that are not listed. */
  readonly more: number;
}

const MAX_PROBLEMS = 1000;

/** Reads an audit log piece by piece and finds every line that is not as it was written. */
export class AuditVerifier {
  readonly #problems: AuditProblem[] = [];
  #more = 0;
  #line = 0;
  #records = 0;
  #firstNumber: number | undefined;
  #last: AuditRecord | undefined;
  /** What came before is not what it was: the next line has nothing to be held against. */
  #isLost = false;
  #rest = new Uint8Array(0);
  /** The rest is the end of a line that is too long to be kept. */
  #isSkipping = false;

  push(bytes: Uint8Array): void {
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      this.#endLine(bytes.subarray(from, end));
      from = end + 1;
    }
    this.#keep(bytes.subarray(from));
  }

  /** Ends the log. */
  end(): AuditVerdict {
    if (this.#rest.length > 0 || this.#isSkipping) {
      this.#line += 1;
      this.#tell('cut', 'The line has no end: it was cut off.');
    }
    return {
      records: this.#records,
      firstNumber: this.#firstNumber,
      lastNumber: this.#last?.number,
      problems: this.#problems,
      more: this.#more,
    };
  }

  #keep(bytes: Uint8Array): void {
    if (this.#isSkipping || bytes.length === 0) return;
    const joined = new Uint8Array(this.#rest.length + bytes.length);
    joined.set(this.#rest);
    joined.set(bytes, this.#rest.length);
    this.#isSkipping = joined.length > MAX_AUDIT_LINE_BYTES;
    this.#rest = this.#isSkipping ? new Uint8Array(0) : joined;
  }

  #endLine(bytes: Uint8Array): void {
    this.#line += 1;
    this.#keep(bytes);
    const [line, isTooLong] = [this.#rest, this.#isSkipping];
    this.#rest = new Uint8Array(0);
    this.#isSkipping = false;
    const text = isTooLong ? undefined : decode(line);
    const parsed = text === undefined ? undefined : parseAuditLine(text);
    if (parsed === undefined) {
      this.#tell('not-a-record', 'The line is not an audit record: it was changed, or put there.');
      this.#isLost = true;
      return;
    }
    this.#check(parsed);
  }

  #check({ record, isIntact }: { record: AuditRecord; isIntact: boolean }): void {
    const last = this.#last;
    this.#records += 1;
    this.#firstNumber ??= record.number;
    if (!isIntact) {
      this.#tell('changed', 'The line was changed after it was written: its hash does not fit.');
    } else if (!this.#isLost && last !== undefined && record.number !== last.number + 1) {
      this.#tell(
        'out-of-order',
        `Record ${record.number} follows record ${last.number}: lines were taken out or moved.`,
      );
    } else if (!this.#isLost && last !== undefined && record.previous !== last.hash) {
      this.#tell(
        'broken-chain',
        'The line was written after another line than the one before it: that one was replaced.',
      );
    } else if (last === undefined && !this.#isLost && record.number === 1 && record.previous !== NO_HASH) {
      this.#tell('broken-chain', 'The first record says that there was one before it.');
    }
    this.#last = record;
    this.#isLost = !isIntact;
  }

  #tell(code: AuditProblemCode, message: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ line: this.#line, code, message });
    else this.#more += 1;
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
