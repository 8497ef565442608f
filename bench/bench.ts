// npm run bench -- [--only PREFIX] [--json FILE] [--short]
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { table, type Bench, type Figure } from './figures.js';
import { fidelity } from './fidelity.js';
import { heapGrowth } from './heap-growth.js';
import { live } from './live.js';
import { liveBytes } from './live-bytes.js';
import { liveLatency } from './live-latency.js';
import { packageInstall } from './package-install.js';
import { recordScript } from './record-script.js';
import { recordSize } from './record-size.js';
import { bundleDomBytes, viewerOpen } from './long-report.js';
import { screen } from './screen.js';
import { bundleSeal } from './seal.js';
import { viewerSeek } from './seek.js';
import { upload } from './upload.js';

const BENCHES: readonly Bench[] = [
  recordSize,
  recordScript,
  heapGrowth,
  bundleDomBytes,
  bundleSeal,
  viewerOpen,
  viewerSeek,
  screen,
  upload,
  live,
  liveLatency,
  liveBytes,
  packageInstall,
  fidelity,
];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    short: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run bench -- [--only PREFIX] [--json FILE] [--short]

Each figure is measured beside its peer in the same run. Keys: ${BENCHES.map(({ prefix }) => prefix).join(', ')}.
--short proves that the benches work in about a minute; its figures are noise.`);
  process.exit(0);
}

const isOf = (begin: string): boolean =>
  values.only === undefined || begin.startsWith(values.only) || values.only.startsWith(begin);
const chosen = BENCHES.filter(({ prefix, keys = [] }) => [prefix, ...keys].some(isOf));
if (chosen.length === 0) {
  console.error(
    `No figure begins with "${values.only ?? ''}". There are: ${BENCHES.map(({ prefix }) => prefix).join(', ')}.`,
  );
  process.exit(2);
}

const figures: Figure[] = [];
for (const bench of chosen) {
  console.error(`Measuring ${bench.prefix}…`);
  const startedMs = performance.now();
  const measured = await bench.run({
    short: values.short,
    log: (text) => {
      console.error(`  ${text}`);
    },
  });
  figures.push(...measured);
  console.error(`  in ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
}
console.log(
  `\n${cpus()[0]?.model ?? 'unknown processor'}, ${String(cpus().length)} cores, Node ${process.version}${values.short ? ', SHORT: noise' : ''}\n`,
);
console.log(table(figures));
if (values.json !== undefined) {
  await writeFile(
    values.json,
    `${JSON.stringify(Object.fromEntries(figures.map(({ key, value }) => [key, value])), null, 2)}\n`,
  );
}
process.exit(0);
