import { FluxionError } from '../shared/errors.js';

/** What a command could not do, in a sentence for the person who typed it. */
export class CliError extends FluxionError {}
