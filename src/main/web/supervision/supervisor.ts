import { fork, type ChildProcess } from 'node:child_process';
import * as v from 'valibot';
import {
  END_SIGNALS,
  KEPT_VARIABLE,
  runMessageSchema,
  type EndMessage,
  type EndSignal,
  type Ports,
} from './messages.js';

/** A run that asked for a restart and has not ended by then is ended. It gives itself less. */
const RESTART_MS = 15_000;
/** More restarts than this within the window are no help any more. */
const MAX_RESTARTS = 5;
const RESTARTS_WINDOW_MS = 60_000;
/** How often a run is started again that ended before it was up, and how long is waited: doubled each time. */
const MAX_FAILED_STARTS = 3;
/** An app that has lived for so long has come up, also if it did not say so. */
const START_MS = 30_000;
const FIRST_WAIT_MS = 500;

/** How a run ended. */
interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Runs this program as a child, and again whenever a run asks for it. Everything else is as if it were not there: signals
 * go to the run, its exit code is ours, and a run that crashes is not started again. Never resolves: the process ends.
 */
export class Supervisor {
  #child: ChildProcess | undefined;
  #ports: Ports = {};
  /** When runs asked for a restart: ms of the monotonic clock. */
  #restarts: number[] = [];
  #failedStarts = 0;
  #isEnding = false;
  #wait: NodeJS.Timeout | undefined;

  run(): Promise<never> {
    for (const signal of END_SIGNALS) {
      process.on(signal, () => {
        this.#signal(signal);
      });
    }
    this.#start(false);
    return new Promise<never>(() => undefined);
  }

  #start(isRestart: boolean): void {
    const [, script = '', ...rest] = process.argv;
    const child = fork(script, rest, { env: { ...process.env, [KEPT_VARIABLE]: JSON.stringify(this.#ports) } });
    this.#child = child;
    const startedMs = performance.now();
    let [isUp, hasAsked] = [false, false];
    let deadline: NodeJS.Timeout | undefined;
    child.on('message', (message) => {
      const told = v.safeParse(runMessageSchema, message);
      if (!told.success) return; // The app may use the channel, too.
      if (told.output.fluxrec === 'up') {
        isUp = true;
        this.#failedStarts = 0;
        this.#ports = told.output.ports;
      } else if (!hasAsked) {
        hasAsked = true;
        deadline = setTimeout(() => child.kill('SIGKILL'), RESTART_MS);
      }
    });
    child.once('error', (error) => {
      console.error('The app could not be started:', error.message);
      process.exit(1);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(deadline);
      this.#child = undefined;
      const end = { code, signal };
      if (this.#isEnding) leaveAs(end);
      else if (hasAsked) this.#restart(end);
      else if (isRestart && !isUp && code !== 0 && performance.now() - startedMs < START_MS) this.#tryAgain(end);
      else leaveAs(end);
    });
  }

  #restart(end: End): void {
    const nowMs = performance.now();
    this.#restarts = [...this.#restarts.filter((atMs) => nowMs - atMs < RESTARTS_WINDOW_MS), nowMs];
    if (this.#restarts.length <= MAX_RESTARTS) {
      this.#start(true);
      return;
    }
    console.error(`The app asked to be started again ${this.#restarts.length} times within a minute. It is not.`);
    leaveAs({ ...end, code: end.code === 0 ? 1 : end.code });
  }

  /** The next run may find what the last one has not let go of yet. */
  #tryAgain(end: End): void {
    if (this.#failedStarts === MAX_FAILED_STARTS) {
      console.error(`The app was to be started again and ended ${this.#failedStarts + 1} times before it was up.`);
      leaveAs(end);
      return;
    }
    this.#wait = setTimeout(
      () => {
        this.#start(true);
      },
      FIRST_WAIT_MS * 2 ** this.#failedStarts,
    );
    this.#failedStarts += 1;
  }

  /** The first is the run's to answer. Who asks once more does not want to wait for it. */
  #signal(signal: EndSignal): void {
    const child = this.#child;
    const isFirst = !this.#isEnding;
    this.#isEnding = true;
    clearTimeout(this.#wait);
    if (child === undefined) leaveAs({ code: null, signal });
    else if (!isFirst) child.kill('SIGKILL');
    // On Windows every signal ends a process at once.
    else if (process.platform === 'win32') child.send({ fluxrec: 'end' } satisfies EndMessage);
    else child.kill(signal);
  }
}

/** Ends this process as the run has ended. */
function leaveAs({ code, signal }: End): never | void {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
