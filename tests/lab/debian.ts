import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not there or not ours to run: the next candidate may be.
  }
}

/** Where the PATH has a program of this name. */
export function onPath(name: string): string[] {
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
}

export function isInstalled(program: string): boolean {
  return onPath(program).some(isExecutable);
}

function isDebianRoot(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  return /^(ID|ID_LIKE)=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** As root on Debian: installs what is missing, and says so. Elsewhere, and where it fails, nothing is changed. */
export function installPackages(what: string, packages: readonly string[]): void {
  if (!isDebianRoot()) return;
  const names = packages.map((name) => `"${name}"`).join(', ');
  console.warn(`${what} is not installed: installing Debian's packages ${names} with apt-get.`);
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'] as ('ignore' | 'inherit')[],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  // Several test files may find at the same time that something is missing.
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  try {
    execFileSync('apt-get', [...wait, 'update', '-qq'], options);
    execFileSync('apt-get', [...wait, 'install', '-y', '-qq', '--no-install-recommends', ...packages], options);
  } catch (error) {
    console.warn(`apt-get could not install it: ${error instanceof Error ? error.message : String(error)}`);
  }
}
