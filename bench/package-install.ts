import { lstat, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { root } from '../scripts/built.js';
import pack, { npm, TARBALL } from '../tests/package/packed.js';
import { round, type Bench, type Figure } from './figures.js';

const MB = 1024 * 1024;
/** As `du` counts: what a file takes of the disk. */
const DISK_BLOCK_BYTES = 512;
/** What somebody needs who puts the same together by hand: record, replay, pack, store, connect. */
const BY_HAND = ['rrweb', 'rrweb-player', 'fflate', 'dexie', 'simple-peer', 'mediabunny', 'ws', 'valibot'];
const packageSchema = v.object({ devDependencies: v.record(v.string(), v.string()) });

/** What an embedder's node_modules takes, with what is needed at run time only. */
export const packageInstall: Bench = {
  prefix: 'package.installMB',
  async run({ log }) {
    await pack();
    const about = v.parse(packageSchema, JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    const ours = await installed([TARBALL]);
    let byHand: Installed | undefined;
    try {
      byHand = await installed(BY_HAND.map((name) => `${name}@${about.devDependencies[name] ?? 'latest'}`));
    } catch (error) {
      log(`What one would install by hand could not be: ${(error as Error).message.split('\n')[0] ?? ''}`);
    }
    const text = ({ megabytes, packages }: Installed): string =>
      `${String(round(megabytes, 1))} MB in ${String(packages)} ${packages === 1 ? 'package' : 'packages'}`;
    const figure: Figure = {
      key: 'package.installMB',
      value: ours.megabytes,
      atMost: 15,
      unit: 'MB',
      ours: text(ours),
      peer: byHand === undefined ? 'not to be had' : `${BY_HAND.join(' + ')}: ${text(byHand)}`,
    };
    if (byHand === undefined) return [figure];
    const value = ours.megabytes / byHand.megabytes;
    return [figure, { ...figure, key: 'package.installRatio', value, atMost: 1, unit: '' }];
  },
};

interface Installed {
  readonly megabytes: number;
  readonly packages: number;
}

async function installed(what: readonly string[]): Promise<Installed> {
  const dir = await mkdtemp(join(tmpdir(), 'fluxrec-install-'));
  try {
    await writeFile(join(dir, 'package.json'), '{ "name": "embedder", "private": true }');
    await npm(
      ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...what],
      dir,
    );
    const list = await readFile(join(dir, 'node_modules/.package-lock.json'), 'utf8');
    const { packages } = v.parse(v.object({ packages: v.record(v.string(), v.unknown()) }), JSON.parse(list));
    return {
      megabytes: (await diskBytes(join(dir, 'node_modules'))) / MB,
      packages: Object.keys(packages).length,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function diskBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const stats = await Promise.all(names.map((name) => lstat(join(folder, name))));
  return stats.reduce((sum, { blocks }) => sum + blocks * DISK_BLOCK_BYTES, 0);
}
