import { RECORDER_BRIDGE } from '../shared/protocol/bridge.js';
import type { HostPort } from '../shared/protocol/contract.js';
import { recorderContract, type RecorderContract } from '../shared/protocol/recorder-contract.js';
import { registerButton } from './button.js';
import { currentRecorder, setCurrentRecorder } from './current.js';
import { createBridgeHostPort, findBridge } from './host-port/electron.js';
import { createWebHostPort } from './host-port/web.js';
import { DEFAULT_HOTKEY, parseHotkey } from './hotkey.js';
import { PageRecorder } from './recorder.js';
import type { Recorder, RecorderOptions } from './recorder-api.js';

export type { MaskOptions } from './masking/selectors.js';
export type { ScreenState } from './lanes/screen/screen-control.js';
export type { PanelView, Recorder, RecorderOptions } from './recorder-api.js';
export type { AppLane, AppLineOptions } from '../shared/session/own-lanes.js';

/** Where the web host serves the recorder, unless it was told otherwise. */
const DEFAULT_BASE_PATH = '/__fluxrec';

registerButton();

/**
 * Starts recording this document, and answers its recorder; called again it answers the same one. It never throws: where
 * recording cannot work, the recorder says so in its state.
 */
export function startRecorder(options: RecorderOptions = {}): Recorder {
  const running = currentRecorder();
  if (running !== undefined && running.state !== 'stopped') return running;
  const recorder = create(options);
  setCurrentRecorder(recorder);
  return recorder;
}

function create(options: RecorderOptions): Recorder {
  // A server that renders the page: there is nothing to record, and nobody to be told.
  if (typeof document === 'undefined') return failedRecorder();
  try {
    const baseUrl = new URL(options.basePath ?? DEFAULT_BASE_PATH, location.href).href.replace(/\/$/, '');
    const recorder = new PageRecorder(options.host ?? createHostPort(baseUrl), `${baseUrl}/`, options);
    if (options.hotkey !== false) addHotkey(recorder, options.hotkey ?? DEFAULT_HOTKEY);
    return recorder;
  } catch (error) {
    console.error('Fluxion Recorder could not start; the app goes on without it.', error);
    return failedRecorder();
  }
}

/** Electron's IPC where a preload script has put the bridge; HTTP elsewhere. */
function createHostPort(baseUrl: string): HostPort<RecorderContract> {
  const bridge = findBridge(RECORDER_BRIDGE.key);
  if (bridge !== undefined) return createBridgeHostPort(recorderContract, bridge, { helloFirst: true });
  // The port takes fetch and WebSocket as they are now, before the network lane wraps them.
  return createWebHostPort(recorderContract, { baseUrl: `${baseUrl}/recorder`, helloFirst: true });
}

function addHotkey(recorder: Recorder, hotkey: string): void {
  const isHotkey = parseHotkey(hotkey);
  const onKey = (event: KeyboardEvent): void => {
    if (recorder.state === 'stopped' || !isHotkey(event)) return;
    event.preventDefault();
    if (!recorder.isPanelOpen) void recorder.openPanel('send');
  };
  window.addEventListener('keydown', onKey, { capture: true });
  recorder.onChange(() => {
    if (recorder.state === 'stopped') window.removeEventListener('keydown', onKey, { capture: true });
  });
}

/** Stands where a recorder would, outside a browser or in one that lacks what recording needs. */
function failedRecorder(): Recorder {
  return {
    state: 'failed',
    isPanelOpen: false,
    pendingRequests: 0,
    screen: 'unsupported',
    openPanel: () => Promise.resolve(),
    setPaused: () => undefined,
    startScreen: () => Promise.resolve(),
    stopScreen: () => Promise.resolve(),
    screenshot: () => Promise.resolve(undefined),
    log: () => undefined,
    logger: () => () => undefined,
    lane: () => ({ record: () => undefined }),
    onChange: () => () => undefined,
    stop: () => undefined,
  };
}
