import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearCacheCommand } from '../../../../../../src/main/services/commands/built-in/clear-cache.js';
import { codeOf, runWith } from '../running.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fluxrec-cache-'));
  await mkdir(join(dir, 'tiles', 'deep'), { recursive: true });
  await writeFile(join(dir, 'tiles', 'a'), 'x'.repeat(1500));
  await writeFile(join(dir, 'tiles', 'deep', 'b'), 'y'.repeat(500));
  await mkdir(join(dir, 'precious'));
  await writeFile(join(dir, 'precious', 'c'), 'z');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

describe('clearing caches', () => {
  it('empties what was chosen, keeps the folder, and measures before and after', async () => {
    const command = clearCacheCommand([
      { name: 'Map tiles', folder: join(dir, 'tiles') },
      { name: 'Precious', folder: join(dir, 'precious') },
    ]);
    const { lines, end } = await runWith(command, { caches: ['Map tiles'] });
    expect(lines).toEqual(['Map tiles: 2.0 KB in 2 files before, 0 bytes in 0 files after (2000 to 0 bytes).']);
    expect(end.summary).toBe('freed 2.0 KB');
    expect(await readdir(join(dir, 'tiles'))).toEqual([]);
    expect(await readdir(join(dir, 'precious'))).toEqual(['c']);
  });

  it('does not follow links', async () => {
    await symlink(join(dir, 'precious'), join(dir, 'tiles', 'link'));
    const { lines } = await runWith(clearCacheCommand([{ name: 'T', folder: join(dir, 'tiles') }]), {});
    expect(lines[0]).toContain('in 3 files before');
    expect(await readdir(join(dir, 'tiles'))).toEqual([]);
    expect(await readdir(join(dir, 'precious'))).toEqual(['c']);
  });

  it('refuses a folder that was replaced by a link', async () => {
    await symlink(join(dir, 'precious'), join(dir, 'linked'));
    const command = clearCacheCommand([{ name: 'L', folder: join(dir, 'linked') }]);
    expect(codeOf(await runWith(command, {}).catch((error: unknown) => error))).toBe('cache-folder');
    expect(await readdir(join(dir, 'precious'))).toEqual(['c']);
  });

  it('tells what it would delete without deleting it', async () => {
    const command = clearCacheCommand([{ name: 'T', folder: join(dir, 'tiles') }]);
    expect(await command.dryRun?.({ caches: ['T'] }, new AbortController().signal)).toEqual([
      'T: 2.0 KB in 2 files would be deleted.',
    ]);
    expect(await readdir(join(dir, 'tiles'))).toHaveLength(2);
  });

  it('knows caches that are no folders, and folders that are not there', async () => {
    let bytes = 4096;
    const command = clearCacheCommand([
      {
        name: 'Session cache',
        measure: () => Promise.resolve(bytes),
        clear: () => {
          bytes = 96;
          return Promise.resolve();
        },
      },
      { name: 'Gone', folder: join(dir, 'gone') },
    ]);
    const { lines, end } = await runWith(command, {});
    expect(lines).toEqual([
      'Session cache: 4.0 KB before, 96 bytes after (4096 to 96 bytes).',
      'Gone: 0 bytes in 0 files before, 0 bytes in 0 files after (0 to 0 bytes).',
    ]);
    expect(end.summary).toBe('freed 3.9 KB');
  });

  it.each(['/', '/etc', homedir(), 'relative/cache'])('takes no %s for a cache', (folder) => {
    expect(() => clearCacheCommand([{ name: 'x', folder }])).toThrow(expect.objectContaining({ code: 'cache-folder' }));
  });
});
