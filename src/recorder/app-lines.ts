import type { LogLevel } from '../shared/session/lane.js';
import { OwnLanes, type AppLane } from '../shared/session/own-lanes.js';
import { describeNode } from './lanes/describe-node.js';
import type { LaneContext } from './lanes/lane.js';
import { LogWriter } from './lanes/log.js';

/** What the app itself has recorded: lines of its loggers, and lanes of its own. */
export class AppLines {
  readonly #context: LaneContext;
  readonly #writer: LogWriter;
  readonly #lanes: OwnLanes;

  constructor(context: LaneContext) {
    this.#context = context;
    this.#writer = new LogWriter(context);
    this.#lanes = new OwnLanes({
      now: context.now,
      isPaused: context.isPaused,
      keep: (event) => context.emit(event, event.level === 'error'),
      report: context.report.bind(context),
      describe: describeNode,
    });
  }

  log(logger: string, level: LogLevel, args: readonly unknown[]): void {
    this.#context.guard(() => {
      this.#writer.write({ level, logger }, args, () => ({}));
    })();
  }

  lane(name: string): AppLane {
    return this.#lanes.open(name);
  }
}
