import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installPackages, isExecutable, onPath } from './debian.js';

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

/** Path of a Chromium (or Chrome, or Edge): $CHROMIUM, the PATH, the usual places, Playwright's cache. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM'];
  const candidates = [...NAMES.flatMap(onPath), ...FIXED, ...fromPlaywrightCache()];
  return [...(named === undefined ? [] : [named]), ...candidates].find(isExecutable);
}

export const NO_CHROMIUM =
  'No Chromium found: install Chromium or Chrome (Debian: apt-get install chromium), or set CHROMIUM to its path.';

/** Finds Chromium; as root on Debian installs it when it is not there, and says so. Undefined where it cannot be had. */
export function provideChromium(): string | undefined {
  const found = findChromium();
  if (found !== undefined) return found;
  installPackages('Chromium', ['chromium', 'fonts-dejavu-core']);
  return findChromium();
}

/** Where Chromium is. Throws a sentence that says how to get it. */
export function chromiumPath(): string {
  const path = provideChromium();
  if (path === undefined) throw new Error(NO_CHROMIUM);
  return path;
}
