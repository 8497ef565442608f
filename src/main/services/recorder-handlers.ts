import type { Handlers, Message } from '../../shared/protocol/contract.js';
import type { PanelView, RecorderContract } from '../../shared/protocol/host.js';
import type { Audience } from './audience.js';
import type { Drafts } from './drafts.js';
import type { HelloBudget } from './hello-budget.js';
import type { HostLanes } from './host-lanes.js';
import type { Live } from './live/live.js';
import type { RecordingState, RingSettings } from './recording-state.js';
import { ServiceError } from './service-errors.js';
import type { Session } from './session.js';
import type { Wipes } from './wipes.js';

/** Who calls, as the transport has made sure: the source of the capability; undefined for a document that has none yet. */
export interface RecorderCaller {
  readonly source: string | undefined;
}

export type { PanelView };

export interface RecorderHandlersOptions {
  readonly session: Session;
  readonly windows: Audience<RecorderContract>;
  readonly drafts: Drafts;
  readonly lanes: Pick<HostLanes, 'mask'>;
  readonly wipes: Wipes;
  readonly recording: RecordingState;
  readonly settings: RingSettings;
  readonly hellos: HelloBudget;
  readonly live: Pick<Live, 'noteOpener' | 'receive'>;
  /** Shows the panel: answers where to embed it, or opens a window and answers nothing. */
  readonly openPanel: (view: PanelView) => Promise<{ embedUrl?: string }>;
}

/** A document that reloads says hello while its forerunner's channel may still be closing. */
const FORERUNNER_MS = 300;
const LOOK_MS = 20;
const NOTHING: Message<object> = { value: {}, bytes: new Uint8Array(0) };

export function recorderHandlers(options: RecorderHandlersOptions): Handlers<RecorderContract, RecorderCaller> {
  const { session, windows, drafts, lanes, wipes, recording } = options;

  function sourceOf({ source }: RecorderCaller): string {
    if (source === undefined) throw new ServiceError('capability-refused');
    session.seen(source);
    return source;
  }

  /** A copied tab says the id of the window that it was copied from. If that one lives on, the copy is a window of its own. */
  async function isTaken(window: string | undefined): Promise<boolean> {
    const hasLive = (): boolean => windows.keys().some((source) => session.source(source)?.window === window);
    if (window === undefined) return false;
    for (let waitedMs = 0; hasLive(); waitedMs += LOOK_MS) {
      if (waitedMs >= FORERUNNER_MS) return true;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return false;
  }

  return {
    async hello({ value }) {
      options.hellos.take();
      const window = (await isTaken(value.window)) ? undefined : value.window;
      const added = await session.addWindow({ ...value, window });
      return {
        value: {
          session: { id: session.id, startedMs: session.startedMs },
          ...added,
          sessionMs: session.nowMs(),
          paused: session.paused,
          settings: options.settings,
        },
        bytes: NOTHING.bytes,
      };
    },
    clock(_message, caller) {
      sourceOf(caller);
      return Promise.resolve({ value: { sessionMs: session.nowMs() }, bytes: NOTHING.bytes });
    },
    anchor({ value }, caller) {
      session.addAnchor(sourceOf(caller), value.anchor, value.title);
      return Promise.resolve(NOTHING);
    },
    mask({ value }, caller) {
      sourceOf(caller);
      lanes.mask(value.values);
      return Promise.resolve(NOTHING);
    },
    status({ value }, caller) {
      recording.noteStatus(sourceOf(caller), value);
      return Promise.resolve(NOTHING);
    },
    async append({ value, bytes }, caller) {
      await drafts.take(value.handOver, sourceOf(caller), value.segments, bytes);
      return NOTHING;
    },
    handedOver({ value }, caller) {
      drafts.finish(value.handOver, sourceOf(caller), value.error !== undefined);
      return Promise.resolve(NOTHING);
    },
    wiped({ value }, caller) {
      wipes.noteAnswer(value.wipe, sourceOf(caller), value.error === undefined);
      return Promise.resolve(NOTHING);
    },
    async openPanel({ value }, caller) {
      options.live.noteOpener(sourceOf(caller));
      return { value: await options.openPanel(value.view), bytes: NOTHING.bytes };
    },
    async live({ value, bytes }, caller) {
      await options.live.receive(sourceOf(caller), value.session, value.news, bytes);
      return NOTHING;
    },
  };
}
