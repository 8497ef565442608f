import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../e2e/product.js';
import { startPackagedDesk } from './desk.js';
import { makeEmbedder, type Embedder } from './embedder.js';
import { recordsAndSends } from './records.js';

// Somebody installs the tarball in an empty project, builds it and runs it: nothing of this repository is in reach of it.

let browser: Browser;
let desk: Awaited<ReturnType<typeof startPackagedDesk>>;
const made: Embedder[] = [];

beforeAll(async () => {
  [browser, desk] = await Promise.all([launchChromium(), startPackagedDesk()]);
});
afterAll(async () => {
  await browser.close();
  for (const one of made) await one.close();
  await desk.close();
});

/** Undefined where npm cannot reach what it needs, which has been said. */
async function embedder(name: string): Promise<Embedder | undefined> {
  const one = await makeEmbedder(name);
  if (one !== undefined) made.push(one);
  return one;
}

/** `npm run test:package`; without it the short form, which `npm test` has time for. */
const isWhole = process.env['FLUXREC_PACKAGE'] === 'all';
const LISTENING = /Listening at (\S+)/;

describe('the package, installed in an empty project', () => {
  it('records a page without any bundler, under a content policy', async ({ skip }) => {
    const project = (await embedder('plain-page')) ?? skip();
    const url = await project.start('server.mjs', LISTENING, { DESK: desk.url });
    await recordsAndSends(browser, url, desk.dir, 'It failed in the plain page');
    expect(await project.bin('fluxrec', '--help')).toContain('verify');
    // Without what it serves with, the desk says what to install.
    const told = await project.bin('fluxrec-desk').catch((error: unknown) => (error as { stderr: string }).stderr);
    expect(told).toMatch(/npm install .*fastify@/);
  });

  it('records a page that Vite built, isolated and under a strict policy, and its types are right', async ({
    skip,
  }) => {
    const project = (await embedder('vite')) ?? skip();
    expect(await project.typeErrors(['main.ts', 'server.ts'])).toBe('');
    await project.bin('vite', 'build', '--app', '--logLevel', 'warn');
    const url = await project.start('server/server.js', LISTENING, { DESK: desk.url });
    await recordsAndSends(browser, url, desk.dir, 'It failed in the built page');
  });

  it.runIf(isWhole).each(['Vue', 'Svelte'])('records a page made with %s', async (framework) => {
    const project = await embedder(framework.toLowerCase());
    if (project === undefined) return; // Said.
    await project.bin('vite', 'build', '--logLevel', 'warn');
    const url = await project.start('server.mjs', LISTENING, { DESK: desk.url });
    await recordsAndSends(browser, url, desk.dir, `It failed in ${framework}`);
  });

  it.runIf(isWhole).each(['webpack', 'esbuild'])('records a page that %s built', async (bundler) => {
    const project = await embedder(bundler);
    if (project === undefined) return; // Said.
    await project.node('build.mjs');
    const url = await project.start('server.mjs', LISTENING, { DESK: desk.url });
    await recordsAndSends(browser, url, desk.dir, `It failed in ${bundler}`);
  });
});
