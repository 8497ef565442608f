import { mount } from 'svelte';
import { panelContract } from '../../shared/protocol/host.js';
import { createWebHostPort } from '../host-port/web.js';
import { takeCapability } from './capability.js';
import './panel.css';
import Panel from './Panel.svelte';
import Stranded from './Stranded.svelte';
import { PanelState } from './state/panel-state.svelte.js';

/** Told to the page around the panel. It carries nothing: any page may hear it. */
const CLOSED_MESSAGE = { type: 'fluxrec-panel-closed' };

function start(target: HTMLElement): void {
  const capability = takeCapability(document);
  if (capability === undefined) {
    mount(Stranded, { target });
    return;
  }
  const port = createWebHostPort(panelContract, { baseUrl: '/panel', capability });
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
