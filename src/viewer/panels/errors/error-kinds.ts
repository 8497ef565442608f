import type { ErrorEvent } from '../../../shared/session/lane.js';

/** The kinds of errors in people's words. */
export const ERROR_KINDS: Readonly<Record<ErrorEvent['kind'], string>> = {
  uncaught: 'Nobody caught it',
  'unhandled-rejection': 'A promise was rejected and nobody handled it',
  resource: 'A resource of the page could not be loaded',
  csp: 'The content security policy blocked it',
  process: 'A process of the app crashed, hung or could not start',
};
