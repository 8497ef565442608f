import { mount } from 'svelte';
import { PANEL_BRIDGE } from '../../shared/protocol/bridge.js';
import { panelContract } from '../../shared/protocol/host.js';
import { createBridgeHostPort, findBridge } from '../host-port/electron.js';
import { createWebHostPort } from '../host-port/web.js';
import { takeCapability } from './capability.js';
import './panel.css';
import Panel from './Panel.svelte';
import Stranded from './Stranded.svelte';
import type { PanelPort } from './state/panel-port.js';
import { PanelState } from './state/panel-state.svelte.js';

/** Told to the page around the panel. It carries nothing: any page may hear it. */
const CLOSED_MESSAGE = { type: 'fluxrec-panel-closed' };

/** Electron's IPC in the panel's own window, HTTP with the capability that stands in the document elsewhere. */
function createPanelPort(): PanelPort | undefined {
  const bridge = findBridge(PANEL_BRIDGE.key);
  if (bridge !== undefined) return createBridgeHostPort(panelContract, bridge);
  const capability = takeCapability(document);
  if (capability === undefined) return undefined;
  return createWebHostPort(panelContract, { baseUrl: '/panel', capability });
}

function start(target: HTMLElement): void {
  const port = createPanelPort();
  if (port === undefined) {
    mount(Stranded, { target });
    return;
  }
  const panel = new PanelState(port, {
    now: () => Date.now(),
    leave() {
      if (window.parent === window) window.close();
      else window.parent.postMessage(CLOSED_MESSAGE, '*');
    },
    reload() {
      location.reload();
    },
  });
  mount(Panel, { target, props: { panel } });
  void panel.connect();
}

const target = document.getElementById('panel');
if (target !== null) start(target);
