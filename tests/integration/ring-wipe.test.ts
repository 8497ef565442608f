import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WIPE_SETTLE_MS } from '../../src/recorder/ring/wipe-settle.js';
import { LANES } from '../../src/shared/session/lane.js';
import { CHROMIUM_ARGS, findChromium } from '../lab/chromium.js';
import { RingWindow, startRingSite, type RingSite } from './ring-site.js';

// Wiping is real: what was recorded is searched for in every file of the browser's profile, as it was written (open
// segments are plain text) and as it was stored (sealed ones are deflated).

const executablePath = findChromium();
let site: RingSite;

beforeAll(async () => {
  site = await startRingSite();
}, 60_000);

afterAll(() => {
  site.close();
});

/** Where in the profile any of `needles` lies: paths below it. */
function search(profile: string, needles: readonly Buffer[]): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(profile, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    try {
      const content = readFileSync(path);
      if (needles.some((needle) => content.includes(needle))) found.push(path.slice(profile.length));
    } catch {
      // Gone between the listing and the reading, as is right for it.
    }
  }
  return found;
}

/** Records something unmistakable and incompressible into every lane, small and large. Answers what to look for. */
async function recordMarkers(window: RingWindow): Promise<Buffer[]> {
  const needles: Buffer[] = [];
  for (const lane of LANES) {
    for (const bytes of [200, 12_000, 300_000]) {
      const text = randomBytes(bytes).toString('base64');
      await window.record(lane, text);
      // As UTF-8, and as the two-byte strings of the browser's serialiser.
      for (const end of [text.slice(0, 60), text.slice(-60)]) {
        needles.push(Buffer.from(end, 'utf8'), Buffer.from(end, 'utf16le'));
      }
    }
  }
  return needles;
}

describe.skipIf(executablePath === undefined)('a wiped recording', () => {
  it('is nowhere in the profile of the browser, while it runs and after it has quit', async () => {
    const profile = mkdtempSync(join(tmpdir(), 'ring-profile-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: executablePath ?? '',
      headless: true,
      args: CHROMIUM_ARGS,
    });
    try {
      const dead = await RingWindow.open(context, site, 'dead');
      const living = await RingWindow.open(context, site, 'living');
      const other = await RingWindow.open(context, site, 'other');
      const texts: Buffer[] = [];
      for (const window of [dead, living, other]) texts.push(...(await recordMarkers(window)));
      // The search can find: what is open lies on the disk as plain text.
      expect(search(profile, texts).length).toBeGreaterThan(3);
      await dead.page.close();

      // Reading rows for a hand-over holds their files open; wiping must let go of them.
      const rows = [...(await living.handOver()), ...(await other.handOver())];
      expect(new Set(rows.map(({ segment }) => `${segment.source} ${segment.lane}`)).size).toBe(3 * LANES.length);
      const pieces = rows.map(({ stored }) => stored.subarray(stored.length / 2, stored.length / 2 + 48));
      for (const piece of pieces) expect(search(profile, [piece])).not.toEqual([]);
      texts.push(...(await recordMarkers(living)));

      await Promise.all([living.wipe(), other.wipe()]);
      const end = performance.now() + WIPE_SETTLE_MS;
      do {
        // The recording goes on, as in real life.
        await living.record('log', 'after the wipe');
        await new Promise((resolve) => setTimeout(resolve, 200));
      } while (performance.now() < end && search(profile, [...texts, ...pieces]).length > 0);
      expect(search(profile, [...texts, ...pieces])).toEqual([]);
      expect((await living.totals()).lanes.map(({ lane }) => lane)).toEqual(['log']);

      await context.close();
      expect(search(profile, [...texts, ...pieces])).toEqual([]);
    } finally {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    }
  }, 120_000);
});
