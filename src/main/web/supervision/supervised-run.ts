import * as v from 'valibot';
import { END_SIGNALS, endMessageSchema, type Ports, type RunMessage } from './messages.js';

/** What is not closed by then is left as a crash would leave it. */
const END_MS = 10_000;

/** A run of the app under a supervisor. */
export class SupervisedRun {
  /** The ports of the run before, as it told them by `up`; none in the first run. Pages look for the app there. */
  readonly ports: Ports;
  readonly #works: (() => Promise<unknown>)[] = [];
  #isEnding = false;

  constructor(ports: Ports) {
    this.ports = ports;
    for (const signal of END_SIGNALS) process.on(signal, () => void this.#end());
    // The supervisor was killed: a run that nobody watches over would keep the port and the data folder for good.
    process.on('disconnect', () => void this.#end());
    process.on('message', (message) => {
      if (v.is(endMessageSchema, message)) void this.#end();
    });
    // That somebody listens keeps no run alive that has nothing more to do.
    process.channel?.unref();
  }

  /** Tells that this run is up, and the ports that the next one should take. */
  up(ports: Ports): void {
    void this.#tell({ fluxrec: 'up', ports });
  }

  /** What is closed before this run ends, whatever ends it: the recorder's host, the app's server. */
  onEnd(work: () => Promise<unknown>): void {
    this.#works.push(work);
  }

  /** Ends this run in an orderly way, and begins the next one: what `commands: { restart }` needs. */
  readonly restart = (): void => {
    if (this.#isEnding) return;
    void this.#tell({ fluxrec: 'restart' }).then(() => this.#end());
  };

  async #end(): Promise<void> {
    // In a terminal Ctrl-C comes to every process, and once more from the supervisor.
    if (this.#isEnding) return;
    this.#isEnding = true;
    const late = new Promise((resolve) => setTimeout(resolve, END_MS));
    await Promise.race([Promise.allSettled(this.#works.map((work) => work())), late]);
    process.exit(0);
  }

  /** Resolves when it is on its way, or nobody hears it any more. */
  async #tell(message: RunMessage): Promise<void> {
    await new Promise<void>((resolve) => {
      if (process.send === undefined || !process.connected) resolve();
      else {
        process.send(message, undefined, {}, () => {
          resolve();
        });
      }
    });
  }
}
