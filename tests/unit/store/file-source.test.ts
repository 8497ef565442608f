import { mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRange } from '../../../src/shared/bundle/byte-source.js';
import { openFileSource } from '../../../src/store/file-source.js';

describe('a file as a source', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fluxrec-source-'));
    path = join(folder, 'a.fluxrec');
    await writeFile(
      path,
      Uint8Array.from({ length: 1000 }, (_, i) => i & 0xff),
    );
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('is read by range', async () => {
    const source = await openFileSource(path);
    expect(source.size).toBe(1000);
    expect(await source.read(250, 8)).toEqual(Uint8Array.of(250, 251, 252, 253, 254, 255, 0, 1));
    await source.close();
  });

  it('stays the same file when another takes its name', async () => {
    const source = await openFileSource(path);
    await writeFile(`${path}.new`, new Uint8Array(1000));
    await rename(`${path}.new`, path);
    expect(await source.read(7, 1)).toEqual(Uint8Array.of(7));
    await source.close();
  });

  it('that shrinks under the reader is truncated', async () => {
    const source = await openFileSource(path);
    await truncate(path, 500);
    await expect(readRange(source, 400, 200)).rejects.toMatchObject({ code: 'truncated' });
    await source.close();
  });

  it('that is not there, or is a folder, is unreadable', async () => {
    await expect(openFileSource(join(folder, 'b'))).rejects.toMatchObject({ code: 'unreadable', detail: 'ENOENT' });
    await expect(openFileSource(folder)).rejects.toMatchObject({ code: 'unreadable' });
  });
});
