import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'];
const FIXED = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Flags for every Chromium that tests, demo and bench start: no sandbox where a container has none, and no calls home. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not there or not ours to run: the next candidate may be.
  }
}

function fromPlaywrightCache(): string[] {
  const cache =
    process.env['PLAYWRIGHT_BROWSERS_PATH'] ??
    { linux: join(homedir(), '.cache/ms-playwright'), darwin: join(homedir(), 'Library/Caches/ms-playwright') }[
      process.platform as string
    ] ??
    join(process.env['LOCALAPPDATA'] ?? homedir(), 'ms-playwright');
  if (!existsSync(cache)) return [];
  const inside = ['chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-win/chrome.exe', 'chrome-win64/chrome.exe'];
  return readdirSync(cache)
    .filter((folder) => folder.startsWith('chromium-'))
    .sort()
    .reverse()
    .flatMap((folder) => inside.map((path) => join(cache, folder, path)));
}

function isDebianRoot(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  return /^(ID|ID_LIKE)=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Path of a Chromium (or Chrome, or Edge): $CHROMIUM, the PATH, the usual places, Playwright's cache. */
export function findChromium(): string | undefined {
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const named = process.env['CHROMIUM'];
  return [...(named === undefined ? [] : [named]), ...onPath, ...FIXED, ...fromPlaywrightCache()].find(isExecutable);
}

export const NO_CHROMIUM =
  'No Chromium found: install Chromium or Chrome (Debian: apt-get install chromium), or set CHROMIUM to its path.';

/** Finds Chromium; as root on Debian installs it when it is not there, and says so. Undefined where it cannot be had. */
export function provideChromium(): string | undefined {
  const found = findChromium();
  if (found !== undefined) return found;
  if (!isDebianRoot()) return undefined;
  console.warn(
    'Chromium is not installed: installing Debian\'s packages "chromium" and "fonts-dejavu-core" with apt-get.',
  );
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'] as const,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  try {
    execFileSync('apt-get', ['update', '-qq'], { ...options, stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], {
      ...options,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch (error) {
    console.warn(`apt-get could not install it: ${error instanceof Error ? error.message : String(error)}`);
  }
  return findChromium();
}
