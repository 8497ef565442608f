import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/run.js';
import type { Inspection } from '../../../src/cli/inspect.js';
import { manifestFile } from '../../vectors/good.js';
import { manifestAround } from '../../vectors/session.js';
import { rawZip } from '../../vectors/zip.js';

const vector = (name: string): string => join(import.meta.dirname, '../../vectors', `${name}.fluxrec`);

async function fluxrec(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('fluxrec verify', () => {
  it('says that a good bundle is good', async () => {
    const out = 'Good: 7 entries, 3.0 KB. Not signed: nobody says who made it.';
    expect(await fluxrec('verify', vector('good'))).toEqual({ code: 0, out, err: '' });
  });

  it('says whose install made a signed one', async () => {
    expect((await fluxrec('verify', vector('signed'))).out).toMatch(
      /Signed by install [0-9A-Z]{4}(-[0-9A-Z]{4}){3}\.$/,
    );
    expect((await fluxrec('inspect', vector('signed'))).out).toMatch(/^By install [0-9A-Z-]{19}, as it says$/m);
    const { code, out } = await fluxrec('verify', vector('signed-manifest-changed'));
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/^signature-invalid signature: /) as string });
  });

  it('prints one line a problem, the code and the entry first', async () => {
    const { code, out } = await fluxrec('verify', vector('manifest-inconsistent'));
    expect(code).toBe(1);
    expect(out.split('\n').map((line) => line.split(':')[0])).toEqual([
      'manifest-invalid manifest.json',
      'manifest-invalid log/w1-1/00000-0000.ndjson',
      'manifest-invalid log/w1-1/00002-0000.ndjson',
    ]);
  });

  it('tells of lines that cannot be read, and calls the file good', async () => {
    const { code, out } = await fluxrec('verify', vector('bad-lines'));
    expect(code).toBe(0);
    expect(out).toContain('note log/w1-1/00000-0000.ndjson: 4 of 7 lines cannot be read');
  });

  it('fails for a file that is not there, without a trace of where it would be', async () => {
    const { code, out } = await fluxrec('verify', '/nowhere/secret-folder/a.fluxrec');
    expect(code).toBe(1);
    expect(out).toMatch(/^unreadable: /);
    expect(out).not.toContain('secret-folder');
  });

  it('fails for a folder', async () => {
    expect((await fluxrec('verify', tmpdir())).out).toMatch(/^unreadable: .*\(not a file\)$/);
  });
});

describe('fluxrec inspect', () => {
  it('shows session, sources and lanes', async () => {
    const { code, out } = await fluxrec('inspect', vector('good'));
    expect(code).toBe(0);
    expect(out).toContain('Fluxion 3.4.1 on Linux, x64, Chromium 156');
    expect(out).toContain('w1-1 (window) Fluxion');
    expect(out).toMatch(/^dom +2 +4 +461 B +\d+ B +0:01\.6 +0:07\.6$/m);
  });

  it('gives the same as JSON', async () => {
    const { code, out } = await fluxrec('inspect', vector('good'), '--json');
    expect(code).toBe(0);
    const inspection = JSON.parse(out) as Inspection;
    expect(inspection.format).toBe(1);
    expect(inspection.lanes.map(({ lane, events }) => [lane, events])).toEqual([
      ['dom', 4],
      ['log', 3],
      ['network', 1],
      ['error', 1],
      ['action', 1],
    ]);
  });

  it('shows what is left of a file whose end is lost', async () => {
    const { code, out } = await fluxrec('inspect', vector('truncated'), '--json');
    const { isSalvaged, problems } = JSON.parse(out) as Inspection;
    expect(code).toBe(0);
    expect(isSalvaged).toBe(true);
    expect(problems[0]?.code).toBe('truncated');
  });

  it('answers JSON also when the file cannot be opened', async () => {
    const { code, out } = await fluxrec('inspect', vector('not-a-zip'), '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ problems: [{ code: 'not-a-zip' }] });
  });
});

describe('what a stranger wrote', () => {
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fluxrec-cli-'));
    file = join(folder, 'hostile.fluxrec');
    const escape = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eevil\u2066';
    const head = manifestAround([], { description: `line one\nline two ${escape}` }) as { session: object };
    const session = { ...head.session, app: { name: `Flux${escape}`, version: '1' } };
    const unlisted = { name: `a${escape}b`, plain: new Uint8Array(3) };
    await writeFile(file, rawZip([manifestFile({ ...head, session }), unlisted]));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it.each([['inspect'], ['inspect', '--json'], ['verify']])('does nothing to the terminal: %s %s', async (...args) => {
    const { out } = await fluxrec(...args, file);
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u);
  });

  it('keeps its meaning in JSON', async () => {
    const { out } = await fluxrec('inspect', '--json', file);
    expect((JSON.parse(out) as Inspection).description).toContain('line two \u001b[2J');
  });
});

describe('misuse', () => {
  it.each([
    [[]],
    [['explode']],
    [['verify']],
    [['verify', 'a', 'b']],
    [['inspect', '--frob', 'a']],
    [['verify', '--json', 'a']],
  ])('is answered with the usage and exit code 2: %j', async (args) => {
    const { code, out, err } = await fluxrec(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('fluxrec inspect FILE');
  });

  it('helps', async () => {
    const { code, out } = await fluxrec('--help');
    expect(code).toBe(0);
    expect(out).toContain('Exit codes');
  });
});
