// The public entry of the host process (`fluxion-recorder/main`): one call starts the recorder's half that lives there.
export { startElectronHost, type ElectronHost, type ElectronHostOptions } from './electron/index.js';
export { registerSchemes, type AppScheme } from './electron/schemes.js';
export { defineCommand, type Command, type CommandDefinition, type CommandRun } from './services/commands/command.js';
export type { CommandsOptions } from './services/commands/host-commands.js';
export type { AppLane, AppLineOptions } from '../shared/session/own-lanes.js';
export { startWebHost, type WebHost, type WebHostOptions } from './web/index.js';
export { supervise } from './web/supervise.js';
export type { SupervisedRun } from './web/supervision/supervised-run.js';
