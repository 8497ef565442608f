import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron as electron, type ElectronApplication, type Page } from 'playwright-core';
import { electronBinary, HOW_TO_GET_ELECTRON } from '../../scripts/electron-binary.js';
import { root } from '../../scripts/built.js';
import { startStandInApp, until, type StandInApp } from './standin-app.js';

// Fluxion as a person has it in front of them: in Electron (`npm run test:electron`, where its binary is installed), or over the stand-in.

/** What both can do. */
export type FluxionApp = Omit<StandInApp, 'browser' | 'control'> & {
  readonly control: Pick<
    StandInApp['control'],
    'menu' | 'labels' | 'windows' | 'closeWindow' | 'crashWindow' | 'emitApp'
  >;
};

/** Set by `npm run test:electron`. */
export const isElectronWanted = process.env['FLUXREC_ELECTRON'] === '1';
const binary = isElectronWanted ? electronBinary() : undefined;
if (isElectronWanted && binary === undefined) {
  console.warn(
    `\n!! Electron's binary is not installed (${HOW_TO_GET_ELECTRON}): the tests in Electron are SKIPPED.\n`,
  );
}
export const isElectronMissing = isElectronWanted && binary === undefined;

/** `kept`: where the app keeps its data, and finds it again; otherwise in a folder that goes with it. */
export async function startFluxionApp(args: readonly string[], kept?: string): Promise<FluxionApp> {
  if (binary !== undefined) return await startInElectron(binary, args, kept);
  return await startStandInApp(args, kept === undefined ? {} : { dir: kept });
}

async function startInElectron(executablePath: string, args: readonly string[], kept?: string): Promise<FluxionApp> {
  const dir = kept ?? (await mkdtemp(join(tmpdir(), 'fluxrec-electron-')));
  const app = await electron.launch({
    executablePath,
    args: [join(root, 'out/main/electron.js'), '--data', dir, ...args],
    cwd: root,
  });
  let output = '';
  const child = app.process();
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()));
  const pages = (of: string): Page[] => app.windows().filter((page) => page.url().startsWith(of));
  const panelNow = (): Page => {
    const [panel] = pages('fluxrec://panel');
    if (panel === undefined) throw new Error('The panel is not open.');
    return panel;
  };
  const tidy = async (): Promise<void> => {
    if (kept === undefined) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    dir,
    control: controlOf(app),
    fluxionPages: () => pages('fluxion://app'),
    async recordingPages(count) {
      await until(
        () => pages('fluxion://app').length === count,
        () => `${count} windows of Fluxion\n${output}`,
      );
      const found = pages('fluxion://app');
      for (const page of found) await page.getByText('Diagnostics are being recorded').waitFor();
      return found;
    },
    async panelPage() {
      await until(
        () => pages('fluxrec://panel').length > 0,
        () => `the panel\n${output}`,
      );
      return panelNow();
    },
    panelNow,
    async noPanel() {
      await until(
        () => pages('fluxrec://panel').length === 0,
        () => `the panel to close\n${output}`,
      );
    },
    relaunched: () => Promise.reject(new Error('Playwright does not follow an app that starts itself again.')),
    output: () => output,
    async close() {
      await app.close();
      await tidy();
    },
    async kill() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
      await tidy();
    },
  };
}

/** Functions that are evaluated in Electron's main process: each carries all that it needs. */
function controlOf(app: ElectronApplication): FluxionApp['control'] {
  return {
    menu: (label, item) =>
      app.evaluate(
        ({ Menu }, asked) => {
          const items = Menu.getApplicationMenu()?.items ?? [];
          const entry = items.find((one) => one.label === asked.label || one.role === asked.label);
          const found = entry?.submenu?.items.find((one) => one.label === asked.item);
          if (found === undefined) throw new Error(`There is no item ${asked.label} → ${asked.item}`);
          (found.click as () => void)();
        },
        { label, item },
      ),
    labels: (label) =>
      app.evaluate(({ Menu }, asked) => {
        const items = Menu.getApplicationMenu()?.items ?? [];
        const entry = items.find((one) => one.label === asked || one.role === asked);
        return entry?.submenu?.items.map((one) => one.label) ?? [];
      }, label),
    windows: () =>
      app.evaluate(({ BrowserWindow, session }) =>
        BrowserWindow.getAllWindows().map((window) => ({
          id: window.id,
          title: window.getTitle(),
          url: window.webContents.getURL(),
          isVisible: window.isVisible(),
          parent: window.getParentWindow()?.id,
          partition: window.webContents.session === session.defaultSession ? '' : 'fluxrec-panel',
          preferences: {},
        })),
      ),
    closeWindow: (id) =>
      app.evaluate(({ BrowserWindow }, asked) => {
        BrowserWindow.fromId(asked)?.destroy();
      }, id),
    crashWindow: (id) =>
      app.evaluate(({ BrowserWindow }, asked) => {
        BrowserWindow.fromId(asked)?.webContents.forcefullyCrashRenderer();
      }, id),
    emitApp: (event, details) =>
      app.evaluate(
        ({ app: own }, asked) => {
          own.emit(asked.event, {}, asked.details);
        },
        { event, details },
      ),
  };
}
