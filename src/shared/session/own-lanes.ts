import type { RecorderEvent } from './lane.js';
import { LinesPerSecond } from './lines-per-second.js';
import {
  MAX_OWN_LANES,
  MAX_OWN_TEXT_LENGTH,
  OWN_LEVELS,
  ownLane,
  type OwnEvent,
  type OwnLane,
  type OwnLevel,
} from './own-lane.js';
import { serializeValue, type Describe } from './serialize.js';

/** A lane of the app's own, as an app has it. */
export interface AppLane {
  /** One line, at this moment. Of `text` the first 1,000 characters are kept. At most 200 lines a second of all lanes together. */
  record(text: string, options?: AppLineOptions): void;
}

export interface AppLineOptions {
  /** How it is shown: `info` by default. */
  readonly level?: OwnLevel;
  /** Kept as a value, bounded as arguments of a log line are. */
  readonly data?: unknown;
}

export interface OwnLanesOptions {
  /** Monotonic ms of the source: the `t` of events. */
  readonly now: () => number;
  readonly isPaused: () => boolean;
  readonly keep: (event: OwnEvent) => void;
  readonly report: (kind: RecorderEvent['kind'], text: string, count?: number) => void;
  readonly describe?: Describe;
}

/** They are for what people read: what comes faster belongs into one line with a count. */
const MAX_LINES_PER_SECOND = 200;
const MAX_REFUSALS_TOLD = 16;
/** Of a name that cannot be used, so much is told. */
const NAME_TOLD_LENGTH = 60;

const NOTHING: AppLane = { record: () => undefined };

/** The lanes of the app's own, of one document or of one run of the host process. */
export class OwnLanes {
  readonly #options: OwnLanesOptions;
  readonly #room: LinesPerSecond;
  readonly #lanes = new Map<OwnLane, AppLane>();
  /** What was told is not told again. */
  readonly #refused = new Set<string>();

  constructor(options: OwnLanesOptions) {
    this.#options = options;
    this.#room = new LinesPerSecond(MAX_LINES_PER_SECOND, (count) => {
      options.report('dropped', 'More in a second of the app’s own lanes than is kept.', count);
    });
  }

  /** The same lane for the same name. Of a name that is none, and of one lane too many, nothing is recorded, and the recording says so. */
  open(name: string): AppLane {
    const lane = ownLane(name);
    if (lane === undefined) return this.#refuse(name, 'is not lower-case words with “-” between');
    const open = this.#lanes.get(lane);
    if (open !== undefined) return open;
    if (this.#lanes.size >= MAX_OWN_LANES) return this.#refuse(name, `would be one more than ${MAX_OWN_LANES}`);
    const made: AppLane = {
      record: (text, options) => {
        try {
          this.#record(lane, text, options ?? {});
        } catch {
          // A proxy that throws at every look costs its line.
          this.#options.report('dropped', `A line of the lane “${name}” could not be read.`, 1);
        }
      },
    };
    this.#lanes.set(lane, made);
    return made;
  }

  #record(lane: OwnLane, text: unknown, { level, data }: AppLineOptions): void {
    const { now, isPaused, keep, describe } = this.#options;
    if (isPaused()) return;
    const t = now();
    if (!this.#room.hasRoom(t)) return;
    // An app in plain JavaScript may give anything: what a reader would refuse is made what it takes.
    const said = typeof text === 'string' ? text : JSON.stringify(serializeValue(text, describe));
    keep({
      type: lane,
      t,
      text: said.length > MAX_OWN_TEXT_LENGTH ? `${said.slice(0, MAX_OWN_TEXT_LENGTH)}…` : said,
      ...(level !== undefined && OWN_LEVELS.includes(level) ? { level } : {}),
      ...(data === undefined ? {} : { data: serializeValue(data, describe) }),
    });
  }

  #refuse(name: unknown, why: string): AppLane {
    const { report, describe } = this.#options;
    const told = typeof name === 'string' ? name : JSON.stringify(serializeValue(name, describe));
    const text = `The app has no lane “${told.slice(0, NAME_TOLD_LENGTH)}”: the name ${why}.`;
    if (!this.#refused.has(text) && this.#refused.size < MAX_REFUSALS_TOLD) {
      this.#refused.add(text);
      report('failed', text);
    }
    return NOTHING;
  }
}
