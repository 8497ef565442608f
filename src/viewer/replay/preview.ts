import type { ByteSource } from '../../shared/bundle/byte-source.js';
import { inactiveStretches } from '../model/activity.js';
import { replayWindows } from '../model/chains.js';
import { PlaybackClock, driveClock } from '../model/playback-clock.js';
import { nextScreenFile, screenFileAt, screenFiles } from '../model/screen.js';
import { Timeline } from '../model/timeline.js';
import { ReportSource } from '../sources/report-source.js';
import type { ReportIndex } from '../sources/session-source.js';
import { ReplayDirector } from './director.js';
import { ScreenPlayer, type ScreenShown } from './screen-player.js';
import { ReplaySurface, type ReplaySurfaceOptions } from './surface.js';

export interface PreviewOptions extends ReplaySurfaceOptions {
  /** One bundle, read by range: a draft, a file. */
  readonly bytes: ByteSource;
  readonly signal?: AbortSignal;
}

/** A replay with everything behind it: controls are the caller's, over `clock` and `director`. */
export interface Preview {
  readonly index: ReportIndex;
  readonly clock: PlaybackClock;
  readonly director: ReplayDirector;
  /** What was done and what went wrong, to list beside the replay; read in the background. */
  readonly timeline: Timeline;
  /** Whether there is a video of the screen. */
  readonly hasVideo: boolean;
  /** The moment itself where there is video of it, else where there is some next, or first of all. */
  videoFrom(ms: number): number;
  /** Keeps a video element at the clock's moment and the director's window, until it is stopped or all is disposed of. */
  playVideo(video: HTMLVideoElement, onChange: (shown: ScreenShown) => void): () => void;
  dispose(): void;
}

/** Opens a bundle and shows its first moment. Rejects with BundleError when it cannot be shown at all. */
export async function openPreview(options: PreviewOptions): Promise<Preview> {
  const { bytes, signal } = options;
  const surface = new ReplaySurface(options);
  const source = new ReportSource([{ number: 0, open: () => Promise.resolve(bytes) }]);
  let index: ReportIndex;
  try {
    index = await source.open(signal);
  } catch (error) {
    surface.dispose();
    source.close();
    throw error;
  }
  const clock = new PlaybackClock({ ...index, now: () => performance.now() });
  const timeline = new Timeline(source, index);
  const actions = () => timeline.items('action');
  const director = new ReplayDirector({ surface, source, windows: replayWindows(index), clock, actions });
  const files = screenFiles(index);
  const players = new Set<() => void>();
  const stopClock = driveClock(clock, window);
  const loading = new AbortController();
  timeline
    .load({ aroundMs: clock.ms, lanes: ['error', 'action'], signal: loading.signal })
    .then(() => {
      const active = [...actions(), ...timeline.items('error')].map(({ ms }) => ms);
      if (active.length > 0) clock.setInactive(inactiveStretches(active, index));
    })
    .catch(() => undefined); // It was disposed of.
  return {
    index,
    clock,
    director,
    timeline,
    hasVideo: files.length > 0,
    videoFrom: (ms) =>
      screenFileAt(files, ms, undefined) === undefined ? ((nextScreenFile(files, ms) ?? files[0])?.startMs ?? ms) : ms,
    playVideo(video, onChange) {
      const player = new ScreenPlayer({ video, clock, source, files, onChange });
      const lookAt = (): void => {
        player.lookAt(director.window?.key);
      };
      const unfollow = director.onChange(lookAt);
      lookAt();
      const stop = (): void => {
        unfollow();
        player.dispose();
        players.delete(stop);
      };
      players.add(stop);
      return stop;
    },
    dispose() {
      loading.abort();
      for (const stop of players) stop();
      stopClock();
      director.dispose();
      surface.dispose();
      source.close();
    },
  };
}
