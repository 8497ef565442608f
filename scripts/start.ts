// npm start: builds if needed, starts the desk and Fluxion, in Electron where its binary is installed and else in the browser, prints and
// opens what there is to open. Ctrl-C stops both. A technician's
// entry that is pasted into the terminal is put on the organisation's list.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import open from 'open';
import { build, root, start, startElectron, type Running } from './built.js';
import { electronBinary, HOW_TO_GET_ELECTRON } from './electron-binary.js';
import { Organisation } from './organisation.js';

const { values } = parseArgs({
  options: {
    'no-open': { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    electron: { type: 'boolean', default: false },
    data: { type: 'string', default: join(root, '.data') },
    'desk-port': { type: 'string', default: '4310' },
    'fluxion-port': { type: 'string', default: '4300' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm start -- [OPTIONS]

  --no-open           print the URLs and open nothing
  --browser           Fluxion in the browser, also where Electron is installed
  --electron          Fluxion in Electron, also with --no-open
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
const customer = ['--desk', new URL(desk.told).origin, `--root-key=${organisation.rootKey}`];
const isElectronWanted = values.electron || !(values.browser || values['no-open']);
const inElectron = isElectronWanted ? await openInElectron() : undefined;
const fluxion =
  inElectron ??
  (await start(
    'fluxion',
    ['--port', values['fluxion-port'], '--data', join(values.data, 'fluxion'), ...customer],
    /Fluxion is at (\S+)/,
  ));
running.push(fluxion);

for (const one of running) {
  one.child.stdout?.pipe(process.stdout);
  one.child.stderr?.pipe(process.stderr);
  // What Electron said is all there when its pipes are closed, and not before; those of the others may outlive them in what they started.
  one.child.once(one === inElectron ? 'close' : 'exit', (code) => {
    const isClosed = one === inElectron && code === 0;
    if (isClosed && !stopping && /is started again/.test(one.output())) {
      console.log(
        'Fluxion starts itself again, and is no longer of this terminal: close it there. Ctrl-C stops the desk.',
      );
      return;
    }
    if (isClosed) console.log('Fluxion was closed; stopping.');
    else if (!stopping) console.error(`A process ended by itself (exit code ${String(code)}); stopping.`);
    void stopAll(isClosed ? 0 : 1);
  });
}

console.log(`
  Fluxion, the app that is recorded   ${inElectron === undefined ? fluxion.told : 'in a window of its own'}
  Desk, where reports arrive          ${desk.told}

  Press Send Diagnostics in Fluxion, then look at the desk. Ctrl-C stops both.
  To propose commands: at the desk open Your signing key, press Copy entry, and paste it here.
`);
readEntries();

if (!values['no-open']) {
  for (const { told } of inElectron === undefined ? running : [desk]) {
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

/** Fluxion in Electron; undefined, with a sentence that says why, where it goes on in the browser. */
async function openInElectron(): Promise<Running | undefined> {
  const binary = electronBinary();
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && DISPLAY === undefined && WAYLAND_DISPLAY === undefined) {
    console.log('There is no screen for Electron here: Fluxion runs in the browser.');
    return undefined;
  }
  if (binary === undefined) {
    console.log(
      `Electron's binary is not installed: Fluxion runs in the browser. To see it in Electron: ${HOW_TO_GET_ELECTRON}`,
    );
    return undefined;
  }
  try {
    return await startElectron(binary, ['--data', join(values.data, 'fluxion-electron'), ...customer]);
  } catch (error) {
    console.error('Electron could not be started; Fluxion runs in the browser.', error);
    return undefined;
  }
}
