import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  CHUNK_BYTES,
  CommandOutput,
  MAX_OUTPUT_BYTES,
  MAX_OUTPUT_LINES,
} from '../../../../../src/main/services/commands/output.js';
import { MAX_LINE_LENGTH, outputRedaction } from '../../../../../src/main/services/commands/output-redaction.js';

const asIs = (line: string): string => line;

function anOutput(more: Partial<ConstructorParameters<typeof CommandOutput>[0]> = {}): {
  output: CommandOutput;
  chunks: string[];
} {
  const chunks: string[] = [];
  const output = new CommandOutput({
    redact: asIs,
    onChunk: (text) => {
      chunks.push(text);
      return Promise.resolve();
    },
    ...more,
  });
  return { output, chunks };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('output', () => {
  it('comes in pieces whose whole the hash is of', async () => {
    const { output, chunks } = anOutput();
    for (let line = 0; line < 3000; line += 1) output.write(`line ${line} äöü`);
    const hash = await output.end();
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.every((chunk) => Buffer.byteLength(chunk) <= CHUNK_BYTES)).toBe(true);
    expect(hash).toBe(sha256(chunks.join('')));
    expect(output.lines).toBe(3000);
    expect(output.bytes).toBe(Buffer.byteLength(chunks.join('')));
    expect(output.isTruncated).toBe(false);
  });

  it('is bounded in bytes and in lines, and says so', async () => {
    const large = anOutput();
    for (let line = 0; line < 2000; line += 1) large.output.write('x'.repeat(1000));
    await large.output.end();
    expect(large.output.bytes).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
    expect(large.output.isTruncated).toBe(true);

    const many = anOutput();
    many.output.write('y\n'.repeat(MAX_OUTPUT_LINES + 5));
    await many.output.end();
    expect(many.output.lines).toBe(MAX_OUTPUT_LINES);
    expect(many.output.isTruncated).toBe(true);
    expect(many.chunks.join('').split('\n')).toHaveLength(MAX_OUTPUT_LINES + 1);
  });

  it('cuts a line that is data', async () => {
    const { output, chunks } = anOutput();
    output.write('z'.repeat(100_000));
    await output.end();
    expect(chunks.join('')).toBe(`${'z'.repeat(MAX_LINE_LENGTH)}…\n`);
  });

  it('comes while the command is still talking', async () => {
    const { output, chunks } = anOutput();
    output.write('first');
    await expect.poll(() => chunks).toEqual(['first\n']);
    output.write('second');
    await output.flush();
    expect(chunks).toEqual(['first\n', 'second\n']);
  });

  it('leaves out what is said after the end', async () => {
    const { output, chunks } = anOutput();
    output.write('in time');
    const hash = await output.end();
    output.write('too late');
    await output.flush();
    expect(chunks).toEqual(['in time\n']);
    expect(hash).toBe(sha256('in time\n'));
  });

  it('goes on after a restart: the hash is of what both runs gave', async () => {
    const { output } = anOutput({ before: ['one\n', 'two\n'] });
    output.write('three');
    expect(await output.end()).toBe(sha256('one\ntwo\nthree\n'));
    expect(output.lines).toBe(3);
  });

  it('that cannot be given on tells why, and gives nothing more', async () => {
    const given: string[] = [];
    const { output } = anOutput({
      onChunk: (text) => {
        given.push(text);
        return Promise.reject(new Error('full'));
      },
    });
    output.write('a');
    await expect(output.flush()).rejects.toThrow('full');
    output.write('b');
    await output.end();
    expect(output.failure).toEqual(new Error('full'));
    expect(given).toEqual(['a\n']);
  });
});

describe('the host’s redaction', () => {
  const redact = outputRedaction((text) => text.replaceAll('hunter2', '***'), 'C:\\Users\\grace');

  it('takes out the home folder, also as JSON has it, and what fields were masked', () => {
    expect(redact('at C:\\Users\\grace\\app.js')).toBe('at ~\\app.js');
    expect(redact('{"path":"C:\\\\Users\\\\grace\\\\app.js"}')).toBe('{"path":"~\\\\app.js"}');
    expect(redact('typed hunter2 here')).toBe('typed *** here');
  });

  it('takes out what acts on a terminal', () => {
    expect(redact('\u001b[31mred\u001b[0m \u001b]0;title\u0007bell\u0007 a\u0000b\tc')).toBe('red bell ab\tc');
  });

  it('keeps a key out that spans lines', () => {
    const fresh = outputRedaction(asIs, '/home/grace');
    const lines = ['-----BEGIN PRIVATE KEY-----', 'MIIE', '-----END PRIVATE KEY-----', 'after'];
    expect(lines.map((line) => fresh(line))).toEqual(['***', undefined, undefined, 'after']);
  });
});
