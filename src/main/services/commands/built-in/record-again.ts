import { listWords } from '../../../../shared/commands/words.js';
import { LANES } from '../../../../shared/session/lane.js';
import type { Choice } from '../../draft-selection.js';
import { defineCommand, type Command } from '../command.js';
import { CommandError } from '../command-errors.js';

export interface RecordAgainOptions {
  /** Session time, now. */
  readonly nowMs: () => number;
  readonly isPaused: () => boolean;
  /** How much of the past the ring keeps: a longer recording would lose its beginning. */
  readonly maxAgeMs: number;
  /**
   * Gathers what was recorded in this stretch and puts it into the outbox as the next part of the report. Rejects with
   * `report-gone`, `nothing-recorded`, or an error of the drafts. Answers the part's number and size.
   */
  readonly sendStretch: (
    report: string,
    stretch: Omit<Choice, 'within'>,
    signal: AbortSignal,
  ) => Promise<{ readonly number: number; readonly bytes: number }>;
  /** Rejects with `report-gone` where no part can be added: told before the customer records for minutes. */
  readonly checkReport: (report: string) => void;
}

/** Windows hand over what they have, and a bundle is written: on a slow disk a minute. */
const SENDING_MS = 2 * 60_000;
/** The ring keeps a little less than it says while it drops whole chains. */
const RING_SLACK_MS = 60_000;
const MINUTE_MS = 60_000;
const PROGRESS_MS = 30_000;
const LOOK_MS = 1000;

/** How a command calls each lane when it speaks with the customer. */
const CHOICES = [...LANES, 'own'] as const;
const LANE_WORDS: Readonly<Record<(typeof CHOICES)[number], string>> = {
  dom: 'what the window shows',
  screen: 'the video of the screen, where you turned that on',
  thumbnail: 'small pictures of it',
  log: 'the app’s log',
  network: 'network requests',
  error: 'errors',
  action: 'what you do, in words',
  recorder: 'notes of the recorder',
  live: 'messages and grants of a live session that you have recorded',
  own: 'what the app itself has noted',
};
const laneWords = (lane: string): string => (LANE_WORDS as Readonly<Record<string, string>>)[lane] ?? lane;

export function recordAgainCommand(options: RecordAgainOptions): Command {
  const most = Math.max(1, Math.floor((options.maxAgeMs - RING_SLACK_MS) / MINUTE_MS));
  return defineCommand({
    name: 'record-again',
    title: 'Record again',
    summary: 'Waits while the customer uses the app for some minutes, and adds what was recorded to this report.',
    parameters: {
      minutes: {
        type: 'number',
        label: 'Record for',
        unit: 'minutes',
        min: 1,
        max: most,
        isInteger: true,
        default: Math.min(3, most),
      },
      lanes: {
        type: 'choices',
        label: 'What',
        options: CHOICES.map((lane) => ({ value: lane, label: laneWords(lane) })),
        min: 1,
        default: [...CHOICES],
      },
    },
    timeLimitMs: ({ minutes }) => minutes * MINUTE_MS + SENDING_MS,
    effect({ minutes, lanes }) {
      const time = minutes === 1 ? 'minute' : `${minutes} minutes`;
      return [
        `Takes what is recorded in the next ${time} (${listWords(lanes.map(laneWords))}) and then sends it to support, as a part of the report that you sent before. You are not asked again.`,
        'Do what leads to the problem in that time. You can stop it until then; nothing is sent in that case.',
      ];
    },
    async run({ minutes, lanes }, { signal, report, write }) {
      options.checkReport(report);
      if (options.isPaused()) throw new CommandError('recording-paused');
      const startMs = options.nowMs();
      const endMs = startMs + minutes * MINUTE_MS;
      write(`Recording for ${minutes === 1 ? 'one minute' : `${minutes} minutes`}.`);
      let tellMs = endMs - startMs - PROGRESS_MS;
      // By the session's clock, looked at often: a timer does not run while the computer sleeps.
      for (let leftMs = endMs - startMs; leftMs > 0; leftMs = endMs - options.nowMs()) {
        if (leftMs <= tellMs) {
          write(`${Math.ceil(leftMs / 1000)} s left.`);
          tellMs -= PROGRESS_MS;
        }
        await pause(Math.min(leftMs, LOOK_MS), signal);
      }
      const chosen = CHOICES.filter((lane) => lanes.includes(lane));
      const part = await options.sendStretch(report, { startMs, endMs, lanes: chosen }, signal);
      // As the desk and the viewer count them for people.
      write(`Part ${part.number + 1} of the report, ${part.bytes} bytes, is on its way.`);
      return { part: part.number, summary: `part ${part.number + 1} of the report` };
    },
  });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    function onAbort(): void {
      clearTimeout(timer);
      reject(new CommandError('cancelled'));
    }
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
