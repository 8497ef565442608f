// The preload script of the panel's window: sandboxed, one self-contained CommonJS file.
import { PANEL_BRIDGE } from '../../shared/protocol/bridge.js';
import { exposeBridge } from './expose-bridge.js';

exposeBridge(PANEL_BRIDGE);
