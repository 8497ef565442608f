// npm start: builds if needed, starts the desk and Fluxion, prints and opens their two URLs. Ctrl-C stops both. A technician's
// entry that is pasted into the terminal is put on the organisation's list.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import open from 'open';
import { build, root, start, type Running } from './built.js';
import { Organisation } from './organisation.js';

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
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stopAll(0));

const deskFolder = join(values.data, 'desk');
const organisation = await Organisation.open(join(values.data, 'organisation'), join(deskFolder, 'technicians.json'));
const desk = await start('desk', ['--port', values['desk-port'], '--data', deskFolder], /(http\S+#code=\S+)/);
running.push(desk);
const fluxion = await start(
  'fluxion',
  [
    ...['--port', values['fluxion-port'], '--data', join(values.data, 'fluxion')],
    ...['--desk', new URL(desk.told).origin, '--root-key', organisation.rootKey],
  ],
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
  To propose commands: at the desk open Your signing key, press Copy entry, and paste it here.
`);
readEntries();

if (!values['no-open']) {
  for (const { told } of running) {
    const opened = await open(told).catch(() => undefined);
    // No browser to open (a server, a container): the URLs are on the screen.
    opened?.once('error', () => undefined);
  }
}

/** The entry comes in several lines; an empty one begins anew. */
function readEntries(): void {
  let text = '';
  createInterface({ input: process.stdin }).on('line', (line) => {
    text = line.trim() === '' ? '' : `${text}${line}\n`;
    if (!line.trimEnd().endsWith('}')) return;
    const entry = text;
    text = '';
    organisation.enrol(entry).then(
      (who) => {
        console.log(who === undefined ? 'This is no entry of a technician.' : `On the list of technicians: ${who}`);
      },
      (error: unknown) => {
        console.error('The list of technicians was not signed:', error);
      },
    );
  });
}
