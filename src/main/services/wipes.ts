import { randomUUID } from 'node:crypto';
import type { RecorderContract } from '../../shared/protocol/host.js';
import type { Audience } from './audience.js';
import type { Drafts } from './drafts.js';
import type { HostLanes } from './host-lanes.js';
import type { RecordingState } from './recording-state.js';
import type { Session } from './session.js';

export interface WipesOptions {
  readonly session: Session;
  readonly windows: Audience<RecorderContract>;
  readonly drafts: Drafts;
  readonly lanes: HostLanes;
  readonly recording: RecordingState;
}

/** A window's browser may take some seconds to let go of its files. */
const ANSWER_MS = 20_000;

/**
 * Erases what was kept: the host's lanes, the drafts, and every window's ring. A window that does not answer, or none being
 * open, leaves the wipe owed: the next window that comes is told again, and nothing from before it is ever sent.
 */
export class Wipes {
  readonly #options: WipesOptions;
  /** Windows that have been asked: wipe → source → what to do with its answer. */
  readonly #asked = new Map<string, Map<string, (isErased: boolean) => void>>();
  readonly #unwiped = new Set<string>();

  constructor(options: WipesOptions) {
    this.#options = options;
    options.windows.onJoin((source) => {
      if (options.session.wipeOwed) void this.#ask([source]);
    });
  }

  async wipe(): Promise<{ windows: number; failed: number }> {
    const { session, windows, drafts, lanes, recording } = this.#options;
    await session.noteWipe();
    await drafts.discardAll();
    const isHostErased = lanes.wipe();
    recording.noteWipe();
    const sources = windows.keys();
    const failed = await this.#ask(sources);
    return { windows: sources.length, failed: failed + (isHostErased ? 0 : 1) };
  }

  /** A window says how its wipe went. */
  noteAnswer(wipe: string, source: string, isErased: boolean): void {
    this.#asked.get(wipe)?.get(source)?.(isErased);
    // Also an answer that came too late to be waited for.
    if (isErased) this.#unwiped.delete(source);
  }

  /** How many of them did not erase what they had. */
  async #ask(sources: readonly string[]): Promise<number> {
    const { session, windows } = this.#options;
    if (sources.length === 0) return 0;
    const wipe = randomUUID();
    const answers = new Map<string, (isErased: boolean) => void>();
    this.#asked.set(wipe, answers);
    const results = await Promise.all(
      sources.map(
        (source) =>
          new Promise<boolean>((resolve) => {
            this.#unwiped.add(source);
            const timer = setTimeout(resolve, ANSWER_MS, false);
            answers.set(source, (isErased) => {
              clearTimeout(timer);
              resolve(isErased);
            });
            windows.tell(source, 'wipe', { wipe });
          }),
      ),
    );
    this.#asked.delete(wipe);
    const isLeft = [...this.#unwiped].some((source) => windows.has(source));
    if (!isLeft && results.includes(true)) {
      this.#unwiped.clear();
      await session.settleWipe();
    }
    return results.filter((isErased) => !isErased).length;
  }
}
