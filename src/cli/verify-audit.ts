import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditVerifier } from '../shared/crypto/audit-chain.js';
import { CliError } from './cli-error.js';
import type { Verdict } from './verify.js';

/** A file of the audit log, or the folder with all of them, which then must follow one another. Rejects with a CliError. */
export async function verifyAudit(paths: readonly string[]): Promise<Verdict> {
  const verifier = new AuditVerifier();
  let files: string[];
  try {
    files = (await Promise.all(paths.map(filesOf))).flat();
    for (const file of files) for await (const chunk of createReadStream(file)) verifier.push(chunk as Buffer);
  } catch (cause) {
    throw new CliError(
      'unreadable',
      'The audit log could not be read. Check that it is there and that you may read it.',
      {
        cause,
      },
    );
  }
  const { records, firstNumber, lastNumber, problems, more } = verifier.end();
  if (problems.length > 0) {
    const lines = problems.map(({ line, code, message }) => `line ${line}: ${code}: ${message}`);
    return { isGood: false, lines: more === 0 ? lines : [...lines, `${more} further problems are not listed.`] };
  }
  if (firstNumber === undefined) return { isGood: true, lines: ['Good: an empty log.'] };
  const what = records === 1 ? '1 record' : `${records} records`;
  // What was cut off the end leaves no trace: the reader compares the last number with what is known.
  return { isGood: true, lines: [`Good: ${what}, number ${firstNumber} to ${lastNumber ?? firstNumber}.`] };
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.jsonl')).sort();
  return names.map((name) => join(path, name));
}
