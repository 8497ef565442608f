import type { Picture } from '../../shared/report/picture.js';
import type { ConversationEntry } from '../../shared/report/report.js';
import { threadState, type CommandThread, type ThreadState } from './commands.js';

type PictureEntry = Extract<ConversationEntry, { type: 'picture' }>;
type CommentEntry = Extract<ConversationEntry, { type: 'comment' }>;

export interface CommandPin {
  readonly kind: 'command';
  readonly proposal: string;
  readonly title: string;
  /** `proposed`: the moment that it is about. The others are when they happened, where the report has that time. */
  readonly event: 'proposed' | 'decided' | 'ended';
  readonly state: ThreadState;
}

/** Something said about a moment of the report, where the timeline shows it. */
export interface Pin {
  readonly key: string;
  /** Report time. */
  readonly ms: number;
  readonly what:
    | { readonly kind: 'comment'; readonly id: string; readonly author: string; readonly text: string }
    | { readonly kind: 'picture'; readonly id: string; readonly author: string }
    | CommandPin;
}

export interface PinsOf {
  readonly comments: readonly CommentEntry[];
  readonly pictures?: readonly PictureEntry[];
  readonly threads: readonly CommandThread[];
  readonly offered: readonly { readonly name: string; readonly title: string }[];
  /** `wallStartMs`: the customer's wall clock at report time 0. Theirs are the times of decisions and ends, too. */
  readonly index: { readonly startMs: number; readonly endMs: number; readonly wallStartMs: number };
  readonly nowMs: number;
}

/** In the order of their moments. */
export function reportPins({ comments, pictures = [], threads, offered, index, nowMs }: PinsOf): Pin[] {
  const pins: Pin[] = comments.flatMap(({ id, author, text, momentMs }) =>
    momentMs === undefined ? [] : [{ key: id, ms: momentMs, what: { kind: 'comment', id, author, text } }],
  );
  for (const { id, author, picture } of pictures) {
    const ms = pictureMs(picture, index);
    if (ms !== undefined) pins.push({ key: id, ms, what: { kind: 'picture', id, author } });
  }
  for (const thread of threads) {
    const { proposal, decision, result } = thread;
    const title = offered.find(({ name }) => name === proposal.command)?.title ?? proposal.command;
    const what = { kind: 'command', proposal: proposal.proposal, title, state: threadState(thread, nowMs) } as const;
    const pin = (event: CommandPin['event'], ms: number): void => {
      pins.push({ key: `${proposal.id} ${event}`, ms, what: { ...what, event } });
    };
    if (proposal.momentMs !== undefined) pin('proposed', proposal.momentMs);
    // A part that was recorded later, by the command itself perhaps, reaches to when it was decided and ended.
    const [decidedMs, endedMs] = [decision?.decidedMs, result?.endedMs].map((wallMs) =>
      wallMs === undefined ? undefined : wallMs - index.wallStartMs,
    );
    if (decidedMs !== undefined && isWithin(decidedMs, index)) pin('decided', decidedMs);
    if (endedMs !== undefined && isWithin(endedMs, index)) pin('ended', endedMs);
  }
  return pins.sort((a, b) => a.ms - b.ms);
}

/** Report time of a picture; undefined where the report has none of that time. */
export function pictureMs({ takenMs }: Pick<Picture, 'takenMs'>, index: PinsOf['index']): number | undefined {
  const ms = takenMs - index.wallStartMs;
  return isWithin(ms, index) ? ms : undefined;
}

function isWithin(ms: number, { startMs, endMs }: { readonly startMs: number; readonly endMs: number }): boolean {
  return ms >= startMs && ms <= endMs;
}

/** Closer than this, px, one pin would hide the other. */
const APART_PX = 9;

/**
 * Those in view, from left to right, each at its place; or beside the one before it where they would lie on each other.
 * `shareOf`: share of the width at a report time. At the right end they are pushed back to the left.
 */
export function spread(
  pins: readonly Pin[],
  shareOf: (ms: number) => number,
  widthPx: number,
): { readonly pin: Pin; readonly leftPx: number }[] {
  const inView = pins.filter(({ ms }) => shareOf(ms) >= 0 && shareOf(ms) <= 1);
  const apartPx = Math.min(APART_PX, widthPx / Math.max(1, inView.length));
  const lefts: number[] = [];
  for (const { ms } of inView) lefts.push(Math.max(shareOf(ms) * widthPx, (lefts.at(-1) ?? -Infinity) + apartPx));
  for (let at = lefts.length - 1, mostPx = widthPx; at >= 0; at -= 1, mostPx -= apartPx) {
    const leftPx = lefts[at] ?? 0;
    if (leftPx <= mostPx) break;
    lefts[at] = mostPx;
  }
  return inView.map((pin, at) => ({ pin, leftPx: lefts[at] ?? 0 }));
}
