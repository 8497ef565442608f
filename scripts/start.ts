// npm start: builds if needed, starts the desk and Fluxion, prints and opens their two URLs. Ctrl-C stops both.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import open from 'open';
import { build, root, start, type Running } from './built.js';

const { values } = parseArgs({
  options: {
    'no-open': { type: 'boolean', default: false },
    data: { type: 'string', default: join(root, '.data') },
    'desk-port': { type: 'string', default: '4310' },
    'fluxion-port': { type: 'string', default: '4300' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm start -- [OPTIONS]

  --no-open           print the URLs and open no browser
  --data DIR          where desk and Fluxion keep their data (.data)
  --desk-port N       port of the desk (4310; another one where it is taken)
  --fluxion-port N    port of Fluxion (4300; another one where it is taken)`);
  process.exit(0);
}

await build();
mkdirSync(values.data, { recursive: true });

const running: Running[] = [];
let stopping = false;
async function stopAll(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.all(running.map((one) => one.stop()));
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stopAll(0));

const desk = await start(
  'desk',
  ['--port', values['desk-port'], '--data', join(values.data, 'desk')],
  /(http\S+#code=\S+)/,
);
running.push(desk);
const fluxion = await start(
  'fluxion',
  ['--port', values['fluxion-port'], '--data', join(values.data, 'fluxion'), '--desk', new URL(desk.told).origin],
  /Fluxion is at (\S+)/,
);
running.push(fluxion);

for (const one of running) {
  one.child.stdout?.pipe(process.stdout);
  one.child.stderr?.pipe(process.stderr);
  one.child.once('exit', (code) => {
    if (!stopping) console.error(`A process ended by itself (exit code ${String(code)}); stopping.`);
    void stopAll(1);
  });
}

console.log(`
  Fluxion, the app that is recorded   ${fluxion.told}
  Desk, where reports arrive          ${desk.told}

  Press Send Diagnostics in Fluxion, then look at the desk. Ctrl-C stops both.
`);

if (!values['no-open']) {
  for (const { told } of running) {
    const opened = await open(told).catch(() => undefined);
    // No browser to open (a server, a container): the URLs are on the screen.
    opened?.once('error', () => undefined);
  }
}
