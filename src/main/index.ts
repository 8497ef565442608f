// The public entry of the host process (`fluxion-recorder/main`): one call starts the recorder's half that lives there.
export { startWebHost, type WebHost, type WebHostOptions } from './web/index.js';
