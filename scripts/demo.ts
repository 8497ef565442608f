// npm run demo -- --out DIR: the whole path, unattended, in headless Chromium. Leaves report.fluxrec, screenshots and summary.json.
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bytesSource } from '../src/shared/bundle/byte-source.js';
import { openBundle } from '../src/shared/bundle/read.js';
import { toSessionMs } from '../src/shared/session/clock.js';
import { NO_CHROMIUM, provideChromium } from '../tests/lab/chromium.js';
import { startProduct, type Product } from '../tests/e2e/product.js';
import {
  newestBundle,
  openPanel,
  openReport,
  pressSend,
  replayedBody,
  syncFails,
  waitUntilDelivered,
  work,
} from '../tests/e2e/steps.js';
import { build } from './built.js';

const WORK_SECONDS = 20;

const { values } = parseArgs({ options: { out: { type: 'string' }, help: { type: 'boolean', default: false } } });
if (values.help || values.out === undefined) {
  console.log('npm run demo -- --out DIR   works in Fluxion, fails, sends, replays; leaves what it saw in DIR');
  process.exit(values.help ? 0 : 2);
}
if (provideChromium() === undefined) {
  console.error(NO_CHROMIUM);
  process.exit(1);
}

const out = resolve(values.out);
await mkdir(out, { recursive: true });
await build();

const durations: Record<string, number> = {};
async function step<T>(name: string, run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await run();
  durations[name] = Math.round(performance.now() - started);
  console.log(`${name} (${String(durations[name])} ms)`);
  return result;
}

/** What the bundle holds, read by the same reader as everywhere. */
async function contents(product: Product) {
  const bundle = await openBundle(bytesSource(await newestBundle(product)));
  const lanes: Record<string, { entries: number; events: number; bytes: number; storedBytes: number }> = {};
  let error: { message: string; atMs: number } | undefined;
  for (const entry of bundle.manifest.entries) {
    const total = (lanes[entry.lane] ??= { entries: 0, events: 0, bytes: 0, storedBytes: 0 });
    total.entries += 1;
    total.events += entry.events;
    total.bytes += entry.bytes;
    total.storedBytes += entry.storedBytes;
    if (entry.lane !== 'error' || error !== undefined) continue;
    const source = bundle.manifest.sources.find(({ id }) => id === entry.source);
    for (const event of (await bundle.readLaneEvents(entry)).events) {
      if (event.type !== 'error' || source === undefined || error !== undefined) continue;
      error = { message: event.message, atMs: Math.round(toSessionMs(source, event.t)) };
    }
  }
  return { bundle, lanes, error };
}

const product = await startProduct();
try {
  const fluxion = await step('open Fluxion', () => product.openFluxion());
  await step('work', () => work(fluxion, WORK_SECONDS));
  await step('sync fails', () => syncFails(fluxion));
  await fluxion.screenshot({ path: join(out, 'fluxion.png') });

  const panel = await step('open the panel', () => openPanel(fluxion));
  await panel.getByLabel('What happened?').fill('I pressed Sync now and it failed.');
  await fluxion.waitForTimeout(500);
  await fluxion.screenshot({ path: join(out, 'panel-send.png') });
  const receiptCode = await step('send', () => pressSend(fluxion));
  await step('delivered', () => waitUntilDelivered(fluxion));
  await fluxion.screenshot({ path: join(out, 'panel-receipt.png') });

  const desk = await step('open the desk', () => product.openDesk());
  await desk.getByText(receiptCode).first().waitFor();
  await desk.screenshot({ path: join(out, 'viewer-inbox.png') });
  await step('open the report', () => openReport(desk, receiptCode));
  await step('seek to the error', async () => {
    await desk.getByRole('button', { name: 'Next error' }).click();
    await replayedBody(desk).getByText('Sync now').first().waitFor();
  });
  await desk.waitForTimeout(1000);
  await desk.screenshot({ path: join(out, 'viewer-report.png') });
  await desk.emulateMedia({ colorScheme: 'dark' });
  await desk.waitForTimeout(300);
  await desk.screenshot({ path: join(out, 'viewer-report-dark.png') });

  const { bundle, lanes, error } = await contents(product);
  if (error === undefined) throw new Error('The report holds no error: the sync failure was not recorded.');
  const problems = bundle.problems.length;
  const parts = (await readdir(product.dir, { recursive: true })).filter((name) =>
    /parts[/\\]\d+\.fluxrec$/.test(name),
  );
  await copyFile(join(product.dir, parts[0] ?? ''), join(out, 'report.fluxrec'));
  const summary = {
    receiptCode,
    durationsMs: durations,
    reportMs: Math.round(bundle.manifest.range.endMs - bundle.manifest.range.startMs),
    errorAtMs: error.atMs,
    errorMessage: error.message,
    lanes,
    problems,
  };
  await writeFile(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  console.log(
    `\nReceipt code ${receiptCode}; the error is at ${(error.atMs / 1000).toFixed(1)} s of session time.\nLook in ${out}`,
  );
} catch (error) {
  console.error(product.output());
  throw error;
} finally {
  await product.close();
}
process.exit(0);
