import { FluxionError } from '../../../shared/errors.js';

// Why a command is not proposed, not run, or did not end well: read by the customer, the technician, or both.
const SENTENCES = {
  'command-invalid': 'A command is not described as commands must be. Correct it where the app registers it.',
  'command-twice': 'Two commands have one name. Rename one where the app registers it.',
  'command-unknown': 'The app on the customer’s computer does not have this command. It may be an older version.',
  'parameters-invalid': 'The command does not take these values. Look at what it asks for and propose it again.',
  'proposal-too-often':
    'Too many commands were proposed to this customer within an hour. Wait before you propose more.',
  'proposal-pile':
    'The customer has not yet answered the commands proposed before. Wait for an answer, or take some back.',
  'proposal-known': 'A proposal of this name has come before. It was left out.',
  'no-such-proposal': 'This request is no longer there.',
  'proposal-settled': 'This request was decided before. Nothing more is done.',
  'proposal-expired': 'This request is no longer valid. Nothing was done; support can ask again.',
  'proposal-changed': 'The app would now do something else than what was shown here. Read it again before you decide.',
  'not-running': 'This command is not running any more.',
  'too-many-running': 'Other commands of support are still running. Wait until one of them has ended.',
  interrupted: 'The app ended while the command was running. What it had done by then is not known.',
  cancelled: 'The command was stopped before its end.',
  'timed-out': 'The command took longer than it may, and was stopped.',
  'command-failed': 'The command failed for a reason that was not foreseen.',
  'dry-run-failed': 'What the command would find now could not be looked up.',
  'report-gone': 'The report is no longer in the outbox of the customer’s computer, so no part can be added to it.',
  'recording-paused': 'The customer has paused the recording. Nothing was recorded.',
  'nothing-recorded': 'Nothing was recorded in this time.',
  'no-restart': 'The app was started in a way in which it cannot start itself again.',
  'cache-folder': 'A cache folder must be a folder of its own, with an absolute path below another folder.',
  'endpoint-url': 'An endpoint must have a name of its own and a URL that begins with http, https, ws or wss.',
} as const;

export type CommandErrorCode = keyof typeof SENTENCES;

export class CommandError extends FluxionError {
  constructor(code: CommandErrorCode, options?: ErrorOptions) {
    super(code, SENTENCES[code], options);
  }
}
